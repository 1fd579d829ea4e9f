"""How posts do: asked of the channels politely, seldom, and never in the way of what has to go out.

A young post is asked about every hour, an old one every few days, for ninety days. A channel that has something to
send, waits, or is near its limit is not asked at all. What a vendor no longer tells is left out; a call that fails
leaves the figures that are there, and is made again when the post's turn comes round.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from publishing import vault
from publishing.channels import adapters
from publishing.channels.base import Adapter, ChannelError, Outcome
from publishing.channels.http import Http
from publishing.credentials import fresh_adapter
from publishing.models import Channel, Delivery, Measurement, State

log = logging.getLogger("publishing.measuring")

FIRST_AFTER = timedelta(minutes=15)
# (up to this age, once in)
EVERY = (
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=3), timedelta(hours=6)),
    (timedelta(days=14), timedelta(days=1)),
    (timedelta(days=90), timedelta(days=3)),
)
A_CHANNEL = 10  # posts of one channel in one sweep
SECONDS = 10.0  # for one sweep: the rest waits for the next. The embedded worker publishes in the same thread
CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
SPARED = 0.25  # of a vendor's limit is kept for posts
HEADROOM_HOLDS = timedelta(hours=1)  # an older reading of the limit says nothing any more


def due(now: datetime) -> QuerySet[Delivery]:
    """Posts whose turn it is, the longest unmeasured first."""
    measuring = [kind for kind, adapter in adapters().items() if adapter.measures]
    is_turn = Q(measured_at=None)
    youngest = timedelta()
    for oldest, once_in in EVERY:
        is_turn |= Q(sent_at__gt=now - oldest, sent_at__lte=now - youngest, measured_at__lte=now - once_in)
        youngest = oldest
    waiting = Delivery.objects.filter(channel=OuterRef("channel")).filter(
        Q(state=State.SENDING) | Q(state=State.DUE, due_at__lte=now)
    )
    return (
        Delivery.objects.out()
        .filter(is_turn, sent_at__lte=now - FIRST_AFTER, sent_at__gt=now - youngest)
        .filter(channel__kind__in=measuring, channel__is_active=True, channel__stopped_at=None)
        .filter(Q(channel__not_before=None) | Q(channel__not_before__lte=now))
        .exclude(channel__headroom__lt=SPARED, channel__headroom_at__gt=now - HEADROOM_HOLDS)
        .exclude(remote_id="")
        .exclude(Exists(waiting))
        .select_related("channel__organisation")
        .order_by(F("measured_at").asc(nulls_first=True), "id")
    )


def sweep(**signal: Any) -> None:
    """Asks about what is due, channel by channel, for SECONDS at most. Never raises for anything a channel does."""
    started, now = time.monotonic(), timezone.now()
    posts = due(now)
    channels = list(posts.order_by().values_list("channel", flat=True).distinct())
    rounds = [list(posts.filter(channel=channel)[:A_CHANNEL]) for channel in channels]
    # A channel that is slow comes last in the next sweep: its turn is marked as over below.
    for batch in sorted(filter(None, rounds), key=_longest_unmeasured):
        _measure_channel(batch, now, started + SECONDS)


def _longest_unmeasured(posts: list[Delivery]) -> float:
    at = posts[0].measured_at
    return at.timestamp() if at else 0.0


def _measure_channel(posts: list[Delivery], now: datetime, until: float) -> None:
    adapter: Adapter | None = None
    for number, post in enumerate(posts):
        if time.monotonic() > until:
            break
        # Its turn is over even if the call fails or another worker asks as well: politeness comes first.
        if not Delivery.objects.filter(pk=post.pk, measured_at=post.measured_at).update(measured_at=now):
            continue
        try:
            adapter = adapter or _adapter(post.channel)
            measure(post, adapter)
        except (ChannelError, vault.CannotDecrypt) as error:
            # People are told by the delivery's own way. Here it costs this round of figures.
            log.info("figures of delivery %s: %s", post.pk, error)
            if isinstance(error, ChannelError) and error.outcome == Outcome.PERMANENT:
                continue  # about this post only
            rest = [one.pk for one in posts[number + 1 :]]
            Delivery.objects.filter(pk__in=rest).update(measured_at=now)
            break
        except Exception:
            log.exception("figures of delivery %s could not be read", post.pk)
    if adapter and (left := adapter.headroom()) is not None:
        Channel.objects.filter(pk=posts[0].channel_id).update(headroom=left, headroom_at=timezone.now())


def _adapter(channel: Channel) -> Adapter:
    adapter = fresh_adapter(channel)
    adapter.http = Http(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return adapter


def measure(post: Delivery, adapter: Adapter) -> Measurement:
    """Asks about one post and keeps what is told. Raises ChannelError.

    What was told once and is no longer told is kept as null: it is not 0, and not the figure of last week either.
    """
    told = adapter.metrics(post.receipt())
    values: dict[str, int | None] = {name: int(value) for name, value in told.items() if name in adapter.measures}
    if before := post.measurements.order_by("at", "id").last():
        values = {**{name: None for name in before.values if name in adapter.measures}, **values}
    return Measurement.objects.create(delivery=post, at=timezone.now(), values=values)
