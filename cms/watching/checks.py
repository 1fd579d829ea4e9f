"""What is asked: first what a request needs, then what makes the office's work go on by itself."""

from __future__ import annotations

import secrets
import shutil
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from cms.audit.entries import AuditMark
from cms.audit.sealing import unsealed
from cms.audit.sources import SOURCES
from cms.watching.checkup import Check
from publishing import pulse, stuck

SEALED_WITHIN = timedelta(minutes=15)
_is_migrated = False


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def migrations() -> str:
    """Asked until it is so: a process never loses a migration that it has seen applied."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        if open_ones := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return f"{len(open_ones)} migrations are not applied: run manage.py migrate"
        _is_migrated = True
    return ""


def cache_answers() -> str:
    key, value = f"watch:{secrets.token_hex(4)}", secrets.token_hex(4)
    cache.set(key, value, 10)
    is_kept = cache.get(key) == value
    cache.delete(key)
    return "" if is_kept else "what was written cannot be read back"


def broker() -> str:
    if settings.CELERY_BROKER_URL:
        from cms.celery import app

        with app.connection_for_write(connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    return ""


def outbox() -> str:
    names = [f"{one.kind} {one.pk}" for one in stuck.stuck_channels(timezone.now())]
    return f"deliveries are due for minutes and nobody tries them, at: {', '.join(names)}" if names else ""


def worker() -> str:
    return _silent(pulse.Parts.WORKER)


def sweep() -> str:
    if wrong := _silent(pulse.Parts.SWEEP):
        return wrong
    failed = pulse.Pulse.objects.get(part=pulse.Parts.SWEEP).details.get("failed") or []
    return f"parts of the last sweep failed: {', '.join(failed)}" if failed else ""


def beat() -> str:
    return _silent(pulse.Parts.BEAT) if settings.CELERY_BROKER_URL else ""


def _silent(part: pulse.Parts) -> str:
    if not pulse.silent([part]):
        return ""
    seen = pulse.Pulse.objects.filter(part=part).first()
    return f"last seen {timezone.localtime(seen.at).isoformat(timespec='seconds')}" if seen else "never seen"


def storage() -> str:
    """Writes a small file to each store, and removes it."""
    wrong = []
    for alias in ("default", "private"):
        try:
            name = storages[alias].save(f".watch-{secrets.token_hex(8)}", ContentFile(b"."))
            storages[alias].delete(name)
        except OSError as error:
            wrong.append(f"{alias}: {error.strerror or type(error).__name__}")
    return "; ".join(wrong)


def free_bytes() -> tuple[int, int]:
    """(free, of all) where the data lie."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return usage.free, usage.total


def disk() -> str:
    free = free_bytes()[0] // 1024**2
    return f"{free} MB free, fewer than {settings.DISK_FREE_MB}" if free < settings.DISK_FREE_MB else ""


def oldest_unsealed() -> datetime | None:
    """When the oldest event that the audit has not sealed yet happened; None if all are."""
    marks = dict(AuditMark.objects.values_list("source", "sealed_to"))
    oldest: list[datetime] = []
    for source in SOURCES:
        rows: list[dict[str, Any]] = list(unsealed(source, marks.get(source.name, 0))[:1])
        oldest += [event.at for event in source.events(rows)] if rows else []
    return min(oldest, default=None)


def audit() -> str:
    oldest = oldest_unsealed()
    if oldest is None or timezone.now() - oldest <= SEALED_WITHIN:
        return ""
    return f"an event of {timezone.localtime(oldest).isoformat(timespec='seconds')} is not sealed"


READY = (
    Check("database", database),
    Check("migrations", migrations),
    Check("cache", cache_answers),
    Check("broker", broker),
)
DEEP = (
    *READY,
    Check("outbox", outbox),
    Check("worker", worker),
    Check("sweep", sweep),
    Check("beat", beat),
    Check("storage", storage),
    Check("disk", disk),
    Check("audit", audit),
)
