"""What a person enters to have files put into a folder over SFTP, and the Login that comes of it. Shared by the channels
that go by SFTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels.base import ChannelError, ChannelForm, Outcome
from publishing.channels.sftp import Login, read_host_key, read_private_key

BAD_HOST_KEY = _("The server's public key in the settings of this channel cannot be read. Please enter it again.")


class SecretArea(forms.Textarea):
    """For a secret of many lines: what was entered is never sent back to the browser."""

    def format_value(self, value: Any) -> str:
        """Always empty."""
        return ""


class SftpForm(ChannelForm):
    """A folder on somebody else's server. Its owner tells all of this; at least a key or a password is needed."""

    host = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9.:-]*$",
        label=gettext_lazy("Server"),
        help_text=gettext_lazy("Name or address without sftp://, e.g. sftp.example.vn."),
        error_messages={"invalid": gettext_lazy("Only the server's name, without sftp:// and without a folder.")},
    )
    port = forms.IntegerField(label=gettext_lazy("Port"), initial=22, min_value=1, max_value=65535)
    username = forms.CharField(label=gettext_lazy("User name"), max_length=100)
    directory = forms.CharField(
        label=gettext_lazy("Folder"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Where files are put; empty for the folder the user starts in."),
    )
    host_key = forms.CharField(
        label=gettext_lazy("The server's public key"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One line, beginning with ssh-ed25519 or similar. Nothing is sent to a server with another key."
        ),
    )
    private_key = forms.CharField(
        label=gettext_lazy("Private key"),
        required=False,
        strip=False,
        widget=SecretArea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("The whole text of the file, without a passphrase."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_directory(self) -> str:
        """Without a slash at the end."""
        directory = str(self.cleaned_data["directory"]).strip()
        if ".." in directory.split("/"):
            raise forms.ValidationError(gettext_lazy("The folder may not contain “..”."))
        return directory if directory == "/" else directory.rstrip("/")

    def clean_host_key(self) -> str:
        """Kind and key, without host name and comment."""
        try:
            key = read_host_key(self.cleaned_data["host_key"])
        except ValueError:
            words = gettext_lazy("This is not a server's public key. It looks like: ssh-ed25519 AAAAC3Nza…")
            raise forms.ValidationError(words) from None
        return f"{key.get_name()} {key.get_base64()}"

    def clean_private_key(self) -> str:
        """As entered, if it can be used."""
        text = str(self.cleaned_data["private_key"])
        try:
            if text.strip():
                read_private_key(text)
        except TypeError:
            words = gettext_lazy("This key is locked with a passphrase. Please enter one without.")
            raise forms.ValidationError(words) from None
        except ValueError:
            words = gettext_lazy("This is not a private key. It begins with a line like -----BEGIN … PRIVATE KEY-----.")
            raise forms.ValidationError(words) from None
        return text.strip()

    def clean(self) -> dict[str, Any]:
        """A new channel needs a key or a password; of an existing one (it has initial values) the stored ones are kept."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        is_entered = values.get("private_key") or values.get("password") or self.errors
        if not is_entered and not self.initial.get("host"):
            raise forms.ValidationError(gettext_lazy("Please enter a private key or a password."))
        return values


def sftp_login(
    config: Mapping[str, Any], secret: Mapping[str, str], timeout: tuple[float, float], prefix: str = ""
) -> Login:
    """The Login of a channel's settings; ``timeout`` is that of its Http, the one place where waiting times are set.

    prefix  what the names of the settings and secrets begin with. Raises ChannelError if the host key cannot be read.
    """
    set_to = {name: config.get(f"{prefix}{name}") for name in ("host", "port", "username", "directory", "host_key")}
    try:
        host_key = read_host_key(str(set_to["host_key"] or ""))
    except ValueError:
        raise ChannelError(Outcome.PERMANENT, BAD_HOST_KEY) from None
    return Login(
        host=str(set_to["host"]),
        port=int(set_to["port"] or 22),
        username=str(set_to["username"]),
        directory=str(set_to["directory"] or ""),
        host_key=host_key,
        private_key=secret.get(f"{prefix}private_key", ""),
        password=secret.get(f"{prefix}password", ""),
        connect_seconds=timeout[0],
        answer_seconds=timeout[1],
    )
