"""The page with the links of an answer or an incident: what is kept of each, and what a person may do about it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import Panel
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter, log
from wagtail.models import Page

from cms.agencies import visible_to
from cms.incidents import Incident
from cms.keeping import copies, standing
from cms.kept import EXTENSIONS
from cms.pages.answer import Answer
from publishing.desk.base import DeskView, may

SEE, ADD = "cms.view_keptcopy", "cms.add_keptcopy"


class LinksView(DeskView):
    """``of`` is "page" or "incident". Its forms post here, with the address they are about."""

    allowed = (SEE,)
    page_title = _("Links and copies")
    header_icon = "link"
    template_name = "desk/links.html"

    @cached_property
    def subject(self) -> Any:
        if self.kwargs["of"] == "incident":
            return get_object_or_404(Incident, pk=self.kwargs["pk"])
        answers = visible_to(self.request.user, Answer.objects.all())
        return get_object_or_404(answers, pk=self.kwargs["pk"]).specific

    @cached_property
    def links(self) -> list[standing.Standing]:
        is_incident = self.kwargs["of"] == "incident"
        return standing.of_incident(self.subject) if is_incident else standing.of_answer(self.subject)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = self.subject
        is_incident = isinstance(subject, Incident)
        return super().get_context_data(
            links=self.links,
            heading=str(subject) if is_incident else subject.get_admin_display_title(),
            lang="" if is_incident else subject.locale.language_code,
            may_add=self.may(ADD),
            accepted=",".join(f".{ending}" for ending in EXTENSIONS),
            is_incident=is_incident,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may(ADD):
            raise PermissionDenied
        url = request.POST.get("url", "")
        if url not in {each.url for each in self.links}:
            raise Http404
        deed = {"again": self.again, "upload": self.upload}.get(request.POST.get("do", ""))
        if deed is None:
            raise Http404
        deed(url)
        return redirect(request.get_full_path())

    def again(self, url: str) -> None:
        copies.ask_again(url)
        log(instance=self.subject, action="cms.copy_asked_for", user=self.request.user)
        messages.success(self.request, gettext("A new copy is fetched within a few minutes. What is kept stays."))

    def upload(self, url: str) -> None:
        file = self.request.FILES.get("file")
        if file is None:
            messages.error(self.request, gettext("Please choose a file first."))
            return
        try:
            copies.take_upload(url, file, self.request.user)
        except ValidationError as wrong:
            messages.error(self.request, " ".join(wrong.messages))
            return
        messages.success(self.request, gettext("Kept, privately and with its fingerprint."))


class LinksPanel(Panel):
    """Beside the form of an incident: how it stands with the addresses where it was seen."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/links_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None and may(self.request.user, SEE)

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            url = reverse("links_of_incident", args=[self.instance.pk])
            found = {"links": standing.of_incident(self.instance), "links_url": url}
            return {**super().get_context_data(parent_context), **found}


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("links/page/<int:pk>/", LinksView.as_view(), {"of": "page"}, name="links_of_page"),
        path("links/incident/<int:pk>/", LinksView.as_view(), {"of": "incident"}, name="links_of_incident"),
    ]


@hooks.register("register_page_header_buttons")
def of_page(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Any:
    if may(user, SEE) and issubclass(page.specific_class or Page, Answer):
        yield Button(_("Links and copies"), reverse("links_of_page", args=[page.pk]), icon_name="link", priority=54)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    @actions.register_action("cms.copy_asked_for")
    class CopyAskedFor(LogFormatter):
        label = _("Copy asked for")
        message = _("A new copy of a link was asked for")
