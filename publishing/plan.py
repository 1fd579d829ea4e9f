"""What is owed when a story is approved or changes: pure, idempotent, no database.

A first post is owed to the channels a publisher chose, and to those whose plan takes it by itself. From then on a correction or a retraction is owed to every
channel on which the story is, or may be, out; what never went out is replaced or withdrawn instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing.models import Channel, Delivery, State
from publishing.story import Action, Story

REPLACED = _("Replaced by the corrected version before it went out.")
WITHDRAWN = _("The answer was retracted before this went out.")
OVERTAKEN = _("A later correction takes its place.")


@dataclass(frozen=True)
class Owed:
    """One delivery to be made. ``wording`` is the publisher's own, or empty; it needs approval for each version."""

    channel_id: int
    action: Action
    scheduled_at: datetime
    wording: str = ""
    wording_by_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """Deliveries to make, and (delivery, msgid) of those to cancel."""

    owed: list[Owed] = field(default_factory=list)
    cancelled: list[tuple[Delivery, str]] = field(default_factory=list)


def follow_up(deliveries: Iterable[Delivery], revision: int, *, is_retraction: bool, now: datetime) -> Plan:
    """What a correction or retraction of a story asks for, given its deliveries so far.

    ``revision`` is the new one. Called again with its own result among ``deliveries`` it asks for nothing more.
    """
    plan = Plan()
    action = Action.RETRACT if is_retraction else Action.CORRECT
    by_channel: dict[int, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda each: each.id):
        by_channel.setdefault(delivery.channel_id, []).append(delivery)
    for channel_id, made in by_channel.items():
        if any(each.version.revision >= revision and (each.state != State.CANCELLED or each.is_left) for each in made):
            continue  # this revision, or a later one, is already planned here, or a person left the copy as it is
        older = [each for each in made if each.state != State.CANCELLED]
        posts = [each for each in older if each.action == Action.POST]
        is_out = any(each.is_perhaps_out for each in posts)
        for delivery in older:
            if delivery.is_perhaps_out:
                continue
            if delivery.action == Action.POST:
                plan.cancelled.append((delivery, WITHDRAWN if is_retraction else REPLACED))
                if not is_retraction and not is_out:
                    plan.owed.append(
                        Owed(
                            channel_id,
                            Action.POST,
                            max(delivery.scheduled_at, now),
                            delivery.wording,
                            delivery.wording_by_id,
                        )
                    )
            elif is_retraction or delivery.state in {State.FAILED, State.HELD}:
                plan.cancelled.append((delivery, WITHDRAWN if is_retraction else OVERTAKEN))
        if is_out and not any(each.action == Action.RETRACT for each in older):
            plan.owed.append(Owed(channel_id, action, now))
    return plan


# First posts ---------------------------------------------------------------------------------------------------


def takes(channel: Channel, story: Story) -> bool:
    """Whether the channel's plan is about such a story."""
    is_kind = not channel.plan_kinds or story.kind in channel.plan_kinds
    return is_kind and (not channel.plan_topics or bool(set(channel.plan_topics) & set(story.topic_keys)))


def first_plan(story: Story, channels: Iterable[Channel], *, now: datetime) -> list[Owed]:
    """What an approved story owes by itself to ``channels``, none of which has had anything of it yet.

    An urgent story goes to every channel that takes urgent ones, at once; what else a plan takes waits for the plan's
    delay and for the end of quiet hours. A story approved before the plan was made is a person's affair.
    """
    owed = []
    for channel in channels:
        if story.is_retracted or story.modified_at < channel.plan_since:
            continue
        if story.is_urgent and channel.takes_urgent:
            owed.append(Owed(channel.pk, Action.POST, now))
        elif channel.plan == Channel.Plan.AUTOMATIC and takes(channel, story):
            at = after_quiet(now + timedelta(minutes=channel.plan_delay), channel.quiet_from, channel.quiet_to)
            owed.append(Owed(channel.pk, Action.POST, at))
    return owed


def after_quiet(at: datetime, quiet_from: time | None, quiet_to: time | None) -> datetime:
    """``at``, or the end of the quiet hours in which it falls. Hours are those of the site's time zone."""
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return at
    local = timezone.localtime(at)
    clock = local.time()
    spans_midnight = quiet_from > quiet_to
    is_quiet = clock >= quiet_from or clock < quiet_to if spans_midnight else quiet_from <= clock < quiet_to
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=1) if spans_midnight and clock >= quiet_from else local.date()
    return timezone.make_aware(datetime.combine(day, quiet_to))
