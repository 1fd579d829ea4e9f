"""What to do when the machine's clock is set while calls are under way: a lease that has not run out must not look as if it had.

Leases are times of day, since several machines share them. A worker compares the time of day with a clock that nobody sets, and
where the first ran ahead it forgives all leases as much, for a while. What falls due goes by the time of day as ever.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

log = logging.getLogger("publishing.steady")

NOTED = 5.0  # seconds; smaller steps are the usual work of a time server
KEPT = 15 * 60.0  # seconds for which a jump is forgiven: longer than any call, uploads included


class Steady:
    """``notice`` compares the clocks; whoever loops calls it. ``forgiven`` is read by anybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._apart = time.time() - time.monotonic()
        self._jumps: list[tuple[float, float]] = []  # (when, by the clock that nobody sets; seconds)

    def notice(self) -> None:
        with self._lock:
            steady = time.monotonic()
            apart = time.time() - steady
            jump, self._apart = apart - self._apart, apart
            if abs(jump) > NOTED:
                log.warning("the clock was set by %+.0f s", jump)
                self._jumps.append((steady, jump))
            self._jumps = [one for one in self._jumps if steady - one[0] < KEPT]

    def forgiven(self) -> timedelta:
        """How far the time of day has run ahead lately; never negative."""
        with self._lock:
            return timedelta(seconds=max(0.0, sum(jump for _when, jump in self._jumps)))


clock = Steady()
