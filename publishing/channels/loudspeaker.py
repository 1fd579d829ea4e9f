"""A commune's loudspeakers: a bulletin to read aloud in two lengths, by mail to the station or on a printed sheet.

Where a station has no mail, nothing is sent from here: the delivery is held, a person prints the sheet from its
preview, hands it over and says so ("done by hand"); a correction or a withdrawal then comes back to that person the
same way. By mail it is as with a newsroom: a lost answer is for a person, and what follows is in the same thread.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels.base import Adapter, ChannelForm, Outcome, Probe, Problem
from publishing.channels.loudspeaker_script import (
    LONG_LENGTH,
    LONG_SECONDS,
    long_version,
    long_wording,
    sheet,
    subject,
)
from publishing.channels.mail import mail, message_id
from publishing.channels.newsroom_item import file_base
from publishing.channels.smtp import FINAL_SECONDS, hand_over, try_envelope
from publishing.channels.smtp_form import MailForm, mailbox
from publishing.story import Action, File, Post, Receipt, Story, Way
from publishing.text import reading_seconds

BY_HAND = _("Please print the bulletin, hand it to the station, and then mark this as done by hand.")


class LoudspeakerForm(MailForm):
    """How the bulletin reaches the station; a mail server only if it goes by mail."""

    reached_by = forms.ChoiceField(
        label=gettext_lazy("How the bulletin reaches the station"),
        choices=[
            ("mail", gettext_lazy("by e-mail")),
            ("hand", gettext_lazy("a person hands over a printed sheet")),
        ],
        initial="mail",
    )
    field_order = ("reached_by",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("host", "port", "sender", "receiver"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """What mail needs is needed for mail only."""
        values = super().clean()
        if values.get("reached_by") == "mail":
            for name in ("host", "port", "sender", "receiver"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, gettext_lazy("This is needed to send mail."))
        return values


class Loudspeaker(Adapter):
    """The loudspeakers of a commune."""

    kind: ClassVar[str] = "loudspeaker"
    label: ClassVar[str] = _("Commune loudspeakers")
    nature: ClassVar[str] = _("loudspeakers")
    look: ClassVar[str] = "script"
    Form: ClassVar[type[ChannelForm]] = LoudspeakerForm
    secrets: ClassVar[tuple[str, ...]] = ("password",)
    text_limit: ClassVar[int] = LONG_LENGTH
    counts: ClassVar[str] = ""  # what is written is not what is said: only the server can tell
    wording_label: ClassVar[str] = _("Read-aloud script")
    finds: ClassVar[bool] = False
    longest_call: ClassVar[float] = FINAL_SECONDS
    max_in_flight: ClassVar[int] = 2
    cannot_words: ClassVar[str] = BY_HAND

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """What is claimed and what is true, as written; render() spells the figures out."""
        return long_wording(story, action, self.owner)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """The full version in ``text``; the sheet, with the short version and the written text, as the file."""
        middle = wording or self.wording(story, action)
        base = file_base(story, marker)
        printed = sheet(story, action, self.owner, middle, wording)
        extra = {
            "subject": subject(story, action),
            "message_id": message_id(story, marker, str(self.config.get("sender") or "")),
            "text": printed,
            "language": story.language,
            "is_urgent": story.is_urgent or action == Action.RETRACT,
        }
        return Post(
            text=long_version(story, action, self.owner, middle),
            title=story.title,
            link=story.url,
            slug=base,
            files=(File(f"{base}.txt", "text/plain; charset=utf-8", printed),),
            extra=extra,
        )

    def problems(self, post: Post) -> list[Problem]:
        """Too long on paper, or to listen to."""
        found = super().problems(post)
        seconds = reading_seconds(post.text)
        if seconds > LONG_SECONDS:
            words = _("It takes about %(seconds)s seconds to read this aloud; a bulletin may take %(limit)s.")
            found.append(Problem(words, {"seconds": seconds, "limit": LONG_SECONDS}))
        return found

    def way(self, action: Action) -> Way:
        """A mail for each, or a person's errand for each."""
        return Way.NONE if self._is_by_hand else Way.SEND

    def send(self, post: Post, marker: str) -> Receipt:
        """The receipt's id is the Message-ID. UNKNOWN once the end of the message was sent without an answer."""
        if self._is_by_hand:
            self.fail(Outcome.PERMANENT, BY_HAND)
        box = mailbox(self.config, self.secret, self.http.timeout)
        hand_over(box, mail(post, owner=self.owner, sender=box.sender, receiver=box.receiver, at=datetime.now(UTC)))
        return Receipt(post.extra["message_id"])

    def probe(self) -> Probe:
        """Logs in and asks whether both addresses are taken; of a printed sheet there is nothing to test."""
        if self._is_by_hand:
            return Probe(name=self.owner, words=_("Nothing is sent from here: a person hands over the printed sheet."))
        box = mailbox(self.config, self.secret, self.http.timeout)
        try_envelope(box)
        return Probe(name=f"{box.sender} → {box.receiver}")

    @property
    def _is_by_hand(self) -> bool:
        return self.config.get("reached_by") == "hand"
