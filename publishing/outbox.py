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

from publishing.channels import adapters
from publishing.channels.base import ChannelError, Outcome
from publishing.models import Channel, Delivery, State, StoryVersion
from publishing.plan import Owed, first_plan, follow_up
from publishing.story import Action, Story, Way
from publishing.turn import UNPREPARED, LeaseLost, Turn

log = logging.getLogger("publishing.outbox")

WAITS_FOR_APPROVAL = _("The wording waits for approval.")
KIND_GONE = _("This kind of channel is no longer part of the software.")


# Planning ----------------------------------------------------------------------------------------------------


def enqueue(version: StoryVersion, owed: Iterable[Owed], made_by: Any = None) -> list[Delivery]:
    """Makes the deliveries that do not exist yet, and revives cancelled ones. Idempotent; wakes the worker on commit.

    A delivery with the publisher's own wording starts as PLANNED and waits for an approval, unless the channel asks for
    none. A channel that has no means for the action gets a HELD delivery that says so: nothing is owed in silence.
    """
    made = []
    with transaction.atomic():
        for one in owed:
            channel = Channel.objects.select_related("organisation").get(pk=one.channel_id)
            state, words = State.DUE, hindrance(channel, one.action)
            if one.wording and channel.wording_needs_approval:
                state, words = State.PLANNED, WAITS_FOR_APPROVAL
            elif words:
                state = State.HELD
            is_passed = bool(one.wording) and not channel.wording_needs_approval
            fresh = {
                "story": version.key,
                "state": state,
                "words": words,
                "words_values": {},
                "scheduled_at": one.scheduled_at,
                "due_at": one.scheduled_at,
                "wording": one.wording,
                "wording_by_id": one.wording_by_id,
                "wording_approved_by": None,
                "wording_approved_at": timezone.now() if is_passed else None,
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


def hindrance(channel: Channel, action: Action) -> str:
    """Why this channel can never carry out ``action`` from here (msgid); empty if it can."""
    if channel.kind not in adapters():
        return KIND_GONE
    adapter = channel.bare_adapter()
    return adapter.cannot_words if adapter.way(action) == Way.NONE else ""


def lock_story(key: str) -> None:
    """Until the end of the transaction nobody else plans for this story: a first post and the retraction of what it
    says would otherwise miss each other. SQLite's transactions are alone anyway."""
    list(StoryVersion.objects.select_for_update().filter(key=key).values_list("pk", flat=True))


def plan_change(story: Story) -> list[Delivery]:
    """Plans what a correction or retraction owes to every channel on which the story is or may be out. Idempotent."""
    for _try in range(20):
        try:
            with transaction.atomic():
                return _plan_change(story)
        except _Moved:
            continue
    raise RuntimeError(f"deliveries of {story.key} keep moving; the next sweep plans the change")


def plan_first(story: Story) -> list[Delivery]:
    """Plans what the channels' own plans take of a newly approved story. Idempotent: a channel that has, or had,
    anything of this story is left to its publisher."""
    with transaction.atomic():
        lock_story(story.key)
        if StoryVersion.objects.filter(key=story.key, revision__gt=story.revision).exists():
            return []
        known = Delivery.objects.of_story(story.key).values("channel")
        channels = Channel.objects.usable().exclude(pk__in=known)
        owed = first_plan(story, channels, now=timezone.now())
        return enqueue(StoryVersion.of(story), owed) if owed else []


class _Moved(Exception):
    """A worker took a delivery between our reading and our cancelling it: what is owed must be worked out again."""


def _plan_change(story: Story) -> list[Delivery]:
    lock_story(story.key)
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
    turn = Turn(delivery, timezone.now())
    try:
        receipt = turn.carry_out()
    except LeaseLost:
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
