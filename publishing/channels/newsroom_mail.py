"""A newsroom reached by mail: the script as text, with the item (ninjs, NewsML-G2) and the script attached.

The Message-ID is made of answer, revision and marker; a correction or a withdrawal is a mail of its own that refers to
the first one, and says in its subject what it is.

A mail server cannot be asked whether it took a message, and not every mailbox drops a second copy with the same
Message-ID. So nothing is found again: when the connection is lost after the end of the message, a person asks the
newsroom, and if it is sent again it is the same message with the same Message-ID, item and version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from publishing.channels import recording
from publishing.channels.base import Adapter, ChannelForm, Probe
from publishing.channels.mail import mail, message_id
from publishing.channels.newsroom_item import (
    NINJS_TYPE,
    editors_note,
    embargo_field,
    embargo_until,
    embargo_words,
    file_base,
    formats_field,
    frame,
    ninjs_file,
    one_line,
    script,
    script_file,
    wording,
)
from publishing.channels.newsroom_newsml import NEWSML_TYPE, newsml
from publishing.channels.smtp import FINAL_SECONDS, hand_over, try_envelope
from publishing.channels.smtp_form import MailForm, mailbox
from publishing.story import Action, File, Post, Receipt, Story
from publishing.text import clip

SUBJECT_LENGTH = 150

# Words of the mail itself, in the story's language; English where it has none of its own.
SUBJECTS = {
    "vi": {
        "correct": "ĐÍNH CHÍNH: ",
        "update": "CẬP NHẬT: ",
        "verdict": "ĐÃ CÓ KẾT LUẬN: ",
        "retract": "RÚT TIN: ",
        "urgent": "KHẨN: ",
    },
    "en": {
        "correct": "CORRECTION: ",
        "update": "UPDATE: ",
        "verdict": "CHECK FINISHED: ",
        "retract": "KILL, WITHDRAWN: ",
        "urgent": "URGENT: ",
    },
}


class NewsroomMailForm(MailForm):
    """The mail server, and what the newsroom wants to have."""

    formats = formats_field("both", "ninjs", "newsml")
    embargo_minutes = embargo_field()

    def clean_formats(self) -> str:
        """both unless said otherwise."""
        return str(self.cleaned_data["formats"] or "both")

    def clean_embargo_minutes(self) -> int:
        """0: none."""
        return int(self.cleaned_data["embargo_minutes"] or 0)


def subject(story: Story, action: Action, until: datetime | None) -> str:
    """What it is, then the title: an editor decides by this line."""
    say = SUBJECTS.get(story.language.partition("-")[0].lower(), SUBJECTS["en"])
    word = say[story.told_as(action)] if action != Action.POST else say["urgent"] if story.is_urgent else ""
    embargo = f"[{embargo_words(story, until)}] " if until else ""
    return embargo + word + clip(one_line(story.title), SUBJECT_LENGTH)


class NewsroomMail(Adapter):
    """The newsroom of a broadcaster or a paper, reached by mail."""

    kind: ClassVar[str] = "newsroom_mail"
    label: ClassVar[str] = _("Newsroom (e-mail)")
    nature: ClassVar[str] = _("broadcaster")
    look: ClassVar[str] = "script"
    Form: ClassVar[type[ChannelForm]] = NewsroomMailForm
    secrets: ClassVar[tuple[str, ...]] = ("password",)
    text_limit: ClassVar[int] = 3_000  # about three minutes on air
    wording_label: ClassVar[str] = _("Read-aloud script")
    finds: ClassVar[bool] = False
    takes_audio: ClassVar[bool] = True
    longest_call: ClassVar[float] = FINAL_SECONDS
    max_in_flight: ClassVar[int] = 2  # mail servers count connections

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """What is claimed and what is true; what was corrected; why it was withdrawn."""
        around = sum(len(part) for part in frame(story, action, self.owner)) + len("\n\n" * 2)
        return wording(story, action, max(0, self.text_limit - around))

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """The script in ``text``, and the files; the subject and the text of the mail in ``extra``."""
        script_text = script(story, action, self.owner, wording or self.wording(story, action))
        base, config = file_base(story, marker), self.config
        until = embargo_until(story, action, int(config.get("embargo_minutes") or 0))
        audio = recording.carried(story, action, recording.MOST_ATTACHED)
        audio_name = recording.name(base, audio)
        printed = script_file(story, self.owner, script_text, until, recording.note(story, action, audio_name))
        formats = config.get("formats") or "both"
        about: dict[str, Any] = {"until": until, "audio_name": audio_name}
        files = [File(f"{base}.txt", "text/plain; charset=utf-8", printed)]
        if formats in {"ninjs", "both"}:
            files.append(File(f"{base}.json", NINJS_TYPE, ninjs_file(story, action, marker, script_text, **about)))
        if formats in {"newsml", "both"}:
            files.append(File(f"{base}.xml", NEWSML_TYPE, newsml(story, action, marker, script_text, **about)))
        note = editors_note(story, action, until)
        extra = {
            "subject": subject(story, action, until),
            "message_id": message_id(story, marker, str(config.get("sender", ""))),
            "text": "\n\n".join(filter(None, [note, printed])),
            "language": story.language,
            "is_urgent": story.is_urgent or action == Action.RETRACT,
        }
        return Post(
            text=script_text,
            title=story.title,
            link=story.url,
            slug=base,
            files=tuple(files),
            audio=audio,
            audio_name=audio_name,
            extra=extra,
        )

    def allowance_for(self, post: Post) -> float:
        """A recording takes its time."""
        return self.allowance + recording.allowance(post)

    def send(self, post: Post, marker: str) -> Receipt:
        """The receipt's id is the Message-ID. UNKNOWN once the end of the message was sent without an answer."""
        box = mailbox(self.config, self.secret, self.http.timeout)
        sound = recording.fetched(self.http, post.audio) if post.audio else b""
        people = {"owner": self.owner, "sender": box.sender, "receiver": box.receiver}
        message = mail(post, **people, at=datetime.now(UTC), audio=sound)
        hand_over(box, message, recording.upload_seconds(post))
        return Receipt(post.extra["message_id"])

    def probe(self) -> Probe:
        """Logs in and asks whether both addresses are taken."""
        box = mailbox(self.config, self.secret, self.http.timeout)
        try_envelope(box)
        return Probe(name=f"{box.sender} → {box.receiver}")
