"""The settings of a YouTube channel; part of youtube.py."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from publishing.channels.base import ChannelForm, api_address

API = "https://www.googleapis.com"
OAUTH = "https://oauth2.googleapis.com"


class YouTubeForm(ChannelForm):
    """A channel, and the app that may manage its films."""

    client_id = forms.RegexField(
        r"^[!-~]+$",
        label=gettext_lazy("Client ID"),
        help_text=gettext_lazy("Of the OAuth client at Google, e.g. 1234-abcd.apps.googleusercontent.com"),
        error_messages={
            "invalid": gettext_lazy("This is not a client ID: it has blanks or letters with accents in it.")
        },
    )
    category_id = forms.RegexField(
        r"^\d{1,3}$",
        label=gettext_lazy("Category"),
        initial="25",
        help_text=gettext_lazy("YouTube's number for it; 25 is News & Politics."),
        error_messages={"invalid": gettext_lazy("A category is a number.")},
    )
    license = forms.ChoiceField(
        label=gettext_lazy("Licence"),
        initial="youtube",
        choices=[
            ("youtube", gettext_lazy("Standard YouTube licence")),
            ("creativeCommon", gettext_lazy("Creative Commons: others may use the film again")),
        ],
    )
    publishing = forms.ChoiceField(
        label=gettext_lazy("How a film becomes public"),
        initial="at_once",
        choices=[
            ("at_once", gettext_lazy("It is uploaded as public")),
            (
                "when_whole",
                gettext_lazy("It is uploaded as private, and made public when it has arrived with its picture"),
            ),
        ],
    )
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="private",
        choices=[
            ("private", gettext_lazy("Make the film private")),
            ("delete", gettext_lazy("Delete the film")),
        ],
    )
    api_base = api_address(gettext_lazy("Address of the API"), API)
    oauth_base = api_address(gettext_lazy("Address of the authorisation"), OAUTH)
    client_secret = forms.RegexField(
        r"^[!-~]+$",
        label=gettext_lazy("Client secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("This is not a client secret: it has blanks or letters with accents in it.")
        },
    )
    refresh_token = forms.RegexField(
        r"^[!-~]+$",
        label=gettext_lazy("Refresh token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Given by Google when the channel's owner allows the app to manage its films."),
        error_messages={"invalid": gettext_lazy("This is not a token: it has blanks or letters with accents in it.")},
    )

    def clean_api_base(self) -> str:
        return self.encrypted(self.cleaned_data["api_base"])

    def clean_oauth_base(self) -> str:
        return self.encrypted(self.cleaned_data["oauth_base"])
