"""Signs of life of the processes that nobody sees: the worker, the sweep, and Celery's beat. Written down a few times a minute.

In the database, because those who ask (health, metrics, the status page) run in other processes, perhaps on other machines.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

log = logging.getLogger("publishing.pulse")

EVERY = 20.0  # seconds between two signs of the same part and process
SILENT_AFTER = timedelta(minutes=3)  # the sweep comes each minute, in the demo each half


class Parts(models.TextChoices):
    WORKER = "worker"  # looked at the outbox
    SWEEP = "sweep"  # came to its end; details: {"seconds": 1.5, "failed": ["audit"]}
    BEAT = "beat"  # Celery's clock runs; there is none without a broker


class Pulse(models.Model):
    """When a part last gave a sign, and since when it has done so without a gap."""

    part = models.CharField(max_length=10, choices=Parts.choices, primary_key=True)
    at = models.DateTimeField()
    since = models.DateTimeField()
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "pulse"
        verbose_name_plural = "pulses"

    def __str__(self) -> str:
        return f"{self.part} {self.at:%Y-%m-%d %H:%M:%S}"

    def is_silent(self, now: datetime) -> bool:
        return now - self.at > SILENT_AFTER


_noted_at: dict[str, float] = {}


def note(part: Parts, details: dict[str, Any] | None = None) -> None:
    """Gives a sign, at most every ``EVERY`` seconds unless it has ``details``. Never raises: who works must not fail over it."""
    now = time.monotonic()
    if details is None and now - _noted_at.get(part, -EVERY) < EVERY:
        return
    _noted_at[part] = now
    try:
        _write(part, details or {})
    except Exception as error:
        log.warning("no sign of life could be written: %s", type(error).__name__)


def _write(part: Parts, details: dict[str, Any]) -> None:
    now = timezone.now()
    seen = Pulse.objects.filter(part=part)
    # One statement in nearly all cases. A second worker of another clock never moves it back.
    if seen.filter(at__gte=now - SILENT_AFTER, at__lte=now + SILENT_AFTER).update(at=now, details=details):
        return
    if not seen.update(at=now, since=now, details=details):
        Pulse.objects.get_or_create(part=part, defaults={"at": now, "since": now, "details": details})


def keep_noting(part: Parts) -> None:
    """Gives signs from a thread of its own for as long as the process lives: for beat, which asks no database itself."""

    def go_on() -> None:
        while True:
            note(part)
            connection.close()
            time.sleep(EVERY)

    threading.Thread(target=go_on, name="pulse", daemon=True).start()


def silent(parts: list[Parts], now: datetime | None = None) -> list[Parts]:
    """Those of ``parts`` that gave no sign for some minutes, or never did."""
    now = now or timezone.now()
    heard = {one.part for one in Pulse.objects.filter(part__in=parts) if not one.is_silent(now)}
    return [part for part in parts if part not in heard]
