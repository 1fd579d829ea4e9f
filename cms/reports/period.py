"""Periods of a report: whole days in the office's time zone, their names, and the period before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=3 * 366)
_QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both whole."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment in it."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_over(self) -> bool:
        return self.end <= timezone.now()

    @property
    def closing(self) -> datetime:
        """The moment for which it is said how things stand: its end, or now while it lasts."""
        return min(self.end, timezone.now())

    @property
    def months(self) -> int:
        """How many calendar months it is; 0 where it is none."""
        is_whole = self.first.day == 1 and (self.last + timedelta(days=1)).day == 1
        return 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1 if is_whole else 0

    @property
    def before(self) -> Period:
        """As many months, or days, right before it."""
        last = self.first - timedelta(days=1)
        return Period(_months_on(self.first, -self.months) if self.months else last - timedelta(self.days - 1), last)

    def __str__(self) -> str:
        """In words, as within a sentence: “quarter IV of 2026”, “from 03/11/2026 to 09/11/2026”."""
        year, month = self.first.year, self.first.month
        if self.months == 1:
            return gettext("month %(month)s of %(year)s") % {"month": month, "year": year}
        if self.months == 3 and month % 3 == 1:
            return gettext("quarter %(quarter)s of %(year)s") % {"quarter": _QUARTERS[month // 3], "year": year}
        if self.months == 12 and month == 1:
            return gettext("the year %(year)s") % {"year": year}
        if self.months in {6, 9} and month == 1:
            return gettext("the first %(months)s months of %(year)s") % {"months": self.months, "year": year}
        if self.days == 1:
            return gettext("the day %(day)s") % {"day": f"{self.first:%d/%m/%Y}"}
        return gettext("from %(first)s to %(last)s") % {
            "first": f"{self.first:%d/%m/%Y}",
            "last": f"{self.last:%d/%m/%Y}",
        }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _months_on(day: date, months: int) -> date:
    """The first of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _months(first: date, count: int) -> Period:
    return Period(first, _months_on(first, count) - timedelta(days=1))


def _week(today: date) -> Period:
    monday = today - timedelta(days=today.weekday())
    return Period(monday, monday + timedelta(days=6))


# Those that are offered by name, from a day of today: (label, period).
NAMED: dict[str, tuple[str | Promise, Callable[[date], Period]]] = {
    "this_week": (_("This week"), _week),
    "last_week": (_("Last week"), lambda today: _week(today).before),
    "this_month": (_("This month"), lambda today: _months(today.replace(day=1), 1)),
    "last_month": (_("Last month"), lambda today: _months(today.replace(day=1), 1).before),
    "this_quarter": (_("This quarter"), lambda today: _quarter(today)),
    "last_quarter": (_("Last quarter"), lambda today: _quarter(today).before),
    "this_year": (_("This year"), lambda today: _months(date(today.year, 1, 1), 12)),
    "last_year": (_("Last year"), lambda today: _months(date(today.year - 1, 1, 1), 12)),
}


def _quarter(today: date) -> Period:
    return _months(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3)


def named(key: str) -> Period:
    """One of NAMED as of today at the office. Raises KeyError."""
    return NAMED[key][1](timezone.localdate(timezone=timezone.get_default_timezone()))
