"""Any system of a partner: the whole answer as signed JSON to an address of theirs. For receivers: docs/webhook.md.

The marker is the id of the message, and receivers agree to treat the same id as the same message. That makes sending
again harmless, so find() may say "send it" without asking: a receiver that can be asked is asked, one that cannot is
sent the same id once more. A correction or retraction is a message of its own with the id of the original in it; it is
an EDIT to the outbox, because only then the original is known, and because repeating one needs no read-back.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels import frame, recording
from publishing.channels.addresses import clean_address
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Outcome, Probe
from publishing.channels.http import Answer, NoAnswer, NotPublic, NotSent
from publishing.channels.webhook_message import (
    PRIVATE,
    TEST,
    UNCLEAR,
    UNREACHABLE,
    VERSION,
    encoded,
    headers,
    meaning,
    message,
    wait_seconds,
)
from publishing.story import Action, Post, Receipt, Story, Way

WORDING_LENGTH = 600


class WebhookForm(ChannelForm):
    """An address and the secret both sides know."""

    address = forms.URLField(
        label=gettext_lazy("Address of the receiver"),
        assume_scheme="https",
        max_length=500,
        help_text=gettext_lazy("Where the receiver takes messages, e.g. https://www.example.org/fact-checks"),
    )
    can_be_asked = forms.BooleanField(
        label=gettext_lazy("The receiver can be asked"),
        required=False,
        help_text=gettext_lazy("It answers GET with ?id= by telling whether it has that message."),
    )
    may_be_private = forms.BooleanField(
        label=gettext_lazy("The receiver is in our own network"),
        required=False,
        help_text=gettext_lazy("Otherwise addresses inside a private network are refused."),
    )
    secret = forms.RegexField(
        r"^[!-~]{24,200}$",
        label=gettext_lazy("Secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("At least 24 letters, digits and signs, by chance. The receiver needs the same one."),
        error_messages={
            "invalid": gettext_lazy("A secret is at least 24 characters long, without blanks and accents.")
        },
    )
    previous_secret = forms.RegexField(
        r"^[!-~]{24,200}$",
        required=False,
        label=gettext_lazy("Previous secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "While the secret is being changed: messages are signed with both. Remove it afterwards."
        ),
        error_messages={
            "invalid": gettext_lazy("A secret is at least 24 characters long, without blanks and accents.")
        },
    )

    def clean(self) -> dict[str, Any]:
        """Encrypted, and not into a private network unless that is meant."""
        given: dict[str, Any] = super().clean() or {}
        if address := given.get("address"):
            try:
                given["address"] = clean_address(address, bool(given.get("may_be_private")))
            except forms.ValidationError as error:
                self.add_error("address", error)
        return given


class Webhook(Adapter):
    """A receiver of signed messages: the text as a feed would show it, and the whole story beside it."""

    kind: ClassVar[str] = "webhook"
    label: ClassVar[str] = _("Partner system (signed webhook)")
    nature: ClassVar[str] = _("system of a partner")
    Form: ClassVar[type[ChannelForm]] = WebhookForm
    secrets: ClassVar[tuple[str, ...]] = ("secret", "previous_secret")
    text_limit: ClassVar[int] = 10_000
    finds: ClassVar[bool] = True
    takes_audio: ClassVar[bool] = True  # its address
    settle_seconds: ClassVar[int] = 5

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer and the beginning of the body; the whole story goes along anyway."""
        return frame.wording(story, action, WORDING_LENGTH)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """Verdict and claim, wording, what was corrected, link, owner; ``extra`` is the message."""
        owner = frame.nfc(self.owner)
        link = frame.phrases(story)["link"] % story.url
        words = frame.nfc(wording).strip() or self.wording(story, action)
        parts = (frame.headline(story, 500), words, frame.notice(story, action, 1000))
        text = frame.joined(story, action, parts, f"{link}\n{owner}".strip())
        return Post(
            text=text,
            title=frame.nfc(story.title),
            link=story.url,
            images=story.images,
            videos=story.videos,
            audio=recording.of(story, action),
            extra=message(story, action, marker, text, owner),
        )

    def way(self, action: Action) -> Way:
        """Changes are further messages about the copy that the receiver has."""
        return Way.SEND if action == Action.POST else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Hands the message over. The same id again is the same message to the receiver."""
        return self._receipt(self._post(post.extra, Outcome.UNKNOWN), marker)

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Asks the receiver for the id, if it can be asked. None: it may be sent, for it will not be taken twice."""
        if not self.config.get("can_be_asked"):
            return None
        answer = self._call("GET", marker, b"", Outcome.TRANSIENT, params={"id": marker})
        if answer.status == 404:
            return None
        return self._receipt(self._taken(answer, Outcome.TRANSIENT), marker)

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """A message about the copy that is out. ``marker`` is the original's; the message has an id of its own."""
        original = {"id": marker, "remote_id": receipt.remote_id, "url": receipt.url}
        told = self._post(dict(post.extra) | {"original": original}, Outcome.TRANSIENT)
        return Receipt(receipt.remote_id, self._receipt(told, marker).url or receipt.url)

    def probe(self) -> Probe:
        """A signed message with the action "test", which publishes nothing."""
        marker = f"test-{secrets.token_hex(8)}"
        told = self._post({"version": VERSION, "id": marker, "action": TEST, "owner": self.owner}, Outcome.TRANSIENT)
        return Probe(str(told.get("name") or urlsplit(self._address).hostname))

    # One call ------------------------------------------------------------------------------------------------

    @property
    def _address(self) -> str:
        return str(self.config["address"])

    def _post(self, told: Mapping[str, Any], doubt: Outcome) -> dict[str, Any]:
        body = encoded(told)
        return self._taken(self._call("POST", str(told["id"]), body, doubt, data=body), doubt)

    def _call(self, method: str, marker: str, body: bytes, doubt: Outcome, **options: Any) -> Answer:
        """One signed call, whatever it answers."""
        keys = [self.secret[name] for name in self.secrets if self.secret.get(name)]
        signed = headers(marker, body, keys, time.time())
        if body:
            signed["Content-Type"] = "application/json; charset=utf-8"
        only_public = not self.config.get("may_be_private")
        try:
            return self.http.call(method, self._address, headers=signed, only_public=only_public, **options)
        except NotPublic:
            self.fail(Outcome.PERMANENT, PRIVATE)
        except NotSent:
            self.fail(Outcome.TRANSIENT, UNREACHABLE)
        except NoAnswer:
            self.fail(doubt, UNCLEAR)

    def _taken(self, answer: Answer, doubt: Outcome) -> dict[str, Any]:
        """What the receiver said with its yes: an object, or nothing. Anything else is not the receiver's."""
        if 200 <= answer.status < 300:
            if isinstance(answer.json, dict):
                return answer.json
            if not answer.body.strip():
                return {}
            outcome, words = doubt, UNCLEAR
        else:
            outcome, words = meaning(answer.status, doubt)
        is_wait = outcome is Outcome.THROTTLED
        raise ChannelError(
            outcome,
            words,
            vendor_code=str(answer.status),
            vendor_words=self._scrubbed(answer.text[:500]),
            http_status=answer.status,
            retry_after=wait_seconds(str(answer.headers.get("Retry-After", ""))) if is_wait else None,
        )

    def _scrubbed(self, vendor_words: str) -> str:
        for secret in filter(None, self.secret.values()):
            vendor_words = vendor_words.replace(secret, "[removed]")
        return vendor_words

    def _receipt(self, told: Mapping[str, Any], marker: str) -> Receipt:
        """The receiver's own id and address where it tells them; else our id."""
        number, url = told.get("id"), str(told.get("url") or "")
        remote_id = str(number) if isinstance(number, str | int) and str(number) else marker
        is_address = url.startswith(("https://", "http://")) and len(url) <= 600  # what the outbox can keep
        return Receipt(remote_id[:300], url if is_address else "")
