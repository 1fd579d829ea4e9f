"""One attempt at one delivery: reading back where there is doubt, the fence, the call, and how it ended.

Safe to be killed at any point. What happens next after each outcome is one table, ``Turn.failed``.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing import circuit, steady, vault
from publishing.channels.base import Adapter, ChannelError, Expired, Outcome
from publishing.credentials import fresh_adapter
from publishing.models import PAUSED, Attempt, Channel, Delivery, State
from publishing.records import Begun, Ended, commit
from publishing.story import Action, Post, Receipt, Way

log = logging.getLogger("publishing.turn")

LOST = _("The worker was stopped before an answer came. The channel is asked first whether the post is there.")
LOOKING = _("No clear answer came. The channel is asked whether the post is there before anything else.")
NOBODY_KNOWS = _("It is unclear whether this went out. Please look at the channel and say whether it is there.")
UNREADABLE = _("The stored credentials cannot be read with today's keys. Please enter them again.")
UNPREPARED = _("The post could not be prepared. This is a fault of the software: please report it.")
OWN_DATABASE = _("Our own database was away or full for a moment. This is tried again by itself.")
UNREACHED = _("The channel could not be reached for two days. Please check it, then retry.")
NOT_OURS = _(
    "The copy on this channel was recorded by a person and cannot be found from here: please change it by hand."
)
NOTHING_OUT = _("Nothing had gone out on this channel, so there is nothing to change.")

DOUBTS_BEFORE_A_PERSON = 4  # unclear answers in a row
MOST_DOUBTS = 12  # with workers that died over it: a delivery that keeps killing its worker is taken out of the loop
GIVE_UP_AFTER = timedelta(hours=48)
FIRST_LOOK_SECONDS = 5.0
HEADROOM_KEEPS = timedelta(seconds=30)


class LeaseLost(Exception):
    """Another worker has taken the delivery over: do nothing more with it."""


class Turn:
    """One attempt at one delivery."""

    def __init__(self, delivery: Delivery, started_at: datetime) -> None:
        self.delivery = delivery
        self.started_at = started_at
        self.step = Attempt.Steps.SEND
        self.is_calling = False
        self.hidden: list[str] = []
        self.adapter: Adapter | None = None

    def carry_out(self) -> Receipt | None:
        """The receipt of the copy that is out; None where there was nothing to change. Raises ChannelError."""
        try:
            return self._carry_out(None)
        except Expired:
            # Refused before anything was done, so doing it again doubles nothing. Once: a second refusal is for a person.
            self.is_calling = False
            return self._carry_out(self.adapter)

    def _adapter(self, refused: Adapter | None) -> Adapter:
        try:
            adapter = self.adapter = fresh_adapter(self.delivery.channel, refused)
        except vault.CannotDecrypt:
            raise ChannelError(Outcome.AUTH, UNREADABLE) from None
        self.hidden += [value for value in adapter.secret.values() if value]
        return adapter

    def _carry_out(self, refused: Adapter | None) -> Receipt | None:
        delivery = self.delivery
        adapter = self._adapter(refused)
        way = adapter.way(Action(delivery.action))
        original = None if delivery.action == Action.POST else delivery.original()
        if delivery.action != Action.POST and original is None:
            return None
        if way == Way.NONE:
            raise ChannelError(Outcome.PERMANENT, adapter.cannot_words)
        post = delivery.post(adapter)
        if problems := adapter.problems(post):
            raise ChannelError(Outcome.PERMANENT, problems[0].words, values=problems[0].values)
        if way == Way.SEND:
            if delivery.doubts and (found := self._look_for(adapter, post)):
                return found
            if original:
                post = replace(post, follows=original.remote_id, earlier=delivery.earlier())
            self._begin(Attempt.Steps.SEND, adapter, post)
            return adapter.send(post, delivery.marker)
        # Changing or removing a copy that is known is the same done twice as once: no read-back is needed.
        assert original is not None
        copy = self._copy_out(adapter, original)
        self._begin(Attempt.Steps.EDIT if way == Way.EDIT else Attempt.Steps.DELETE, adapter, post)
        if way == Way.EDIT:
            return adapter.edit(copy, post, original.marker)
        adapter.delete(copy)
        return Receipt(copy.remote_id, "")

    def _copy_out(self, adapter: Adapter, original: Delivery) -> Receipt:
        """The receipt of the copy that is out. One that a person reported has no number: it is looked for."""
        if original.remote_id:
            return original.receipt()
        found = adapter.find(original.post(adapter), original.marker) if adapter.finds else None
        if found is None:
            raise ChannelError(Outcome.PERMANENT, NOT_OURS)
        return found

    def _look_for(self, adapter: Adapter, post: Post) -> Receipt | None:
        """Asks the channel for the marked post. None: it is surely not there, and may be sent."""
        delivery = self.delivery
        self._record_lost_attempt()
        self.step = Attempt.Steps.FIND
        if not adapter.finds or delivery.doubts >= MOST_DOUBTS:
            raise ChannelError(Outcome.UNKNOWN, NOBODY_KNOWS)
        found = adapter.find(post, delivery.marker)
        if found:
            return found
        # "Not there" is believed only when the call can no longer be under way at the vendor, and its reading side
        # has caught up with its writing side.
        tried_at = delivery.tried_at or delivery.made_at
        believed_at = tried_at + _lease(adapter, post) + timedelta(seconds=delivery.channel.settle_seconds)
        believed_at += steady.clock.forgiven()
        if timezone.now() < believed_at:
            raise _NotYet(believed_at)
        Delivery.objects.filter(pk=delivery.pk, attempt_no=delivery.attempt_no).update(doubts=0)
        delivery.doubts = 0
        return None

    def _record_lost_attempt(self) -> None:
        last = self.delivery.attempt_no - 1
        if last and not self.delivery.attempts.filter(number=last).exists():
            Attempt.objects.create(
                delivery=self.delivery,
                number=last,
                step=Attempt.Steps.SEND,
                outcome=Outcome.UNKNOWN,
                started_at=self.delivery.tried_at or self.started_at,
                words=LOST,
            )

    def _begin(self, step: Attempt.Steps, adapter: Adapter, post: Post) -> None:
        """The fence: from here on the channel is called, and the row says so, if it is still ours."""
        now = timezone.now()
        self.step = step
        if not commit.now(Begun(self.delivery.pk, self.delivery.attempt_no, now, now + _lease(adapter, post))):
            self._refuse_if_paused()
            raise LeaseLost
        self.delivery.tried_at = now
        self.is_calling = True
        log.info("%s begins: %s", self._named(), step, extra=self._facts())

    def _refuse_if_paused(self) -> None:
        """Raises what ends in a hold where a person stopped the whole plan since this was claimed."""
        ours = {"pk": self.delivery.pk, "attempt_no": self.delivery.attempt_no, "state": State.SENDING}
        paused = Delivery.objects.filter(**ours, words=PAUSED).values_list("words_values", flat=True).first()
        if paused is not None:
            raise ChannelError(Outcome.TRANSIENT, PAUSED, values=paused)

    def ended(self, receipt: Receipt | None) -> State | None:
        """Records success."""
        if receipt is None:
            return self._write(State.CANCELLED, Outcome.OK, {"words": NOTHING_OUT})
        return self._write(
            State.SENT,
            Outcome.OK,
            {
                "sent_at": timezone.now(),
                "remote_id": receipt.remote_id[:300],
                "permalink": receipt.url[:600],
                "words": "",
                "words_values": {},
                "doubts": 0,
            },
        )

    def failed(self, error: ChannelError) -> State | None:
        """Records a failure: one table from outcome to what happens next."""
        now = timezone.now()
        delivery = self.delivery
        state = State.DUE
        changes: dict[str, Any] = {"words": error.words[:300], "words_values": error.values}
        # A refusal in so many words while creating means that it is surely not out.
        if self.is_calling and error.outcome != Outcome.UNKNOWN:
            changes["doubts"] = 0
        match error.outcome:
            case Outcome.PERMANENT:
                state = State.FAILED
            case Outcome.AUTH:
                changes["due_at"] = now
                Channel.objects.filter(pk=delivery.channel_id, stopped_at=None).update(
                    stopped_at=now, stopped_words=error.words[:300]
                )
            case Outcome.THROTTLED:
                wait = timedelta(seconds=max(1.0, error.retry_after or 300.0))
                changes["due_at"] = now + wait
                Channel.objects.filter(pk=delivery.channel_id).update(not_before=now + wait)
            case Outcome.TRANSIENT:
                changes["due_at"] = now + timedelta(seconds=error.retry_after or backoff(delivery.attempt_no))
                if now - delivery.scheduled_at > GIVE_UP_AFTER:
                    state, changes["words"] = State.HELD, UNREACHED
            case Outcome.UNKNOWN:
                if isinstance(error, _NotYet):
                    changes["due_at"], changes["words"] = error.until, LOOKING
                else:
                    changes["doubts"] = delivery.doubts + 1
                    changes["due_at"] = now + timedelta(
                        seconds=min(FIRST_LOOK_SECONDS, settings.DELIVERY_LEASE_SECONDS)
                    )
                    changes["words"] = LOOKING
                    finds = (self.adapter or delivery.channel.bare_adapter()).finds
                    # A read-back that finds nothing clears the doubts, so that they alone may never add up.
                    is_hopeless = (
                        changes["doubts"] >= DOUBTS_BEFORE_A_PERSON or now - delivery.scheduled_at > GIVE_UP_AFTER
                    )
                    if not finds or is_hopeless:
                        state, changes["words"] = State.UNKNOWN, NOBODY_KNOWS
        return self._write(state, error.outcome, changes, error)

    def _write(
        self, state: State, outcome: Outcome, changes: dict[str, Any], error: ChannelError | None = None
    ) -> State | None:
        """Writes state and attempt in one transaction; the state only if the row is still this attempt's."""
        delivery = self.delivery
        attempt = Attempt(
            delivery_id=delivery.pk,
            number=delivery.attempt_no,
            step=self.step,
            outcome=outcome,
            started_at=self.started_at,
            http_status=error.http_status if error else 0,
            vendor_code=error.vendor_code[:80] if error else "",
            vendor_words=self._scrubbed(error.vendor_words) if error else "",
            words=(error.words if error else "")[:300],
            words_values=error.values if error else {},
        )
        log.info(
            "%s ended: %s %s, now %s", self._named(), self.step, outcome.value, state.value,
            extra=self._facts() | {"outcome": outcome.value, "state": state.value},
        )  # fmt: skip
        is_ours = commit.soon(Ended(delivery.pk, delivery.attempt_no, state, changes, attempt))
        if self.is_calling or self.step == Attempt.Steps.FIND:
            # "Not there yet" is a clear answer, whatever it means for the delivery.
            circuit.note(delivery.channel, Outcome.OK if isinstance(error, _NotYet) else outcome)
            self._note_headroom()
        return None if is_ours is False else state

    def _named(self) -> str:
        return f"delivery {self.delivery.pk} attempt {self.delivery.attempt_no}"

    def _facts(self) -> dict[str, Any]:
        """For the log: numbers and kinds, no text of anybody's."""
        one = self.delivery
        return {
            "delivery": one.pk,
            "attempt": one.attempt_no,
            "channel": one.channel_id,
            "kind": one.channel.kind,
            "step": str(self.step),
        }

    def _note_headroom(self) -> None:
        """Keeps what the vendor said of its limit, if that says anything new."""
        channel, now = self.delivery.channel, timezone.now()
        left = self.adapter.headroom() if self.adapter else None
        if left is None:
            return
        if channel.headroom is not None and channel.headroom_at is not None:
            is_news = abs(left - channel.headroom) >= 0.01 or now - channel.headroom_at >= HEADROOM_KEEPS
            if not is_news:
                return
        channel.headroom, channel.headroom_at = left, now
        Channel.objects.filter(pk=channel.pk).update(headroom=left, headroom_at=now)

    def _scrubbed(self, vendor_words: str) -> str:
        for secret in self.hidden:
            vendor_words = vendor_words.replace(secret, "•••")
        return vendor_words[:500]


class _NotYet(ChannelError):
    """Not found, and too early to believe it."""

    def __init__(self, until: datetime) -> None:
        super().__init__(Outcome.UNKNOWN, LOOKING)
        self.until = until


def _lease(adapter: Adapter, post: Post) -> timedelta:
    """How long a call may be under way."""
    return timedelta(seconds=settings.DELIVERY_LEASE_SECONDS + adapter.allowance_for(post))


def backoff(attempt_no: int) -> float:
    """Seconds to wait after the n-th failed try: 5, 10, 20 … at most ten minutes."""
    return float(min(600, 5 * 2 ** min(attempt_no - 1, 10)))
