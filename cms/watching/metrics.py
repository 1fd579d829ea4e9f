"""The figures for Prometheus. Those of deliveries come from the tables when they are asked for, so that they are the same
whoever is asked; those of requests come from the web server's processes. Labels hold kinds and states, never a name or text.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Max
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cms.notices.kinds import How
from cms.notices.personal import PersonalNotice
from cms.watching.backups import last_backup
from cms.watching.checks import free_bytes, oldest_unsealed
from cms.watching.requests import here
from cms.watching.several_processes import VARIABLE
from publishing import stuck
from publishing.models import Attempt, Channel, Delivery, State
from publishing.pulse import Parts, Pulse

SETTLED = timedelta(minutes=10)  # after which no attempt with a lower id appears any more
LATELY = timedelta(hours=1)


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    tables = CollectorRegistry()
    tables.register(Tables())
    requests = here
    if os.environ.get(VARIABLE):
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    return bytes(generate_latest(requests) + generate_latest(tables))


def _gauge(name: str, says: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    family = GaugeMetricFamily(f"factcheck_{name}", says, labels=labels)
    for names, value in values:
        family.add_metric(names, value)
    return family


class Attempts:
    """How attempts ended, counted once each: rows are never changed, so that only new ones are read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._upto = 0
        self._counted: Counter[tuple[str, str, str]] = Counter()

    def count(self, now: datetime) -> Counter[tuple[str, str, str]]:
        """{(kind of channel, step, outcome): attempts so far}."""
        with self._lock:
            new = Attempt.objects.filter(pk__gt=self._upto)
            settled = new.filter(ended_at__lt=now - SETTLED).aggregate(upto=Max("pk"))["upto"]
            if settled:
                self._counted += self._of(new.filter(pk__lte=settled))
                self._upto = settled
            return self._counted + self._of(Attempt.objects.filter(pk__gt=self._upto))

    @staticmethod
    def _of(rows: Any) -> Counter[tuple[str, str, str]]:
        names = ("delivery__channel__kind", "step", "outcome")
        found = rows.order_by().values(*names).annotate(count=Count("pk"))
        return Counter({tuple(one[name] for name in names): one["count"] for one in found})


attempts = Attempts()


class Tables(Collector):
    """What the database says. Where it is away that is all that is said."""

    def collect(self) -> Iterator[Metric]:
        found: list[Metric] = []
        with suppress(DatabaseError):
            found = list(_figures(timezone.now()))  # no transaction around it: on SQLite that would hold up all writers
        yield _gauge("database_up", "Whether the database answered.", [], [([], float(bool(found)))])
        yield from found
        free, total = free_bytes()
        yield _gauge("disk_free_bytes", "Free where the data lie.", [], [([], free)])
        yield _gauge("disk_bytes", "Size of the disk where the data lie.", [], [([], total)])
        if backup := last_backup():
            yield _gauge("backup_timestamp_seconds", "When the last backup ended.", [], [([], backup.at.timestamp())])
            yield _gauge("backup_ok", "Whether the last backup succeeded.", [], [([], float(backup.ok))])


def _figures(now: datetime) -> Iterator[Metric]:
    kinds = dict(Channel.objects.values_list("pk", "kind"))
    states: Counter[tuple[str, str]] = Counter()
    for one in Delivery.objects.order_by().values("channel", "state").annotate(count=Count("pk")):
        states[one["state"], kinds[one["channel"]]] += one["count"]
    yield _gauge("deliveries", "Deliveries by state and kind of channel.", ["state", "kind"],
                 ((list(names), count) for names, count in states.items()))  # fmt: skip

    queues = stuck.queues(now).values()
    age: dict[str, float] = {}
    for queue in queues:
        kind = kinds[queue.channel]
        age[kind] = max(age.get(kind, 0.0), (now - queue.oldest).total_seconds())
    yield _gauge("queue_age_seconds", "How long the oldest delivery is overdue, whatever it waits for.", ["kind"],
                 (([kind], seconds) for kind, seconds in age.items()))  # fmt: skip
    oldest = stuck.oldest_due(now)
    yield _gauge("sendable_age_seconds", "How long the oldest delivery is overdue that nothing stands in the way of.", [],
                 [([], (now - oldest).total_seconds() if oldest else 0.0)])  # fmt: skip
    yield _gauge("stuck_channels", "Channels with something to send at which nobody tries.", [],
                 [([], len(stuck.stuck_channels(now)))])  # fmt: skip

    late = _lateness(now)
    yield _gauge("lateness_seconds", "From the planned time until it was out, of what went out in the last hour.",
                 ["quantile"], (([name], seconds) for name, seconds in late.items()))  # fmt: skip

    tried = CounterMetricFamily("factcheck_attempts", "Attempts by kind of channel, step and outcome.",
                                labels=["kind", "step", "outcome"])  # fmt: skip
    for names, count in attempts.count(now).items():
        tried.add_metric(list(names), count)
    yield tried

    statuses = Counter((one.kind, one.status) for one in Channel.objects.all())
    yield _gauge("channels", "Channels by kind and standing: ready, waiting, stopped, off.", ["kind", "status"],
                 ((list(names), count) for names, count in statuses.items()))  # fmt: skip

    pulses = list(Pulse.objects.all())
    yield _gauge("seen_timestamp_seconds", "When a part last gave a sign of life.", ["part"],
                 (([one.part], one.at.timestamp()) for one in pulses))  # fmt: skip
    sweep: dict[str, Any] = next((one.details for one in pulses if one.part == Parts.SWEEP), {})
    yield _gauge("sweep_seconds", "How long the last sweep took.", [], [([], float(sweep.get("seconds", 0.0)))])
    yield _gauge("sweep_failed_parts", "Parts of the last sweep that failed.", [], [([], len(sweep.get("failed", [])))])

    unsealed = oldest_unsealed()
    yield _gauge("unsealed_age_seconds", "Age of the oldest event that the audit has not sealed.", [],
                 [([], (now - unsealed).total_seconds() if unsealed else 0.0)])  # fmt: skip
    to_mail = PersonalNotice.objects.filter(mailed_at__isnull=True, how__in=[How.ONCE, How.DIGEST]).order_by()
    owed = to_mail.values("how").annotate(count=Count("pk"))
    yield _gauge("notices_to_mail", "Notices of which no mail went out yet: at once, or with the daily one.", ["how"],
                 (([one["how"]], one["count"]) for one in owed))  # fmt: skip


def _lateness(now: datetime) -> dict[str, float]:
    since = now - LATELY
    # Bounded by the index on the planned time; what was planned two days ago is given up by then.
    sent = Delivery.objects.filter(state=State.SENT, scheduled_at__gte=since - timedelta(days=2), sent_at__gte=since)
    rows = sent.values_list("scheduled_at", "sent_at")
    seconds = sorted(max(0.0, (out - planned).total_seconds()) for planned, out in rows if out)
    if not seconds:
        return {}
    return {name: seconds[min(len(seconds) - 1, int(len(seconds) * float(name)))] for name in ("0.5", "0.95", "1")}
