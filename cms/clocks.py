"""When an answer is due: hours from a moment, counted round the clock or in working time. Pure, no database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.translation import ngettext

# A calendar that has no working time for so long was entered wrongly.
_LONGEST = 3660
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_LONGEST_RANGE = timedelta(days=60)


class Unreadable(ValueError):
    """A line of a list of days cannot be read. ``line`` is that line."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True)
class Days:
    """Days on which something is otherwise than usual: single dates, and (day, month) of every year."""

    dates: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day in self.dates or (day.day, day.month) in self.yearly

    @classmethod
    def read(cls, text: str) -> Days:
        """From one entry a line: ``02/09``, ``06/02/2027`` or ``05/02/2027 - 11/02/2027``, then any words.

        Raises Unreadable with the first line that is none of these.
        """
        dates: set[date] = set()
        yearly: set[tuple[int, int]] = set()
        for line in filter(None, (each.strip() for each in text.splitlines())):
            found = re.match(rf"{_DAY.pattern}(?:\s*[-–]\s*{_DAY.pattern})?(?![\d/])", line)
            if not found:
                raise Unreadable(line)
            day, month, year, last_day, last_month, last_year = found.groups()
            try:
                if not year and not last_day:
                    yearly.add((date(2000, int(month), int(day)).day, int(month)))  # 2000: 29/02 may stand there
                    continue
                first = date(int(year), int(month), int(day))
                last = date(int(last_year or year), int(last_month), int(last_day)) if last_day else first
            except (TypeError, ValueError) as wrong:
                raise Unreadable(line) from wrong
            if not first <= last <= first + _LONGEST_RANGE:
                raise Unreadable(line)
            dates |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
        return cls(frozenset(dates), frozenset(yearly))


@dataclass(frozen=True)
class WorkingCalendar:
    """When the office works.

    weekdays  0 is Monday
    parts     (from, to) of each part of a working day, in order, e.g. before and after lunch
    off       public holidays; worked: days on which work is done although they are none of ``weekdays``
    """

    zone: tzinfo
    weekdays: frozenset[int]
    parts: tuple[tuple[time, time], ...]
    off: Days = field(default_factory=Days)
    worked: Days = field(default_factory=Days)

    def works_on(self, day: date) -> bool:
        return day in self.worked or (day.weekday() in self.weekdays and day not in self.off)

    def stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working time from ``start`` on, part by part."""
        here = start.astimezone(self.zone)
        for number in range(_LONGEST):
            day = here.date() + timedelta(days=number)
            if not self.works_on(day):
                continue
            for begins, ends in self.parts:
                begin = max(here, datetime.combine(day, begins, self.zone))
                end = datetime.combine(day, ends, self.zone)
                if begin < end:
                    yield begin, end


@dataclass(frozen=True)
class Hours:
    """How long the first notice and the answer may take, in hours of working time or of the clock."""

    notice: int
    answer: int
    is_working: bool


@dataclass(frozen=True)
class Clocks:
    """The office's hours for each urgency (the number of Incident.Urgency), and its working time."""

    hours: Mapping[int, Hours]
    calendar: WorkingCalendar

    def notice_due(self, start: datetime, urgency: int) -> datetime:
        return self._due(start, urgency, self.hours[urgency].notice)

    def answer_due(self, start: datetime, urgency: int) -> datetime:
        return self._due(start, urgency, self.hours[urgency].answer)

    def _due(self, start: datetime, urgency: int, hours: int) -> datetime:
        return deadline(start, hours, self.calendar if self.hours[urgency].is_working else None)


def deadline(start: datetime, hours: int, calendar: WorkingCalendar | None = None) -> datetime:
    """The moment ``hours`` after ``start``; with a calendar only its working time counts.

    What is used up exactly at the end of a working day is due then, not on the next morning. ValueError for a calendar
    that never works.
    """
    missing = timedelta(hours=hours)
    if calendar is None:
        return start + missing
    for begin, end in calendar.stretches(start):
        if missing <= end - begin:
            return begin + missing
        missing -= end - begin
    raise ValueError("this calendar has no working time")


def left_in_words(due_at: datetime, now: datetime) -> str:
    """“3 hours left”, or “overdue by 2 days”, in the active language: by the clock on the wall, whatever was counted.

    Rounded so that nobody is promised more than there is.
    """
    is_late = due_at < now
    minutes = max(1, int(abs(due_at - now) / timedelta(minutes=1)))
    if minutes < 60:
        late = ngettext("overdue by %(count)d minute", "overdue by %(count)d minutes", minutes)
        left = ngettext("%(count)d minute left", "%(count)d minutes left", minutes)
        return (late if is_late else left) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        late = ngettext("overdue by %(count)d hour", "overdue by %(count)d hours", hours)
        left = ngettext("%(count)d hour left", "%(count)d hours left", hours)
        return (late if is_late else left) % {"count": hours}
    days = hours // 24
    late = ngettext("overdue by %(count)d day", "overdue by %(count)d days", days)
    left = ngettext("%(count)d day left", "%(count)d days left", days)
    return (late if is_late else left) % {"count": days}
