"""The list of steps, on a page of its own and on the first page, and the way there after the first log-in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import HomeView

from cms.setting_up.steps import ALLOWED, STEPS, Standing, after, is_fresh, setting_up, standings
from publishing.desk.base import DeskView, may

LEAD = "leads_to_setting_up"  # in the session of who has just logged in


class SetUpView(DeskView):
    """All steps. POST ``skip`` or ``take`` with the key of one; ``close`` or ``reopen`` the list on the first page."""

    allowed = (ALLOWED,)
    page_title = _("Set up the office")
    header_icon = "cog"
    template_name = "desk/set_up.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = standings(self.request.user)
        return super().get_context_data(
            standings=found,
            first_open=next((one for one in found if one.is_open), None),
            is_closed=setting_up().closed_at is not None,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = setting_up()
        keys = {one.key for one in STEPS}
        key = request.POST.get("skip", "")
        if key in keys:
            state.skipped = sorted({*state.skipped, key})
            state.save()
            return redirect(after(key, request.user))
        if request.POST.get("take") in keys:
            state.skipped = [one for one in state.skipped if one != request.POST["take"]]
        elif "close" in request.POST:
            state.closed_at = timezone.now()
            messages.success(request, gettext("The list is put away. It stays in the menu Settings."))
        elif "reopen" in request.POST:
            state.closed_at = None
        state.save()
        return redirect("wagtailadmin_home" if "close" in request.POST else "set_up")


class StepView(DeskView):
    """One step with a form: saves, and goes on to the next that is open."""

    key: ClassVar[str]
    header_icon = "cog"
    parents = ((_("Set up the office"), "set_up"),)

    def form(self) -> Any:
        raise NotImplementedError

    def saved(self, form: Any) -> HttpResponse | None:
        """Writes it. An answer of its own keeps the person on this step."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.form()
        return super().get_context_data(form=form, step=self.key, next_url=self.next_url(), **kwargs)

    def next_url(self) -> str:
        return reverse(after(self.key, self.request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if not form.is_valid():
            messages.error(request, gettext("Not saved: please mend what is marked below. Nothing you typed is lost."))
            return self.render_to_response(self.get_context_data(form=form))
        return self.saved(form) or redirect(self.next_url())


class SetUpPanel(Component):
    """On the first page until all is done or somebody puts it away."""

    name = "set_up"
    template_name = "desk/set_up_panel.html"
    order = 5

    def __init__(self, standings: list[Standing]) -> None:
        self.standings = standings

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        found = self.standings
        return {
            "standings": found,
            "done": sum(not one.is_open for one in found),
            "count": len(found),
            "first_open": next((one for one in found if one.is_open), None),
            "csrf_token": parent_context.get("csrf_token"),
        }


def panel(user: Any) -> SetUpPanel | None:
    """None where nothing is left to do, or for somebody else to do."""
    if not may(user, ALLOWED) or setting_up().closed_at:
        return None
    found = standings(user)
    return SetUpPanel(found) if any(one.is_open for one in found) else None


def remember(sender: Any, request: HttpRequest, user: Any, **signal: Any) -> None:
    """Somebody logged in at the desk."""
    if getattr(request, "path", "").startswith(reverse("wagtailadmin_home")) and may(user, ALLOWED) and is_fresh():
        request.session[LEAD] = True


def first_page(request: HttpRequest) -> HttpResponseBase:
    """The first page after log-in; once, on a fresh installation, the list of steps instead."""
    if request.session.pop(LEAD, False) and is_fresh():
        return redirect("set_up")
    return HomeView.as_view()(request)
