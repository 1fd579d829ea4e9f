"""A commune's loudspeakers: a bulletin to read aloud in two lengths, by mail, as a file over SFTP, or on a printed sheet.

Over SFTP it is as with a broadcaster's newsroom: the sheet is one file, ``<slug>_<marker>_v<version>.txt``, whole or not
there at all; a correction or a withdrawal is another file beside it, and a lost answer is looked up on the server.

Where a station has neither, nothing is sent from here: the delivery is held, a person prints the sheet from its
preview, hands it over and says so ("done by hand"); a correction or a withdrawal then comes back to that person the
same way. By mail it is as with a newsroom: a lost answer is for a person, and what follows is in the same thread.

A recording that was approved goes along: attached, or laid beside the sheet before it. What follows says that an earlier one
is not to be played again, and takes it out of the folder where the server allows that.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels import recording
from publishing.channels.base import Adapter, ChannelForm, Outcome, Probe, Problem
from publishing.channels.loudspeaker_script import (
    FRAMED_SECONDS,
    LONG_LENGTH,
    LONG_SECONDS,
    approved_speech,
    long_version,
    long_wording,
    sheet,
    subject,
)
from publishing.channels.mail import mail, message_id
from publishing.channels.newsroom_item import file_base
from publishing.channels.sftp import Login, is_there, lay_files, try_folder
from publishing.channels.sftp_form import SftpForm, sftp_login
from publishing.channels.smtp import FINAL_SECONDS, hand_over, try_envelope
from publishing.channels.smtp_form import MailForm, mailbox
from publishing.story import Action, File, Post, Receipt, Story, Way
from publishing.text import reading_seconds

# Bytes that a recording may have to go along; a sheet handed over by a person says where it is.
MOST_SOUND = {"mail": recording.MOST_ATTACHED, "sftp": recording.MOST_LAID, "hand": 0}
SFTP = "sftp_"  # in front of the names of settings and secrets for SFTP
BY_HAND = _("Please print the bulletin, hand it to the station, and then mark this as done by hand.")


class LoudspeakerForm(MailForm):
    """How the bulletin reaches the station, and what that way needs; nothing of the other ways is needed.

    The fields for SFTP are those of SftpForm, each called SFTP + its name there: a station that changes from one way to
    the other must never get the password of the other's server.
    """

    reached_by = forms.ChoiceField(
        label=gettext_lazy("How the bulletin reaches the station"),
        choices=[
            ("mail", gettext_lazy("by e-mail")),
            ("sftp", gettext_lazy("as a file in a folder on a server (SFTP)")),
            ("hand", gettext_lazy("a person hands over a printed sheet")),
        ],
        initial="mail",
    )
    field_order = ("reached_by",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {"mail": [name for name in self.fields if name != "reached_by"]}
        self.ways["sftp"] = [SFTP + name for name in SftpForm.base_fields]
        for name, field in SftpForm.base_fields.items():
            self.fields[SFTP + name] = own = deepcopy(field)
            own.label = f"{field.label} (SFTP)"
        for way, names in self.ways.items():
            for name in names:
                self.fields[name].required = False
                # The desk's style sheet shows only what the chosen way needs; without it everything is there.
                self.fields[name].widget.attrs["data-only-for"] = way

    def clean(self) -> dict[str, Any]:
        """What the chosen way needs must be there and right; what belongs to another stays as it was."""
        values = super().clean()
        chosen = values.get("reached_by", "")
        for way, names in self.ways.items():
            for name in names if way != chosen else ():
                self.errors.pop(name, None)
                is_secret = name in Loudspeaker.secrets
                values[name] = "" if is_secret else self.initial.get(name, self.fields[name].initial or "")
        if chosen == "mail":
            for name in ("host", "port", "sender", "receiver"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, gettext_lazy("This is needed to send mail."))
        elif chosen == "sftp":
            self._clean_sftp(values)
        return values

    def _clean_sftp(self, values: dict[str, Any]) -> None:
        part = SftpForm(
            {name: self.data.get(self.add_prefix(SFTP + name)) for name in SftpForm.base_fields},
            initial={"host": self.initial.get(SFTP + "host")},
        )
        for name, messages in part.errors.items():
            field = SFTP + ("private_key" if name == "__all__" else name)
            if field not in self.errors:
                is_missing = name in part.fields and part.has_error(name, "required")
                self.add_error(field, gettext_lazy("This is needed to send by SFTP.") if is_missing else messages)
        values.update({SFTP + name: value for name, value in part.cleaned_data.items()})


class Loudspeaker(Adapter):
    """The loudspeakers of a commune."""

    kind: ClassVar[str] = "loudspeaker"
    label: ClassVar[str] = _("Commune loudspeakers")
    nature: ClassVar[str] = _("loudspeakers")
    look: ClassVar[str] = "script"
    Form: ClassVar[type[ChannelForm]] = LoudspeakerForm
    secrets: ClassVar[tuple[str, ...]] = ("password", "sftp_private_key", "sftp_password")
    text_limit: ClassVar[int] = LONG_LENGTH
    counts: ClassVar[str] = ""  # what is written is not what is said: only the server can tell
    wording_label: ClassVar[str] = _("Read-aloud script")
    longest_call: ClassVar[float] = FINAL_SECONDS
    max_in_flight: ClassVar[int] = 2
    takes_audio: ClassVar[bool] = True
    cannot_words: ClassVar[str] = BY_HAND

    @property
    def finds(self) -> bool:  # type: ignore[override]
        """A folder can be asked whether the sheet is there, a mail server cannot."""
        return self._way == "sftp"

    @property
    def allowance(self) -> float:
        """Only a mail server may take its time after the end of a message."""
        return self.longest_call if self._way == "mail" else 0.0

    def allowance_for(self, post: Post) -> float:
        """A recording takes its time."""
        return self.allowance + recording.allowance(post)

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """What is claimed and what is true, as written; render() spells the figures out. Or the text to be read aloud
        that was approved, which stays as it is."""
        return long_wording(story, action, self.owner)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """The full version in ``text``; the sheet, with the short version and the written text, as the file."""
        middle = wording or self.wording(story, action)
        is_approved = not wording and bool(approved_speech(story, action, self.owner))
        base = file_base(story, marker)
        audio = recording.carried(story, action, MOST_SOUND[self._way])
        audio_name = recording.name(base, audio)
        about_sound = recording.note(story, action, audio_name)
        printed = sheet(story, action, self.owner, middle, wording, is_approved=is_approved, note=about_sound)
        extra = {
            "subject": subject(story, action),
            "message_id": message_id(story, marker, str(self.config.get("sender") or "")),
            "text": printed,
            "language": story.language,
            "is_urgent": story.is_urgent or action == Action.RETRACT,
            "longest": FRAMED_SECONDS if is_approved else LONG_SECONDS,
        }
        return Post(
            text=long_version(story, action, self.owner, middle, is_approved=is_approved),
            title=story.title,
            link=story.url,
            slug=base,
            files=(File(f"{base}.txt", "text/plain; charset=utf-8", printed),),
            audio=audio,
            audio_name=audio_name,
            extra=extra,
        )

    def problems(self, post: Post) -> list[Problem]:
        """Too long on paper, or to listen to."""
        found = super().problems(post)
        seconds = reading_seconds(post.text)
        longest = int(post.extra.get("longest", LONG_SECONDS))
        if seconds > longest:
            words = _("It takes about %(seconds)s seconds to read this aloud; a bulletin may take %(limit)s.")
            found.append(Problem(words, {"seconds": seconds, "limit": longest}))
        return found

    def way(self, action: Action) -> Way:
        """A mail or a file for each, or a person's errand for each."""
        return Way.NONE if self._way == "hand" else Way.SEND

    def send(self, post: Post, marker: str) -> Receipt:
        """By mail the receipt's id is the Message-ID; UNKNOWN once the end of the message was sent without an answer.
        Over SFTP it is the name of the file; UNKNOWN while the answer to its renaming is missing."""
        if self._way == "hand":
            self.fail(Outcome.PERMANENT, BY_HAND)
        sound = recording.fetched(self.http, post.audio) if post.audio else b""
        if self._way == "sftp":
            lay_files(self._login(), post, sound)
            return Receipt(post.files[-1].name)
        box = mailbox(self.config, self.secret, self.http.timeout)
        people = {"owner": self.owner, "sender": box.sender, "receiver": box.receiver}
        message = mail(post, **people, at=datetime.now(UTC), audio=sound)
        hand_over(box, message, recording.upload_seconds(post))
        return Receipt(post.extra["message_id"])

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Over SFTP only: the receipt if the sheet is there, byte for byte."""
        return Receipt(post.files[-1].name) if is_there(self._login(), post.files[-1]) else None

    def probe(self) -> Probe:
        """By mail: logs in and asks whether both addresses are taken. Over SFTP: logs in, writes a hidden empty file and
        removes it. Of a printed sheet there is nothing to test."""
        if self._way == "hand":
            return Probe(name=self.owner, words=_("Nothing is sent from here: a person hands over the printed sheet."))
        if self._way == "sftp":
            login = self._login()
            try_folder(login)
            return Probe(name=f"{login.username}@{login.host}")
        box = mailbox(self.config, self.secret, self.http.timeout)
        try_envelope(box)
        return Probe(name=f"{box.sender} → {box.receiver}")

    @property
    def _way(self) -> str:
        """mail, sftp or hand."""
        return str(self.config.get("reached_by") or "mail")

    def _login(self) -> Login:
        return sftp_login(self.config, self.secret, self.http.timeout, SFTP)
