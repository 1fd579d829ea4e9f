"""The outbox: the state machine that gets every delivery out once, whatever is killed when.

The delivery table is the only truth. A worker claims rows with one UPDATE under a lease, commits, calls the channel,
and writes the result only if the row is still its own. A call that may or may not have been accepted is never
repeated before the channel was asked whether the post is there. No broker is needed, and none is imported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing import vault
from publishing.channels import adapters
from publishing.channels.base import Adapter, ChannelError, Outcome
from publishing.models import Attempt, Channel, Delivery, State, StoryVersion
from publishing.plan import Owed, follow_up
from publishing.story import Action, Receipt, Story, Way

log = logging.getLogger("publishing.outbox")

LOST = _("The worker was stopped before an answer came. The channel is asked first whether the post is there.")
LOOKING = _("No clear answer came. The channel is asked whether the post is there before anything else.")
NOBODY_KNOWS = _("It is unclear whether this went out. Please look at the channel and say whether it is there.")
UNREADABLE = _("The stored credentials cannot be read with today's keys. Please enter them again.")
UNPREPARED = _("The post could not be prepared. This is a fault of the software: please report it.")
UNREACHED = _("The channel could not be reached for two days. Please check it, then retry.")
NOTHING_OUT = _("Nothing had gone out on this channel, so there is nothing to change.")
WAITS_FOR_APPROVAL = _("The wording waits for approval.")
HELD_BY_PERSON = _("Held by a person.")
CANCELLED_BY_PERSON = _("Cancelled by a person.")
SAID_SENT = _("A person found it on the channel.")
SAID_NOT_SENT = _("A person did not find it on the channel; it is sent again.")
DONE_BY_HAND = _("Done by hand.")
WAITS_FOR_ITS_TIME = _("It only waits for its planned time.")
WORDING_SENT_BACK = _("The wording was sent back: %(reason)s")
RETRIED = _("A person asked for another try.")

DOUBTS_BEFORE_A_PERSON = 4
GIVE_UP_AFTER = timedelta(hours=48)
FIRST_LOOK_SECONDS = 5.0


class Refused(Exception):
    """A person asked for something the state of a delivery does not allow. ``words`` is a msgid."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


# Planning ----------------------------------------------------------------------------------------------------


def enqueue(version: StoryVersion, owed: Iterable[Owed], made_by: Any = None) -> list[Delivery]:
    """Makes the deliveries that do not exist yet, and revives cancelled ones. Idempotent; wakes the worker on commit.

    A delivery with the publisher's own wording starts as PLANNED and waits for an approval. A channel that has no
    means for the action gets a HELD delivery that says so: nothing is owed in silence.
    """
    made = []
    with transaction.atomic():
        for one in owed:
            channel = Channel.objects.select_related("organisation").get(pk=one.channel_id)
            # The means of a channel depend on its settings alone: no credentials are needed to know them.
            is_possible = channel.adapter_class(channel.config, {}).way(one.action) != Way.NONE
            state, words = State.DUE, ""
            if not is_possible:
                state, words = State.HELD, channel.adapter_class.cannot_words
            elif one.wording:
                state, words = State.PLANNED, WAITS_FOR_APPROVAL
            fresh = {
                "story": version.key,
                "state": state,
                "words": words,
                "scheduled_at": one.scheduled_at,
                "due_at": one.scheduled_at,
                "wording": one.wording,
                "wording_by_id": one.wording_by_id,
                "wording_approved_by": None,
                "wording_approved_at": None,
            }
            delivery, is_new = Delivery.objects.get_or_create(
                channel=channel, version=version, action=one.action, defaults=fresh | {"made_by": made_by}
            )
            if not is_new:
                revived = Delivery.objects.filter(pk=delivery.pk, state=State.CANCELLED, doubts=0).update(**fresh)
                if not revived:
                    continue
                delivery.refresh_from_db()
            made.append(delivery)
        transaction.on_commit(wake)
    return made


def plan_change(story: Story) -> list[Delivery]:
    """Plans what a correction or retraction owes to every channel on which the story is or may be out. Idempotent."""
    for _try in range(20):
        try:
            with transaction.atomic():
                return _plan_change(story)
        except _Moved:
            continue
    raise RuntimeError(f"deliveries of {story.key} keep moving; the next sweep plans the change")


class _Moved(Exception):
    """A worker took a delivery between our reading and our cancelling it: what is owed must be worked out again."""


