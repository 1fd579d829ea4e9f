"""What allauth asks us about accounts and second factors.

allauth does the work (log-in in stages, TOTP, WebAuthn, recovery codes); nobody signs up with it, it sends no mail and its
own pages are not there: ``templates/mfa/`` has ours.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from cms.accounts import known_browser, throttle
from cms.accounts.roles import must_have_second_factor
from cms.accounts.standing import has_lately_shown
from cms.public.limits import client_address
from publishing import vault


def too_many(tried: throttle.Try) -> ValidationError:
    """What somebody reads who tried too often."""
    return ValidationError(
        ngettext_lazy(
            "Too many wrong tries. Wait %(minutes)d minute, then try again. Nothing is locked for good.",
            "Too many wrong tries. Wait %(minutes)d minutes, then try again. Nothing is locked for good.",
            "minutes",
        ),
        code="too_many",
        params={"minutes": tried.minutes},
    )


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("This password is not right."),
        "incorrect_code": _("This code is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["cms.accounts.stages.SecondFactorStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104 - an unknown address, not one to listen on

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, gettext("This account is not in use. Ask an administrator."))
        return redirect("wagtailadmin_login")

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        known_browser.remember(request, response, user)
        return response

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Its messages are in files of its own and have no Vietnamese; our pages say what there is to say."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """What is told of an account is in ``factor_notices.py``."""

    # Asking again who it is ----------------------------------------------------------------------------------

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of somebody who has just logged in, nor of somebody who has nothing to answer with."""
        request = context.request
        if has_lately_shown(request, request.user):
            return False
        return bool(self.get_reauthentication_methods(request.user))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """By the second factor where there is one; by the password otherwise."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [one for one in methods if one["id"].startswith("mfa_")]
        return factors or methods

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Checks the password of somebody who is asked again who it is."""
        tried = throttle.begin(throttle.password_of(str(credentials.get("username", ""))))
        if tried.wait:
            raise too_many(tried)
        user = authenticate(request, **credentials)
        if user is not None:
            tried.right()
        return user


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code or key was not accepted. A code is valid for half a minute and once: wait for the next one, and see that the clock of the telephone is right."
        ),
        "cannot_delete_authenticator": _("Your role needs a second factor. Add another one first, then remove this."),
        "cannot_generate_recovery_codes": _("Recovery codes need a second factor."),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.get_username())

    def _get_site_name(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)

    def encrypt(self, text: str) -> str:
        return vault.seal({"secret": text})

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text)["secret"]

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        others = type(authenticator).objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        if others.exclude(type=authenticator.Type.RECOVERY_CODES).exists():
            return True
        return not must_have_second_factor(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        count = user.authenticator_set.filter(type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": count}
