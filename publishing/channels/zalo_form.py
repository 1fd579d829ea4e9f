"""The settings of a Zalo Official Account; part of zalo.py."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from publishing.channels.base import ChannelForm, api_address

API = "https://openapi.zalo.me"
OAUTH = "https://oauth.zaloapp.com"


class ZaloForm(ChannelForm):
    """An Official Account and the app that is linked to it."""

    app_id = forms.RegexField(
        r"^\d{5,30}$",
        label=gettext_lazy("App ID"),
        help_text=gettext_lazy("The number of the app at Zalo for Developers that is linked to the Official Account."),
        error_messages={"invalid": gettext_lazy("The app ID consists of digits only.")},
    )
    cover_url = forms.URLField(
        label=gettext_lazy("Picture for answers without one"),
        assume_scheme="https",
        help_text=gettext_lazy("Its public address. Zalo requires a picture: a JPEG or PNG under 1 MB."),
    )
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="notice",
        choices=[
            ("notice", gettext_lazy("Replace the article by a notice")),
            ("remove", gettext_lazy("Remove the article")),
        ],
    )
    api_base = api_address(gettext_lazy("Address of the API"), API)
    oauth_base = api_address(gettext_lazy("Address of the authorisation"), OAUTH)
    app_secret = forms.RegexField(
        r"^[!-~]+$",  # it travels in an HTTP header: visible ASCII only
        label=gettext_lazy("App secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("This is not an app secret: it has blanks or letters with accents in it.")
        },
    )
    refresh_token = forms.RegexField(
        r"^[!-~]+$",
        label=gettext_lazy("Refresh token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "It works once and is replaced by itself from then on: use a fresh one, and use it nowhere else."
        ),
        error_messages={"invalid": gettext_lazy("This is not a token: it has blanks or letters with accents in it.")},
    )

    def clean_api_base(self) -> str:
        return self.encrypted(self.cleaned_data["api_base"])

    def clean_oauth_base(self) -> str:
        return self.encrypted(self.cleaned_data["oauth_base"])