def _plan_change(story: Story) -> list[Delivery]:
    deliveries = list(Delivery.objects.of_story(story.key).select_related("version"))
    if not deliveries:
        return []
    plan = follow_up(deliveries, story.revision, is_retraction=story.is_retracted, now=timezone.now())
    for delivery, words in plan.cancelled:
        as_read = Delivery.objects.filter(pk=delivery.pk, state=delivery.state, doubts=delivery.doubts)
        if not as_read.update(state=State.CANCELLED, words=words):
            raise _Moved
    return enqueue(StoryVersion.of(story), plan.owed)


def wake() -> None:
    """Tells a waiting worker that something is due. Only a hint: the tables say what; a lost hint costs a second."""
    if settings.CELERY_BROKER_URL:
        from publishing.tasks import deliver_due

        try:
            deliver_due.apply_async(expires=30, retry=False)
        except Exception as error:  # a broker that is down must not fail the publisher's click
            log.warning("could not wake the worker: %s", type(error).__name__)


# Claiming ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours under a lease, for this attempt only."""

    delivery_id: int
    attempt_no: int


def claim(limit: int, now: datetime | None = None) -> list[Claimed]:
    """Takes up to ``limit`` deliveries that are due, or whose lease ran out, each with a fresh lease.

    Never one of a stopped, waiting or unused channel; never more than the adapter's max_in_flight at one channel;
    never one that has an earlier unsettled delivery of the same story on the same channel.
    """
    if limit < 1:
        return []
    moment = now or timezone.now()
    at, until = (
        connection.ops.adapt_datetimefield_value(value)
        for value in (moment, moment + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS))
    )
    kinds = list(adapters().items())
    caps = " ".join("WHEN %s THEN %s" for _kind in kinds)
    cap_values = [value for kind, adapter in kinds for value in (kind, adapter.max_in_flight)]
    skip_locked = "FOR UPDATE OF d SKIP LOCKED" if connection.vendor == "postgresql" else ""
    claimable = "((d.state = 'due' AND d.due_at <= %s) OR (d.state = 'sending' AND d.lease_until <= %s))"
    sql = f"""
        WITH ranked AS (
            SELECT d.id, d.channel_id,
                   row_number() OVER (PARTITION BY d.channel_id ORDER BY d.due_at, d.id) AS place
            FROM publishing_delivery d JOIN publishing_channel c ON c.id = d.channel_id
            WHERE {claimable}
              AND c.is_active AND c.stopped_at IS NULL AND (c.not_before IS NULL OR c.not_before <= %s)
              AND NOT EXISTS (
                  SELECT 1 FROM publishing_delivery e
                  WHERE e.channel_id = d.channel_id AND e.story = d.story AND e.id < d.id
                    AND e.state NOT IN ('sent', 'cancelled'))
        ), busy AS (
            SELECT channel_id, count(*) AS calls FROM publishing_delivery
            WHERE state = 'sending' AND lease_until > %s GROUP BY channel_id
        ), picked AS (
            SELECT d.id FROM publishing_delivery d
            JOIN ranked r ON r.id = d.id
            JOIN publishing_channel c ON c.id = d.channel_id
            LEFT JOIN busy b ON b.channel_id = d.channel_id
            WHERE r.place <= (CASE c.kind {caps} ELSE 0 END) - coalesce(b.calls, 0) AND {claimable}
            ORDER BY d.due_at, d.id LIMIT %s {skip_locked}
        )
        UPDATE publishing_delivery
        SET attempt_no = attempt_no + 1,
            doubts = doubts + CASE WHEN state = 'sending' AND tried_at IS NOT NULL THEN 1 ELSE 0 END,
            state = 'sending', lease_until = %s
        WHERE id IN (SELECT id FROM picked)
        RETURNING id, attempt_no
    """  # noqa: S608 - the only parts put in by formatting are constants of this function
    values = [at, at, at, at, *cap_values, at, at, limit, until]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Claimed(*row) for row in cursor.fetchall()]


# Delivering --------------------------------------------------------------------------------------------------


def deliver(claimed: Claimed) -> State | None:
    """Carries out one claimed delivery and records how it ended. Returns its new state, None if the lease was lost.

    Never raises for anything a channel does. Safe to be killed at any point.
    """
    delivery = Delivery.objects.select_related("channel__organisation", "version").get(pk=claimed.delivery_id)
    if delivery.attempt_no != claimed.attempt_no or delivery.state != State.SENDING:
        return None
    turn = _Turn(delivery, timezone.now())
    try:
        receipt = turn.carry_out()
    except _LeaseLost:
        log.warning("delivery %s: lease lost before the call", delivery.pk)
        return None
    except ChannelError as error:
        return turn.failed(error)
    except Exception:
        log.exception("delivery %s could not be carried out", delivery.pk)
        # Whether the call had begun is on record: if so the next try reads back first.
        outcome = Outcome.UNKNOWN if turn.is_calling else Outcome.PERMANENT
        return turn.failed(ChannelError(outcome, UNPREPARED))
    return turn.ended(receipt)


