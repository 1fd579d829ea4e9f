"""What a person enters to have mail sent, and the Mailbox that comes of it. Shared by the channels that go by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from publishing.channels.base import ChannelForm
from publishing.channels.smtp import Mailbox

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class MailForm(ChannelForm):
    """A mail server that sends for us, our own address, and the receiver's."""

    host = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9.:-]*$",
        label=gettext_lazy("Mail server"),
        help_text=gettext_lazy("The server that sends our mail (SMTP), e.g. mail.example.vn."),
        error_messages={"invalid": gettext_lazy("Only the server's name.")},
    )
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        initial=587,
        min_value=1,
        max_value=65535,
        help_text=gettext_lazy("587 with STARTTLS, 465 with TLS from the start."),
    )
    security = forms.ChoiceField(
        label=gettext_lazy("Encryption"),
        required=False,
        initial="starttls",
        choices=[
            ("starttls", gettext_lazy("STARTTLS")),
            ("ssl", gettext_lazy("TLS from the start")),
            ("none", gettext_lazy("none (only on this machine)")),
        ],
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Empty if the mail server takes our mail without a login."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    sender = forms.EmailField(
        label=gettext_lazy("Our address"),
        help_text=gettext_lazy(
            "Mail comes from this address, under the name of the organisation that owns this channel."
        ),
    )
    receiver = forms.EmailField(
        label=gettext_lazy("Mail address of the receiver"),
        help_text=gettext_lazy("One address; for several people ask for a shared one, or make a channel for each."),
    )

    def clean_security(self) -> str:
        """starttls unless said otherwise."""
        return str(self.cleaned_data["security"] or "starttls")

    def clean_sender(self) -> str:
        """With its domain in ASCII."""
        return in_ascii(self.cleaned_data["sender"])

    def clean_receiver(self) -> str:
        """With its domain in ASCII."""
        return in_ascii(self.cleaned_data["receiver"])

    def clean(self) -> dict[str, Any]:
        """Nothing goes unencrypted to another machine; a user name needs a password, which may be stored already."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("security") == "none" and values.get("host") and values["host"] not in _HERE:
            self.add_error("security", gettext_lazy("Without encryption mail goes to this machine only."))
        is_new = not self.initial.get("host")
        if values.get("username") and not values.get("password") and is_new and not self.errors:
            self.add_error("password", gettext_lazy("Please enter the password of this user name."))
        return values


def in_ascii(address: str) -> str:
    """A mail address with its domain as the mail system writes it. Raises ValidationError."""
    name, _at, domain = address.strip().rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}" if domain else ""
    except UnicodeError:
        raise forms.ValidationError(gettext_lazy("This is not a mail address.")) from None


def mailbox(config: Mapping[str, Any], secret: Mapping[str, str], timeout: tuple[float, float]) -> Mailbox:
    """The Mailbox of a channel's settings; ``timeout`` is that of its Http, the one place where waiting times are set."""
    return Mailbox(
        host=str(config["host"]),
        port=int(config.get("port") or 587),
        security=str(config.get("security") or "starttls"),
        username=str(config.get("username") or ""),
        password=secret.get("password", ""),
        sender=str(config["sender"]),
        receiver=str(config["receiver"]),
        connect_seconds=timeout[0],
        answer_seconds=timeout[1],
    )
