"""A broadcaster's newsroom: a read-aloud script and an IPTC ninjs item, put into a folder of its SFTP server.

Files are named ``<slug>_<marker>_v<version>``: the script ``.txt`` first, the item last, which is what the newsroom's
system watches for: ninjs ``.json``, NewsML-G2 ``.xml``, or the one after the other. Each is uploaded under a hidden name and renamed when it is complete, so that nobody
reads half of one; a name that exists is never written again. Sending twice therefore leaves one set of files.

A correction and a withdrawal are new versions under the same ``uri``. There is no public address, so receipts have no
url. Where the newsroom takes files out of the folder at once, a call that ended unclear may be repeated: the same
name, uri and version arrive a second time, which a ninjs receiver treats as one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels.base import Adapter, ChannelForm, Outcome, Probe
from publishing.channels.newsroom_item import (
    NINJS_TYPE,
    embargo_field,
    embargo_until,
    file_base,
    formats_field,
    frame,
    ninjs_file,
    script,
    script_file,
    wording,
)
from publishing.channels.newsroom_newsml import NEWSML_TYPE, newsml
from publishing.channels.newsroom_sftp import Login, open_folder, read_host_key, read_private_key
from publishing.story import Action, File, Post, Receipt, Story

TAKEN = _(
    "A different file with the same name is already on the server, and was not overwritten. "
    "Please clear this up with the broadcaster's newsroom."
)
BAD_HOST_KEY = _("The server's public key in the settings of this channel cannot be read. Please enter it again.")


class SecretArea(forms.Textarea):
    """For a secret of many lines: what was entered is never sent back to the browser."""

    def format_value(self, value: Any) -> str:
        """Always empty."""
        return ""


class NewsroomForm(ChannelForm):
    """A folder on a broadcaster's server. The broadcaster tells all of this; at least a key or a password is needed."""

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
    provider = forms.CharField(
        label=gettext_lazy("Name of the provider"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("As agreed with the newsroom; empty for the office that signs the answer."),
    )
    uri_base = forms.URLField(
        label=gettext_lazy("Beginning of identifiers"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Only if the newsroom asks for it. Never change it once items were sent."),
    )
    formats = formats_field("ninjs", "newsml", "both")
    embargo_minutes = embargo_field()
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

    def clean_formats(self) -> str:
        """ninjs, newsml or both."""
        return str(self.cleaned_data["formats"] or "ninjs")

    def clean_embargo_minutes(self) -> int:
        """0: none."""
        return int(self.cleaned_data["embargo_minutes"] or 0)

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


class Newsroom(Adapter):
    """The newsroom of a broadcaster, reached over SFTP."""

    kind: ClassVar[str] = "newsroom"
    label: ClassVar[str] = _("Broadcaster's newsroom (SFTP)")
    nature: ClassVar[str] = _("broadcaster")
    look: ClassVar[str] = "script"
    Form: ClassVar[type[ChannelForm]] = NewsroomForm
    secrets: ClassVar[tuple[str, ...]] = ("private_key", "password")
    text_limit: ClassVar[int] = 3_000  # about three minutes on air
    wording_label: ClassVar[str] = _("Read-aloud script")
    finds: ClassVar[bool] = True
    settle_seconds: ClassVar[int] = 0  # a rename is seen at once

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """What is claimed and what is true; what was corrected; why it was withdrawn."""
        around = sum(len(part) for part in frame(story, action, self.owner)) + len("\n\n" * 2)
        return wording(story, action, max(0, self.text_limit - around))

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """The script in ``text``; all files. Opening with office and verdict, and closing with the domain, are the frame.

        Numbers stay as written. ``link`` is the public address; in the script only its domain is said.
        """
        text = script(story, action, self.owner, wording or self.wording(story, action))
        base = file_base(story, marker)
        config = self.config
        until = embargo_until(story, action, int(config.get("embargo_minutes") or 0))
        about = {
            "uri_base": str(config.get("uri_base", "")),
            "provider": str(config.get("provider", "")),
        }
        files = [File(f"{base}.txt", "text/plain; charset=utf-8", script_file(story, self.owner, text, until))]
        formats = config.get("formats") or "ninjs"
        if formats in {"newsml", "both"}:
            files.append(File(f"{base}.xml", NEWSML_TYPE, newsml(story, action, marker, text, until=until, **about)))
        if formats in {"ninjs", "both"}:
            files.append(
                File(f"{base}.json", NINJS_TYPE, ninjs_file(story, action, marker, text, until=until, **about))
            )
        return Post(text=text, title=story.title, link=story.url, slug=base, files=tuple(files))

    def send(self, post: Post, marker: str) -> Receipt:
        """Puts the files there that are not there yet, the item last. PERMANENT if a name is taken by another content."""
        with open_folder(self._login()) as folder:
            for file in post.files:
                content = file.text.encode()
                held = folder.holds(file.name, content)
                if held is False:
                    self.fail(Outcome.PERMANENT, TAKEN, vendor_code="name taken", vendor_words=file.name)
                if held is None:
                    folder.put(file.name, content, is_trigger=file is post.files[-1])
        return Receipt(post.files[-1].name)

    def find(self, post: Post, marker: str) -> Receipt | None:
        """The receipt if the item is there, byte for byte."""
        item = post.files[-1]
        with open_folder(self._login()) as folder:
            return Receipt(item.name) if folder.holds(item.name, item.text.encode()) else None

    def probe(self) -> Probe:
        """Logs in, writes a hidden empty file and removes it."""
        login = self._login()
        with open_folder(login) as folder:
            folder.try_writing()
        return Probe(name=f"{login.username}@{login.host}")

    def _login(self) -> Login:
        config = self.config
        try:
            host_key = read_host_key(str(config.get("host_key", "")))
        except ValueError:
            self.fail(Outcome.PERMANENT, BAD_HOST_KEY)
        connect_seconds, answer_seconds = self.http.timeout  # the one place where waiting times are set
        return Login(
            host=str(config["host"]),
            port=int(config.get("port") or 22),
            username=str(config["username"]),
            directory=str(config.get("directory") or ""),
            host_key=host_key,
            private_key=self.secret.get("private_key", ""),
            password=self.secret.get("password", ""),
            connect_seconds=connect_seconds,
            answer_seconds=answer_seconds,
        )
