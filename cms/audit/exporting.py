"""The chain, or a piece of it, as a file: JSON Lines, which can be verified by itself, and CSV, which people read.

A piece has no holes: it goes from the first entry of the period to the last, and so may hold some that happened outside of
it and were sealed in between.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Min
from django.utils import timezone

from cms.audit.entries import HASHED, AuditEntry, AuditEntryQuerySet
from publishing.text import cell_text

FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv"}


def piece(start: date | None = None, end: date | None = None) -> AuditEntryQuerySet:
    """The entries of a period, both days included, in the office's time zone; without holes."""
    entries = AuditEntry.objects.all()
    if start is None and end is None:
        return entries
    ends = within(entries, start, end).aggregate(first=Min("number"), last=Max("number"))
    if ends["first"] is None:
        return entries.none()
    return entries.filter(number__range=(ends["first"], ends["last"]))


def within(entries: Any, start: date | None, end: date | None) -> Any:
    """Those that happened from the first day to the last, in the office's time zone."""
    if start:
        entries = entries.filter(at__gte=_midnight(start))
    if end:
        entries = entries.filter(at__lt=_midnight(end + timedelta(days=1)))
    return entries


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def lines(entries: AuditEntryQuerySet, form: str) -> Iterator[str]:
    """The file, piece by piece. ``form``: a key of FORMATS."""
    return _csv(entries) if form == "csv" else _jsonl(entries)


def _jsonl(entries: AuditEntryQuerySet) -> Iterator[str]:
    for told in entries.told():
        yield json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def _csv(entries: AuditEntryQuerySet) -> Iterator[str]:
    columns = [*HASHED, "hash"]
    yield "\ufeff" + _row(columns)
    for told in entries.told():
        told["data"] = json.dumps(told["data"], sort_keys=True, ensure_ascii=False) if told["data"] else ""
        yield _row([cell_text(told[name]) for name in columns])


def _row(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
