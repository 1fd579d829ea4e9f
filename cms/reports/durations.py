"""How long things took: by the clock on the wall, and in the office's working hours. Pure.

Moments are seconds since 1970.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from cms.clocks import WorkingCalendar

HOUR = 3600.0


def middle(hours: Sequence[float]) -> float | None:
    """The median: half took no longer. None of none."""
    return median(hours) if hours else None


def ninth_of_ten(hours: Sequence[float]) -> float | None:
    """The shortest time within which at least nine in ten were done. None of none."""
    return sorted(hours)[math.ceil(0.9 * len(hours)) - 1] if hours else None


def wall_hours(start: float, end: float) -> float:
    """0 where ``end`` is earlier."""
    return max(0.0, (end - start) / HOUR)


class WorkingHours:
    """The working time between any two moments of a stretch, after one walk through the calendar."""

    def __init__(self, calendar: WorkingCalendar, moments: Iterable[float]) -> None:
        known = list(moments)
        self._begins: list[float] = []
        self._parts: list[tuple[float, float, float]] = []  # (begin, end, worked before it), in seconds
        if not known:
            return
        worked, last = 0.0, max(known)
        for part in calendar.stretches(datetime.fromtimestamp(min(known), calendar.zone)):
            begin, end = part[0].timestamp(), part[1].timestamp()
            if begin > last:
                break
            self._begins.append(begin)
            self._parts.append((begin, end, worked))
            worked += end - begin

    def _worked_until(self, at: float) -> float:
        number = bisect_right(self._begins, at) - 1
        if number < 0:
            return 0.0
        begin, end, worked = self._parts[number]
        return worked + min(at, end) - begin

    def between(self, start: float, end: float) -> float:
        """In hours; 0 where ``end`` is earlier."""
        return max(0.0, (self._worked_until(end) - self._worked_until(start)) / HOUR)
