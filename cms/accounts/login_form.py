"""The admin's log-in form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm

from cms.accounts import known_browser, throttle
from cms.accounts.adapters import too_many
from cms.public.limits import address_of_sender


class LoginForm(WagtailLoginForm):
    """Wagtail's, with a password field that has a label, and with limits.

    What is counted does not depend on whether there is such an account, and Django hashes the password for an unknown name
    too: neither the answer nor its time tells which names there are.
    """

    is_throttled = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return dict(super().clean())
        tried = throttle.begin(*self._counts(str(username).casefold()))
        if tried.wait:
            self.is_throttled = True
            raise too_many(tried)
        cleaned = dict(super().clean())  # raises where it is wrong: the try stays counted
        tried.right()
        return cleaned

    def _counts(self, username: str) -> list[tuple[throttle.Limit, str]]:
        assert self.request is not None
        address = address_of_sender(self.request)
        counts = [(throttle.OF_ADDRESS, address)]
        if browser := known_browser.known(self.request, username):
            return [*counts, (throttle.OF_KNOWN_BROWSER, browser)]
        return [
            *counts,
            (throttle.OF_ACCOUNT_AT_ADDRESS, f"{username} {address}"),
            (throttle.OF_ACCOUNT, username),
        ]
