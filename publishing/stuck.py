"""Whether the outbox moves: what could be sent and is not, as opposed to what waits for good reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from publishing.models import Channel, Delivery, State

STUCK_AFTER = timedelta(minutes=5)


def sendable(now: datetime) -> QuerySet[Delivery]:
    """Deliveries that are due and that nothing stands in the way of: neither their channel nor an earlier one of the story."""
    earlier = (
        Delivery.objects.filter(channel=OuterRef("channel"), story=OuterRef("story"), pk__lt=OuterRef("pk"))
        .exclude(state__in=[State.SENT, State.CANCELLED])
        .order_by()
    )
    open_now = Channel.objects.filter(is_active=True, stopped_at=None).exclude(not_before__gt=now)
    return Delivery.objects.filter(~Exists(earlier), state=State.DUE, due_at__lte=now, channel__in=open_now)


def oldest_due(now: datetime) -> datetime | None:
    """When the oldest delivery that could be sent now fell due; None if there is none."""
    at: datetime | None = sendable(now).aggregate(at=Min("due_at"))["at"]
    return at


def stuck_channels(now: datetime) -> list[Channel]:
    """Channels with something to send for minutes, at which nothing was tried in that time. A queue that is long but moves
    is not stuck."""
    since = now - STUCK_AFTER
    late = sendable(now).filter(due_at__lte=since).order_by().values("channel").distinct()
    moving = Delivery.objects.filter(channel=OuterRef("pk")).filter(
        Q(tried_at__gte=since) | Q(state=State.SENDING, lease_until__gt=now)
    )
    return list(Channel.objects.filter(~Exists(moving), pk__in=late))


@dataclass(frozen=True)
class Queue:
    """What waits to be sent at one channel, whatever the reason."""

    channel: int
    count: int
    oldest: datetime


def queues(now: datetime) -> dict[int, Queue]:
    """{channel id: what is due there and not sent}."""
    due: Any = Delivery.objects.filter(state=State.DUE, due_at__lte=now).order_by()
    found = due.values("channel").annotate(count=Count("pk"), oldest=Min("scheduled_at"))
    return {one["channel"]: Queue(one["channel"], one["count"], one["oldest"]) for one in found}
