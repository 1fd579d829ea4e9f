"""A broadcaster's newsroom: a read-aloud script and an IPTC ninjs item, put into a folder of its SFTP server.

Files are named ``<slug>_<marker>_v<version>``: a recording that was approved first, if there is one, then the script ``.txt``,
the item last, which is what the newsroom's system watches for: ninjs ``.json``, NewsML-G2 ``.xml``, or the one after the
other. Each is uploaded under a hidden name and renamed when it is complete, so that nobody reads half of one; a name that
exists is never written again. Sending twice therefore leaves one set of files.

A correction and a withdrawal are new versions under the same ``uri``. There is no public address, so receipts have no
url. Where the newsroom takes files out of the folder at once, a call that ended unclear may be repeated: the same
name, uri and version arrive a second time, which a ninjs receiver treats as one.
"""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels import recording
from publishing.channels.base import Adapter, ChannelForm, Probe
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
from publishing.channels.sftp import Login, is_there, lay_files, try_folder
from publishing.channels.sftp_form import SftpForm, sftp_login
from publishing.story import Action, File, Post, Receipt, Story


class NewsroomForm(SftpForm):
    """A folder on a broadcaster's server, and what its newsroom reads."""

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
    field_order = (
        *("host", "port", "username", "directory", "host_key"),
        *("provider", "uri_base", "formats", "embargo_minutes"),
        *("private_key", "password"),
    )

    def clean_formats(self) -> str:
        """ninjs, newsml or both."""
        return str(self.cleaned_data["formats"] or "ninjs")

    def clean_embargo_minutes(self) -> int:
        """0: none."""
        return int(self.cleaned_data["embargo_minutes"] or 0)


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
    takes_audio: ClassVar[bool] = True
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
        audio = recording.carried(story, action, recording.MOST_LAID)
        audio_name = recording.name(base, audio)
        about = {
            "uri_base": str(config.get("uri_base", "")),
            "provider": str(config.get("provider", "")),
            "audio_name": audio_name,
        }
        about_sound = recording.note(story, action, audio_name)
        printed = script_file(story, self.owner, text, until, about_sound)
        files = [File(f"{base}.txt", "text/plain; charset=utf-8", printed)]
        formats = config.get("formats") or "ninjs"
        if formats in {"newsml", "both"}:
            files.append(File(f"{base}.xml", NEWSML_TYPE, newsml(story, action, marker, text, until=until, **about)))
        if formats in {"ninjs", "both"}:
            files.append(
                File(f"{base}.json", NINJS_TYPE, ninjs_file(story, action, marker, text, until=until, **about))
            )
        return Post(
            text=text,
            title=story.title,
            link=story.url,
            slug=base,
            files=tuple(files),
            audio=audio,
            audio_name=audio_name,
        )

    def allowance_for(self, post: Post) -> float:
        """A recording takes its time."""
        return self.allowance + recording.allowance(post)

    def send(self, post: Post, marker: str) -> Receipt:
        """Puts the files there that are not there yet, the recording first and the item last. PERMANENT if a name is taken
        by another content."""
        sound = recording.fetched(self.http, post.audio) if post.audio else b""
        lay_files(self._login(), post, sound)
        return Receipt(post.files[-1].name)

    def find(self, post: Post, marker: str) -> Receipt | None:
        """The receipt if the item is there, byte for byte."""
        return Receipt(post.files[-1].name) if is_there(self._login(), post.files[-1]) else None

    def probe(self) -> Probe:
        """Logs in, writes a hidden empty file and removes it."""
        login = self._login()
        try_folder(login)
        return Probe(name=f"{login.username}@{login.host}")

    def _login(self) -> Login:
        return sftp_login(self.config, self.secret, self.http.timeout)
