"""What a publisher enters to connect a newspaper that runs WordPress."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy

from publishing.channels.base import ChannelForm


class WordPressForm(ChannelForm):
    """A site and a user of it who may publish."""

    base_url = forms.URLField(
        label=gettext_lazy("Site address"),
        assume_scheme="https",
        help_text=gettext_lazy("The address of the front page, e.g. https://www.example.org"),
    )
    username = forms.CharField(label=gettext_lazy("Username"), max_length=60)
    application_password = forms.CharField(
        label=gettext_lazy("Application password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Made in the user's profile at the newspaper. It is not the password for logging in."),
    )
    category = forms.CharField(label=gettext_lazy("Category"), max_length=100, required=False)
    pictures = forms.ChoiceField(
        required=False,
        label=gettext_lazy("The first picture of an answer"),
        initial="upload",
        choices=[
            ("upload", gettext_lazy("Upload it, as the article's own picture")),
            ("linked", gettext_lazy("Leave it on this site, shown in the text like the other pictures")),
        ],
        help_text=gettext_lazy(
            "The article's own picture is what the newspaper shows in its lists and above the text. It stays in the "
            "newspaper's library when the article is retracted."
        ),
    )
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="notice",
        choices=[
            ("notice", gettext_lazy("Replace the article by a notice")),
            ("trash", gettext_lazy("Move the article to the bin")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial and "pictures" not in self.initial:
            self.initial["pictures"] = "linked"  # what a channel from before this setting does

    def clean_pictures(self) -> str:
        return str(self.cleaned_data["pictures"] or "linked")

    def clean_base_url(self) -> str:
        """Without a slash at the end. Encrypted, unless the other end is this machine: the password travels along."""
        address = str(self.cleaned_data["base_url"]).rstrip("/")
        parts = urlsplit(address)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) not in _LOOPBACK:
            raise forms.ValidationError(gettext_lazy("The address must begin with https://."))
        if parts.query or parts.fragment or parts.username:
            raise forms.ValidationError(gettext_lazy("Enter the plain address of the site."))
        return address


_LOOPBACK = {("http", "127.0.0.1"), ("http", "::1"), ("http", "localhost")}
