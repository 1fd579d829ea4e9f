"""Where somebody is logged in: for everybody their own sessions, for administrators those of a person, and that person's
second factor when it is lost."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.log_actions import log

from cms.accounts import factor_log, sessions
from cms.accounts.roles import must_have_second_factor
from cms.accounts.standing import has_factor
from cms.notices.what_happened import ACCESS_ADMIN
from publishing.desk.base import DeskView

MAY_RESET = "cms.change_user"


def say_ended(request: HttpRequest, user: Any, count: int) -> None:
    """In the log with who did it, and on the page."""
    if count:
        log(instance=user, action="cms.sessions_ended", user=request.user)
    words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", count)
    messages.success(request, words % {"count": count})


class OwnSessionsView(DeskView):
    """POST ``end`` with the number of one session, or ``others``."""

    allowed = (ACCESS_ADMIN,)
    page_title = _("Where you are logged in")
    header_icon = "lock"
    template_name = "accounts/sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(places=sessions.places_of(self.request.user, self.request), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        this = request.session.session_key
        asked = request.POST.get("end", "")
        if asked.isdecimal() and len(asked) < 19:
            found = [one for one in sessions.places_of(request.user, request) if one.pk == int(asked)]
            if found and not found[0].is_this and sessions.end_one(request.user, found[0].pk):
                say_ended(request, request.user, 1)
        elif "others" in request.POST:
            say_ended(request, request.user, sessions.end_all(request.user, but=this))
        return redirect("own_sessions")


@method_decorator(reauthentication_required(allow_get=True), name="dispatch")
class PersonAccessView(DeskView):
    """POST ``end`` ends all sessions of the person, ``reset`` takes the second factor away, ``unbind`` the single sign-on."""

    allowed = (MAY_RESET,)
    page_title = _("Log-in and sessions")
    header_icon = "lock"
    template_name = "accounts/person.html"
    parents = ((_("Users"), "wagtailusers_users:index"),)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.person = get_object_or_404(get_user_model(), pk=kwargs["pk"])
        # As with Wagtail's own form: only who has all rights decides over somebody who has. And whoever holds somebody's
        # session must not free the account of its second factor; for one's own there is the page that asks for it.
        if self.person.is_superuser and not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        factors = Authenticator.objects.filter(user_id=self.person.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return super().get_context_data(
            person=self.person,
            is_own=self.person.pk == self.request.user.pk,
            apps=[one for one in factors if one.type == Authenticator.Type.TOTP],
            keys=[one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
            is_required=must_have_second_factor(self.person),
            is_bound=SocialAccount.objects.filter(user=self.person).exists(),
            places=sessions.places_of(self.person, self.request),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.person.pk == request.user.pk:
            raise PermissionDenied
        if "end" in request.POST:
            say_ended(request, self.person, sessions.end_all(self.person))
        elif "reset" in request.POST:
            factor_log.reset(self.person, by=request.user)
            words = gettext("%(person)s has no second factor any more, and is logged out everywhere.")
            messages.success(request, words % {"person": self.person})
        elif "unbind" in request.POST:
            SocialAccount.objects.filter(user=self.person).delete()
            log(instance=self.person, action="cms.sign_on_unbound", user=request.user)
            messages.success(
                request, gettext("At the next single sign-on, the account is bound anew by e-mail address.")
            )
        return redirect("person_access", self.person.pk)


class LogInPanel(BaseSettingsPanel):
    """In Wagtail's account page: how the second factor stands, and the ways there and to the sessions."""

    name = "log_in"
    title = _("Log-in")
    order = 550  # after the password
    template_name = "accounts/account_panel.html"
    form_class = forms.Form

    def get_form(self) -> forms.Form:
        """Never bound: nothing here is saved with the rest."""
        return forms.Form(prefix=self.name)

    def get_context_data(self) -> dict[str, Any]:
        return {
            "form": self.get_form(),
            "has_factor": has_factor(self.user),
            "second_factor_url": reverse("mfa_index"),
            "sessions_url": reverse("own_sessions"),
        }