class _LeaseLost(Exception):
    """Another worker has taken the delivery over: do nothing more with it."""


class _Turn:
    """One attempt at one delivery."""

    def __init__(self, delivery: Delivery, started_at: datetime) -> None:
        self.delivery = delivery
        self.started_at = started_at
        self.step = Attempt.Steps.SEND
        self.is_calling = False
        self.hidden: list[str] = []

    def carry_out(self) -> Receipt | None:
        """The receipt of the copy that is out; None where there was nothing to change. Raises ChannelError."""
        delivery = self.delivery
        try:
            adapter = delivery.channel.adapter()
        except vault.CannotDecrypt:
            raise ChannelError(Outcome.AUTH, UNREADABLE) from None
        self.hidden = [value for value in adapter.secret.values() if value]
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
            self._begin(Attempt.Steps.SEND)
            return adapter.send(post, delivery.marker)
        # Changing or removing a copy that is known is the same done twice as once: no read-back is needed.
        assert original is not None
        self._begin(Attempt.Steps.EDIT if way == Way.EDIT else Attempt.Steps.DELETE)
        if way == Way.EDIT:
            return adapter.edit(original.receipt(), post, original.marker)
        adapter.delete(original.receipt())
        return Receipt(original.remote_id, "")

    def _look_for(self, adapter: Adapter, post: Any) -> Receipt | None:
        """Asks the channel for the marked post. None: it is surely not there, and may be sent."""
        delivery = self.delivery
        self._record_lost_attempt()
        self.step = Attempt.Steps.FIND
        if not adapter.finds:
            raise ChannelError(Outcome.UNKNOWN, NOBODY_KNOWS)
        found = adapter.find(post, delivery.marker)
        if found:
            return found
        # "Not there" is believed only when the call can no longer be under way at the vendor, and its reading side
        # has caught up with its writing side.
        tried_at = delivery.tried_at or delivery.made_at
        believed_at = tried_at + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS + delivery.channel.settle_seconds)
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

    def _begin(self, step: Attempt.Steps) -> None:
        """The fence: from here on the channel is called, and the row says so, if it is still ours."""
        now = timezone.now()
        is_ours = Delivery.objects.filter(
            pk=self.delivery.pk, attempt_no=self.delivery.attempt_no, state=State.SENDING
        ).update(tried_at=now, lease_until=now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS))
        if not is_ours:
            raise _LeaseLost
        self.delivery.tried_at = now
        self.step = step
        self.is_calling = True

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
                    finds = delivery.channel.adapter_class.finds
                    if not finds or changes["doubts"] >= DOUBTS_BEFORE_A_PERSON:
                        state, changes["words"] = State.UNKNOWN, NOBODY_KNOWS
        return self._write(state, error.outcome, changes, error)

    def _write(
        self, state: State, outcome: Outcome, changes: dict[str, Any], error: ChannelError | None = None
    ) -> State | None:
        """Writes state and attempt in one transaction; the state only if the row is still this attempt's."""
        delivery = self.delivery
        with transaction.atomic():
            is_ours = Delivery.objects.filter(
                pk=delivery.pk, attempt_no=delivery.attempt_no, state=State.SENDING
            ).update(state=state, lease_until=None, **changes)
            Attempt.objects.create(
                delivery=delivery,
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
        return state if is_ours else None

    def _scrubbed(self, vendor_words: str) -> str:
        for secret in self.hidden:
            vendor_words = vendor_words.replace(secret, "•••")
        return vendor_words[:500]


class _NotYet(ChannelError):
    """Not found, and too early to believe it."""

    def __init__(self, until: datetime) -> None:
        super().__init__(Outcome.UNKNOWN, LOOKING)
        self.until = until


def backoff(attempt_no: int) -> float:
    """Seconds to wait after the n-th failed try: 5, 10, 20 … at most ten minutes."""
    return float(min(600, 5 * 2 ** min(attempt_no - 1, 10)))


# What a person may do ----------------------------------------------------------------------------------------

_WRONG_STATE = _("This delivery has moved on meanwhile. Please look at it again.")


def _person(
    delivery: Delivery,
    user: Any,
    did: str,
    from_states: set[State],
    did_values: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    changes.setdefault("words_values", {})
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, state__in=from_states).update(**changes):
            raise Refused(_WRONG_STATE)
        now = timezone.now()
        Attempt.objects.create(
            delivery=delivery,
            number=delivery.attempt_no,
            step=Attempt.Steps.PERSON,
            outcome=Outcome.OK,
            started_at=now,
            ended_at=now,
            words=did,
            words_values=did_values or {},
            by=user,
        )
        transaction.on_commit(wake)
    delivery.refresh_from_db()


def hold(delivery: Delivery, user: Any) -> None:
    """Keeps it back until somebody releases it. Raises Refused once it is being sent."""
    _person(delivery, user, HELD_BY_PERSON, {State.DUE, State.PLANNED}, state=State.HELD, words=HELD_BY_PERSON)


def retry(delivery: Delivery, user: Any) -> None:
    """Lets a failed or held delivery go (again). What may be out is looked for first. Raises Refused.

    One that only waits for its planned time is left alone; one that was held keeps its planned time.
    """
    if delivery.state == State.DUE and not delivery.attempt_no:
        raise Refused(WAITS_FOR_ITS_TIME)
    if delivery.wording and delivery.wording_approved_at is None:
        state, words = State.PLANNED, WAITS_FOR_APPROVAL
    else:
        state, words = State.DUE, ""
    due_at = max(timezone.now(), delivery.scheduled_at) if delivery.state == State.HELD else timezone.now()
    _person(delivery, user, RETRIED, {State.FAILED, State.HELD, State.DUE}, state=state, words=words, due_at=due_at)


def cancel(delivery: Delivery, user: Any) -> None:
    """Takes it out of the queue for good. Raises Refused if it is, or may be, out."""
    if delivery.doubts:
        raise Refused(NOBODY_KNOWS)
    states = {State.PLANNED, State.DUE, State.HELD, State.FAILED}
    _person(delivery, user, CANCELLED_BY_PERSON, states, state=State.CANCELLED, words=CANCELLED_BY_PERSON)


def settle(delivery: Delivery, user: Any, *, is_there: bool, url: str = "") -> None:
    """A person looked at the channel: it is there (and where), or it is not, and is sent again. Raises Refused."""
    if is_there:
        _person(
            delivery,
            user,
            SAID_SENT,
            {State.UNKNOWN},
            state=State.SENT,
            sent_at=timezone.now(),
            permalink=url[:600],
            words="",
            doubts=0,
        )
    else:
        _person(
            delivery, user, SAID_NOT_SENT, {State.UNKNOWN}, state=State.DUE, due_at=timezone.now(), doubts=0, words=""
        )


def done_by_hand(delivery: Delivery, user: Any, *, url: str = "") -> None:
    """A person did on the channel what could not be done from here, and says where. Raises Refused."""
    if delivery.doubts:
        raise Refused(NOBODY_KNOWS)
    changes: dict[str, Any] = {"state": State.SENT, "sent_at": timezone.now(), "words": DONE_BY_HAND}
    if url:
        changes["permalink"] = url[:600]
    _person(delivery, user, DONE_BY_HAND, {State.HELD, State.FAILED}, **changes)


def refuse_wording(delivery: Delivery, user: Any, *, reason: str) -> None:
    """Sends wording back to its writer with a reason; it is held until it is worded anew. Raises Refused."""
    values = {"reason": reason.strip()[:300]}
    _person(
        delivery,
        user,
        WORDING_SENT_BACK,
        {State.PLANNED},
        did_values=values,
        state=State.HELD,
        words=WORDING_SENT_BACK,
        words_values=values,
    )


def approve_wording(delivery: Delivery, user: Any) -> None:
    """Releases a delivery whose wording was changed. Raises Refused for the person who wrote it."""
    if delivery.wording_by_id == user.pk:
        raise Refused(_("A second person must approve the wording: you wrote it yourself."))
    _person(
        delivery,
        user,
        _("Wording approved."),
        {State.PLANNED},
        state=State.DUE,
        words="",
        wording_approved_by=user,
        wording_approved_at=timezone.now(),
    )


def resume(channel: Channel) -> None:
    """Opens a stopped channel again after its connection was mended; its queue goes out."""
    Channel.objects.filter(pk=channel.pk).update(stopped_at=None, stopped_words="", not_before=None)
    wake()
