"""allauth's forms for second factors, with words that can be translated, with limits, and with codes that work once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from cms.accounts import known_browser, throttle
from cms.accounts.adapters import AccountAdapter, MFAAdapter, too_many

# A right code is right for a minute and a half, with the drift that MFA_TOTP_TOLERANCE allows: no more than these can
# have been used in that time.
_REMEMBERED = 4


@contextmanager
def counted(user: Any) -> Iterator[None]:
    """A wrong code or key counts against the account. Raises ValidationError where there were too many."""
    browser = known_browser.known(context.request, user.get_username())
    tried = throttle.begin(throttle.codes_of(user, browser))
    if tried.wait:
        raise too_many(tried)
    yield
    tried.right()


def _as_code(field: forms.Field, label: Any, mode: str) -> None:
    field.label = label
    field.widget.attrs = {
        "autocomplete": "one-time-code",
        "inputmode": mode,
        "autofocus": "",
        "spellcheck": "false",
        "autocapitalize": "off",
    }


@transaction.atomic
def use_up(authenticator: Authenticator, code: str) -> bool:
    """False: this code was used before. In the database, because web processes may share no other memory."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    mark = salted_hmac("cms.accounts.used-code", f"{row.pk} {code.strip()}", algorithm="sha256").hexdigest()[:24]
    used = list(row.data.get("used", []))
    if mark in used:
        return False
    row.data["used"] = [*used, mark][-_REMEMBERED:]
    row.save(update_fields=["data"])
    authenticator.data = row.data
    return True


class _CodeForm(base_forms.BaseAuthenticateForm):
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self.fields["code"], _("Code of the app, or a recovery code"), "numeric")

    def clean_code(self) -> str:
        with counted(self.user):
            code: str = super().clean_code()
            if self.authenticator.type == Authenticator.Type.TOTP and not use_up(self.authenticator, code):
                raise MFAAdapter().validation_error("incorrect_code")
            return code


class AuthenticateForm(_CodeForm, base_forms.AuthenticateForm):
    pass


class ReauthenticateForm(_CodeForm, base_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(AllauthActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self.fields["code"], _("The six digits that the app shows"), "numeric")

    def clean_code(self) -> str:
        with counted(self.user):
            return str(super().clean_code())


def _well_formed(credential: Any, kind: Any) -> Any:
    """What the browser sent, if it can be read at all. allauth does not expect everything that somebody may send by hand."""
    try:
        kind.from_dict(credential)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValidationError(_("The key did not answer as it should. Try again.")) from None
    return credential


class _CountedKey(webauthn_forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with counted(self.user):
            _well_formed(self.cleaned_data["credential"], AuthenticationResponse)
            return super().clean_credential()


class AuthenticateWebAuthnForm(_CountedKey):
    pass


class ReauthenticateWebAuthnForm(_CountedKey, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name, to tell it from others")
        self.fields["name"].max_length = 60

    def clean_credential(self) -> Any:
        return _well_formed(self.cleaned_data["credential"], RegistrationResponse)


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Name, to tell it from others"), max_length=60, initial=self.fields["name"].initial
        )


class PasswordForm(forms.Form):
    """Asks again for the password, of somebody who has no second factor yet."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": ""}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        adapter = AccountAdapter()
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("incorrect_password")
        return password
