"""Which deliveries a worker takes next: one statement, whatever the length of the queue, on both databases.

Taken are the heads of the channels' queues, found by an index; so neither what waits behind them nor a channel that
is stopped, full or silent costs the others anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from publishing.channels import adapters
from publishing.models import Channel, Delivery, State


def claim(limit: int, now: datetime | None = None, forgiven: timedelta = timedelta()) -> list[Delivery]:
    """Takes up to ``limit`` deliveries that are due, or whose lease ran out, each with a fresh lease and attempt number.

    They come with version, channel and organisation, shared by those that have the same, and the earliest first.

    Never one of a stopped, waiting or unused channel; never more than the adapter's max_in_flight at one channel;
    never one that has an earlier unsettled delivery of the same story on the same channel.

    forgiven  how much longer a lease lasts than it says, because the clock was set meanwhile
    """
    if limit < 1:
        return []
    moment = now or timezone.now()
    at, ended, until = (
        connection.ops.adapt_datetimefield_value(value)
        for value in (moment, moment - forgiven, moment + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS))
    )
    kinds = list(adapters().items())
    caps = " ".join("WHEN %s THEN %s" for _kind in kinds)
    cap_values = [value for kind, adapter in kinds for value in (kind, adapter.max_in_flight)]
    most = max(adapter.max_in_flight for _kind, adapter in kinds)
    is_postgres = connection.vendor == "postgresql"
    # Not NOT EXISTS: PostgreSQL would make a join of it, and without statistics of the table a poor one.
    is_free = """(
        SELECT e.id FROM publishing_delivery e
        WHERE e.channel_id = d.channel_id AND e.story = d.story AND e.id < d.id AND e.state NOT IN ('sent', 'cancelled')
        LIMIT 1
    ) IS NULL"""
    # The head of each channel's queue, by index: what waits behind it costs nothing.
    head = f"""SELECT d.id FROM publishing_delivery d
        WHERE d.channel_id = c.id AND d.state = 'due' AND d.due_at <= %s AND {is_free}
        ORDER BY d.due_at, d.id LIMIT {most}"""  # noqa: S608 - only constants of this function are put in
    heads = f"CROSS JOIN LATERAL ({head}) h JOIN" if is_postgres else "JOIN"
    its_own = "q.id = h.id" if is_postgres else f"q.id IN ({head})"
    first = "(SELECT id FROM ranked WHERE place <= room)"
    among = f"= ANY (ARRAY{first})" if is_postgres else f"IN {first}"
    skip_locked = "FOR UPDATE OF d SKIP LOCKED" if is_postgres else ""
    # While a channel answers nobody, one call at a time finds out whether it does again.
    sql = f"""
        WITH usable AS (
            SELECT c.id, CASE WHEN c.failures > 0 THEN 1 ELSE (CASE c.kind {caps} ELSE 0 END) END
                   - (SELECT count(*) FROM publishing_delivery b
                      WHERE b.channel_id = c.id AND b.state = 'sending' AND b.lease_until > %s) AS room
            FROM publishing_channel c
            WHERE c.is_active AND c.stopped_at IS NULL AND (c.not_before IS NULL OR c.not_before <= %s)
        ), claimable AS (
            SELECT q.id, q.channel_id, q.due_at, c.room FROM usable c {heads} publishing_delivery q ON {its_own}
            WHERE c.room > 0
            UNION ALL
            SELECT d.id, d.channel_id, d.due_at, c.room FROM publishing_delivery d JOIN usable c ON c.id = d.channel_id
            WHERE d.state = 'sending' AND d.lease_until <= %s AND {is_free}
        ), ranked AS (
            SELECT id, room, row_number() OVER (PARTITION BY channel_id ORDER BY due_at, id) AS place FROM claimable
        ), picked AS (
            SELECT d.id FROM publishing_delivery d
            WHERE d.id {among}
              AND (d.state = 'due' AND d.due_at <= %s OR d.state = 'sending' AND d.lease_until <= %s)
            ORDER BY d.due_at, d.id LIMIT %s {skip_locked}
        )
        UPDATE publishing_delivery
        SET attempt_no = attempt_no + 1,
            doubts = doubts + CASE WHEN state = 'sending' AND tried_at IS NOT NULL THEN 1 ELSE 0 END,
            state = 'sending', lease_until = %s
        WHERE id IN (SELECT id FROM picked)
        RETURNING *
    """  # noqa: S608 - the only parts put in by formatting are constants of this function
    values = [*cap_values, ended, at, at, ended, at, ended, limit, until]
    with transaction.atomic():
        claimed = sorted(Delivery.objects.raw(sql, values), key=lambda one: (one.due_at, one.pk))
    channels = Channel.objects.select_related("organisation")
    prefetch_related_objects(claimed, "version", Prefetch("channel", channels))
    return claimed


def next_due(now: datetime) -> datetime | None:
    """When the next delivery falls due that is not due yet; None if none is planned."""
    return (
        Delivery.objects.filter(state=State.DUE, due_at__gt=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
