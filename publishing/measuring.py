"""How posts do: asked of the channels politely, seldom, and never in the way of what has to go out.

A young post is asked about every hour, an old one every few days, for ninety days. What a vendor no longer tells is
left out; a call that fails leaves the figures that are there, and is tried again when the post's turn comes round.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from publishing import vault
from publishing.channels import adapters
from publishing.channels.base import Adapter, ChannelError
from publishing.credentials import fresh_adapter
from publishing.models import Delivery, Measurement

log = logging.getLogger("publishing.measuring")

FIRST_AFTER = timedelta(minutes=15)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=3)
FOR = timedelta(days=90)
A_CHANNEL = 10  # posts of one channel in one sweep
SECONDS = 20.0  # for one sweep: the rest waits for the next


def interval(age: timedelta) -> timedelta:
    """How long after one measurement the next is due, for a post of this age."""
    return min(LONGEST, max(SHORTEST, age / 8))


def due(now: datetime) -> Iterable[Delivery]:
    """Posts whose turn it is, the longest unmeasured first."""
    measuring = [kind for kind, adapter in adapters().items() if adapter.measures]
    posts = (
        Delivery.objects.out()
        .filter(channel__kind__in=measuring, channel__is_active=True, channel__stopped_at=None)
        .filter(Q(channel__not_before=None) | Q(channel__not_before__lte=now))
        .filter(sent_at__lte=now - FIRST_AFTER, sent_at__gte=now - FOR)
        .exclude(remote_id="")
        .filter(Q(measured_at=None) | Q(measured_at__lte=now - SHORTEST))
        .select_related("channel__organisation")
        .order_by("measured_at", "id")
    )
    for post in posts.iterator(chunk_size=200):
        if post.measured_at is None or now - post.measured_at >= interval(now - (post.sent_at or now)):
            yield post


def sweep(**signal: Any) -> None:
    """Asks about what is due. Never raises for anything a channel does."""
    started, now = time.monotonic(), timezone.now()
    asked: dict[int, int] = defaultdict(int)
    ready: dict[int, Adapter | None] = {}
    for post in list(due(now)):
        if time.monotonic() - started > SECONDS:
            return
        asked[post.channel_id] += 1
        if asked[post.channel_id] > A_CHANNEL:
            continue
        if post.channel_id not in ready:
            ready[post.channel_id] = _adapter(post)
        if adapter := ready[post.channel_id]:
            # Its turn is over even if the call fails or another worker asks as well: politeness comes first.
            if not Delivery.objects.filter(pk=post.pk, measured_at=post.measured_at).update(measured_at=now):
                continue
            if not measure(post, adapter):
                ready[post.channel_id] = None


def _adapter(post: Delivery) -> Adapter | None:
    try:
        return fresh_adapter(post.channel)
    except (ChannelError, vault.CannotDecrypt):
        return None  # the delivery's own way tells people about this


def measure(post: Delivery, adapter: Adapter) -> bool:
    """Asks about one post and keeps what is told. False: the channel cannot be asked now."""
    try:
        told = adapter.metrics(post.receipt())
    except ChannelError as error:
        log.info("figures of delivery %s: %s", post.pk, error.outcome)
        return False
    except Exception:
        log.exception("figures of delivery %s could not be read", post.pk)
        return False
    values = {name: int(value) for name, value in told.items() if name in adapter.measures}
    if values:
        Measurement.objects.create(delivery=post, at=timezone.now(), values=values)
    return True


def newest(deliveries: Iterable[Delivery]) -> dict[int, Measurement]:
    """The last measurement of each delivery, by its id. One query."""
    found: dict[int, Measurement] = {}
    for one in Measurement.objects.filter(delivery__in=deliveries).order_by("at", "id"):
        found[one.delivery_id] = one
    return found
