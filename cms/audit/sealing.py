"""The sealer: takes what happened into the chain. One at a time, in small transactions, run by the worker's sweep.

Whoever does something writes only their own row, as fast as ever, and waits for nobody. The sealer comes later, at most a
minute, and appends one entry a row. Each transaction takes a lock (PostgreSQL: an advisory one that a second sealer does not
wait for; SQLite: the write lock that every IMMEDIATE transaction has), reads rows that have no entry, and writes entries and
marks together. Killed in the middle, it leaves nothing behind.

**No event is missed** although PostgreSQL shows rows out of order: a transaction that commits late may hold a lower id than
rows that were sealed long ago. So a row is sealed when it has no entry, not when its id is the next; and the mark below which
nobody looks any more (``AuditMark.sealed_to``) moves only to what was complete before the oldest transaction that is open
now had begun. A transaction that stays open for hours makes the sealer look at more rows, and loses nothing.

**No event is doubled**: (source, source_id) is unique, and so is what an entry follows.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from cms.audit.entries import AuditEntry, AuditMark, Event, hash_of, head, moment, people
from cms.audit.sources import SOURCES, Row, Source
from publishing.signals import sweeping

log = logging.getLogger("cms.audit")

AT_ONCE = 500  # rows a transaction: about 50 ms, during which nobody else writes on SQLite
SECONDS = 5.0  # that a sweep spends here, in the worker that sends as well; the rest is for the next one
_LOCK = 0x6175646974  # "audit"


def seal(seconds: float = SECONDS) -> int:
    """Seals what is not sealed, for no longer than about ``seconds``. Returns how many entries it wrote; 0 also where
    another sealer is at work."""
    until, written, pieces = time.monotonic() + seconds, 0, 0
    come_to: dict[str, int] = {}  # the last id of each source in this run, so that each piece is not searched for anew
    while True:
        began = time.monotonic()
        done, has_more = _once(come_to)
        written, pieces = written + done, pieces + 1
        if not has_more and pieces > 1:
            written += _once({})[0]  # marks move where one piece saw all that was left since the mark
        if not has_more or time.monotonic() >= until:
            return written
        if connection.vendor != "postgresql":
            time.sleep(time.monotonic() - began)  # SQLite's lock is not handed on in turn: others get half of the time


def unsealed(source: Source, after: int = 0) -> Any:
    """Rows of a source with an id above ``after`` that have no entry, by id."""
    sealed = AuditEntry.objects.filter(source=source.name, source_id=OuterRef("pk"))
    return source.rows().filter(~Exists(sealed), pk__gt=after).order_by("pk")


def _once(come_to: dict[str, int]) -> tuple[int, bool]:
    """One transaction: (entries written, whether there may be more). Writes into ``come_to`` how far it came."""
    with transaction.atomic():
        if not _is_ours():
            return 0, False
        oldest = _oldest_open()
        marks = {mark.source: mark for mark in AuditMark.objects.all()}
        events: list[Event] = []
        for source in SOURCES:
            mark = marks.get(source.name) or AuditMark(source=source.name)
            is_from_its_mark = source.name not in come_to
            after = come_to.get(source.name, mark.sealed_to)
            rows: list[Row] = list(unsealed(source, after)[: AT_ONCE - len(events)])
            events += source.events(rows)
            if rows:
                come_to[source.name] = rows[-1]["pk"]
            if len(events) >= AT_ONCE:
                break  # this source was not looked at to its end, and those that follow not at all: their marks stay
            if is_from_its_mark:
                _move(source, mark, oldest)
        _append(sorted(events, key=lambda event: (event.at, event.source, event.source_id)))
    return len(events), len(events) >= AT_ONCE


def _move(source: Source, mark: AuditMark, oldest: datetime | None) -> None:
    """Moves the mark of a source of which everything that can be seen is now sealed."""
    if mark.candidate is not None and mark.candidate_at is not None and (oldest is None or oldest > mark.candidate_at):
        mark.sealed_to, mark.candidate = mark.candidate, None
    elif mark.candidate is not None:
        return
    highest = source.rows().aggregate(highest=Max("pk"))["highest"] or 0
    if highest > mark.sealed_to:
        # The highest is read first: whoever holds a lower id began before now.
        mark.candidate, mark.candidate_at = highest, _now()
    mark.save()


def _append(events: list[Event]) -> None:
    if not events:
        return
    last, previous = head()
    names = people({event.by for event in events if event.by is not None})
    sealed_at = timezone.now()
    entries = []
    for number, event in enumerate(events, start=last + 1):
        said: dict[str, Any] = {
            "number": number,
            "by": event.by,
            "by_name": names.get(event.by, "") if event.by is not None else "",
            "deed": event.deed[:120],
            "subject_type": event.subject_type[:120],
            "subject_id": event.subject_id,
            "subject": event.subject[:300],
            "story": event.story,
            "data": event.data,
            "source": event.source,
            "source_id": event.source_id,
            "previous": previous,
        }
        previous = hash_of({**said, "at": moment(event.at), "sealed_at": moment(sealed_at)})
        entries.append(AuditEntry(**said, at=event.at, sealed_at=sealed_at, hash=previous))
    AuditEntry.objects.bulk_create(entries)


def _is_ours() -> bool:
    if connection.vendor != "postgresql":
        return True  # the transaction has SQLite's write lock
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _oldest_open() -> datetime | None:
    """When the oldest other transaction that is open in this database began; None if there is none, or can be none.

    PostgreSQL shows a role its own sessions only: web and workers have to log in to it as one role, as they do by default.
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        oldest: datetime | None = cursor.fetchone()[0]
        return oldest


def _now() -> datetime:
    """The clock that ``_oldest_open`` is told by."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now


def sweep(**signal: Any) -> None:
    """The worker's invitation, about once a minute."""
    if written := seal():
        log.info("%s events sealed", written)


def connect() -> None:
    """Connects to the worker's sweep, which Celery's beat sends as well."""
    sweeping.connect(sweep, dispatch_uid="audit")
