"""The circuit of a channel: after several calls in a row that reached nobody, all of its queue waits a while.

Without it every delivery of a dead channel would find out for itself, and its threads would be missing elsewhere.
Opening it loses nothing: deliveries stay due, and go out when the wait is over or a person connects the channel again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from publishing.channels.base import Outcome
from publishing.models import Channel

OPENS_AFTER = 5  # calls in a row
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=10)

_UNREACHED = frozenset({Outcome.TRANSIENT, Outcome.UNKNOWN})


def pause(failures: int) -> timedelta:
    """How long the circuit stays open after this many calls in a row: 30 s, doubling, at most ten minutes."""
    return min(LONGEST, SHORTEST * 2 ** min(max(0, failures - OPENS_AFTER), 10))


def note(called: Channel, outcome: Outcome, now: datetime | None = None) -> None:
    """Counts how a call to the channel ended. Any clear answer, a refusal too, closes the circuit.

    ``called`` as it was read before the call: where it had nothing to close, nothing is written after a clear answer.
    """
    if outcome not in _UNREACHED and not called.failures and not called.opened_at:
        return
    channel = Channel.objects.filter(pk=called.pk)
    if outcome not in _UNREACHED:
        channel.filter(Q(failures__gt=0) | Q(opened_at__isnull=False)).update(failures=0, opened_at=None)
        return
    channel.update(failures=F("failures") + 1)
    failures = channel.values_list("failures", flat=True).first() or 0
    if failures >= OPENS_AFTER:
        now = now or timezone.now()
        until = now + pause(failures)
        channel.update(opened_at=Coalesce("opened_at", now))
        # What the vendor itself asked for may be later, and then holds.
        channel.filter(Q(not_before=None) | Q(not_before__lt=until)).update(not_before=until)
