"""What a publisher enters to connect a Facebook Page, and what is sent to it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from publishing.channels.base import ChannelForm, api_address


class FacebookForm(ChannelForm):
    """A Page and its access. The token must be the Page's own: a person's token may not post."""

    app_id = forms.RegexField(
        r"^\d{5,30}$",
        required=False,
        label=gettext_lazy("App ID"),
        help_text=gettext_lazy("The number of your app at Meta for Developers. Needed to connect with Facebook."),
        error_messages={"invalid": gettext_lazy("The app ID consists of digits only.")},
    )
    page_id = forms.RegexField(
        r"^\d{3,30}$",
        label=gettext_lazy("Page ID"),
        help_text=gettext_lazy(
            "The Page's number, from its “About” section. Filled in when you connect with Facebook."
        ),
        error_messages={"invalid": gettext_lazy("The Page ID consists of digits only.")},
    )
    api_base = api_address(gettext_lazy("Address of the API"), "https://graph.facebook.com")
    api_version = forms.RegexField(
        r"^v\d{1,3}\.\d{1,2}$",
        label=gettext_lazy("Version of the API"),
        initial="v25.0",
        error_messages={"invalid": gettext_lazy("A version looks like v25.0.")},
    )
    sends = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What is sent of an answer"),
        initial="card",
        choices=[
            ("card", gettext_lazy("Text with a link card")),
            ("pictures", gettext_lazy("Its pictures, if it has any; otherwise text with a link card")),
            ("film", gettext_lazy("Its film, if it has one; otherwise its pictures, otherwise text with a link card")),
        ],
        help_text=gettext_lazy(
            "Facebook fetches pictures and films from this site, which it must be able to reach. They stay as they are "
            "when an answer is corrected: only the text can be changed."
        ),
    )
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="notice",
        choices=[
            ("notice", gettext_lazy("Replace the text of the post by a notice")),
            ("delete", gettext_lazy("Remove the post")),
        ],
        help_text=gettext_lazy("A notice leaves pictures and films with the post. Only removing it takes them away."),
    )
    access_token = forms.RegexField(
        r"^[!-~]+$",  # it travels in an HTTP header: visible ASCII only
        label=gettext_lazy("Page access token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("This is not a token: it has blanks or letters with accents in it.")},
    )
    app_secret = forms.RegexField(
        r"^[!-~]+$",
        required=False,
        label=gettext_lazy("App secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Needed to connect with Facebook, or if the app requires a proof of it with every call."
        ),
        error_messages={
            "invalid": gettext_lazy("This is not an app secret: it has blanks or letters with accents in it.")
        },
    )

    def clean_sends(self) -> str:
        return str(self.cleaned_data["sends"] or "card")

    def clean_api_base(self) -> str:
        return self.encrypted(self.cleaned_data["api_base"])
