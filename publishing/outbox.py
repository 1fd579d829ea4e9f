"""The outbox: the state machine that gets every delivery out once, whatever is killed when.

The delivery table is the only truth. A worker claims rows with one UPDATE under a lease, commits, calls the channel,
and writes the result only if the row is still its own. A call that may or may not have been accepted is never
repeated before the channel was asked whether the post is there. No broker is needed, and none is imported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing import trace
from publishing.agencies import open_to
from publishing.channels import adapters
from publishing.channels.base import ChannelError, Outcome
from publishing.claiming import claim, next_due
from publishing.models import Channel, Delivery, State, StoryVersion
from publishing.plan import Owed, first_plan, follow_up
from publishing.restored import PLANNED_AFTER, is_restored
from publishing.story import Action, Story, Way
from publishing.turn import OWN_DATABASE, UNPREPARED, LeaseLost, Turn

__all__ = ["claim", "deliver", "enqueue", "hindrance", "lock_stories", "next_due", "plan_change", "plan_first", "wake"]

log = logging.getLogger("publishing.outbox")

WAITS_FOR_APPROVAL = _("The wording waits for approval.")
KIND_GONE = _("This kind of channel is no longer part of the software.")


# Planning ----------------------------------------------------------------------------------------------------


def enqueue(version: StoryVersion, owed: Iterable[Owed], made_by: Any = None) -> list[Delivery]:
    """Makes the deliveries that do not exist yet, and revives cancelled ones. Idempotent; wakes the worker on commit.

    A delivery with the publisher's own wording starts as PLANNED and waits for an approval, unless the channel asks for
    none. A channel that has no means for the action gets a HELD delivery that says so: nothing is owed in silence. One
    that was restored from a backup and not connected again gets a HELD delivery that is unclear.
    """
    made = []
    with transaction.atomic():
        for one in owed:
            channel = Channel.objects.select_related("organisation").get(pk=one.channel_id)
            state, words = State.DUE, hindrance(channel, one.action)
            doubts, tried_at = 0, None
            if is_restored(channel) and not words:
                state, words, doubts, tried_at = State.HELD, PLANNED_AFTER, 1, timezone.now()
            elif one.wording and channel.wording_needs_approval:
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
                "doubts": doubts,
                "tried_at": tried_at,
                "wording": one.wording,
                "wording_by_id": one.wording_by_id,
                "wording_approved_by": None,
                "wording_approved_at": timezone.now() if is_passed else None,
                "trace": trace.current(),
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
    if made:
        log.info("planned: deliveries %s", [one.pk for one in made], extra={"deliveries": [one.pk for one in made]})
    return made


def hindrance(channel: Channel, action: Action) -> str:
    """Why this channel can never carry out ``action`` from here (msgid); empty if it can."""
    if channel.kind not in adapters():
        return KIND_GONE
    adapter = channel.bare_adapter()
    return adapter.cannot_words if adapter.way(action) == Way.NONE else ""


def lock_stories(*keys: str) -> None:
    """Until the end of the transaction nobody else plans for these stories: a first post and the retraction of what it
    says would otherwise miss each other. Always in the same order. SQLite's transactions are alone anyway."""
    rows = StoryVersion.objects.select_for_update().filter(key__in=keys).order_by("pk")
    list(rows.values_list("pk", flat=True))


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
        lock_stories(story.key)
        if StoryVersion.objects.filter(key=story.key, revision__gt=story.revision).exists():
            return []
        known = Delivery.objects.of_story(story.key).values("channel")
        channels = open_to(story.office, Channel.objects.usable()).exclude(pk__in=known)
        owed = first_plan(story, channels, now=timezone.now())
        return enqueue(StoryVersion.of(story), owed) if owed else []


class _Moved(Exception):
    """A worker took a delivery between our reading and our cancelling it: what is owed must be worked out again."""


def _plan_change(story: Story) -> list[Delivery]:
    lock_stories(story.key)
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


# Delivering --------------------------------------------------------------------------------------------------


def deliver(delivery: Delivery) -> State | None:
    """Carries out one delivery, as claim() gave it, and records how it ended. Returns its new state, None if the lease was
    lost.

    Never raises for anything a channel does. Safe to be killed at any point.
    """
    turn = Turn(delivery, timezone.now())
    try:
        receipt = turn.carry_out()
    except LeaseLost:
        log.warning("delivery %s: lease lost before the call", delivery.pk)
        return None
    except ChannelError as error:
        return turn.failed(error)
    except (OperationalError, InterfaceError):
        # Our own database was away, or had no room. Where it could not be written down that the call begins, none was made.
        log.exception("delivery %s could not be written down", delivery.pk)
        return turn.failed(ChannelError(Outcome.UNKNOWN if turn.is_calling else Outcome.TRANSIENT, OWN_DATABASE))
    except Exception:
        log.exception("delivery %s could not be carried out", delivery.pk)
        # Whether the call had begun is on record: if so the next try reads back first.
        outcome = Outcome.UNKNOWN if turn.is_calling else Outcome.PERMANENT
        return turn.failed(ChannelError(outcome, UNPREPARED))
    return turn.ended(receipt)
