"""The calendar: what goes out when on which channel, by day, by week or as a list, and where times clash.

A day is a table of hours by channels, a week one of channels by days: each channel has a place of its own, so that its
quiet hours can be marked there, and a post can only be moved in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from publishing.agencies import visible_to
from publishing.desk.base import SEE_DELIVERIES, DeskView
from publishing.desk.deeds import MOVE
from publishing.desk.timing import (
    AT,
    CLOSE,
    FIRST_YEAR,
    LAST_YEAR,
    clashes,
    quiet_in,
    quiet_spans,
    quiet_words,
    shown_at,
)
from publishing.desk.words import Badge, channel_badge, state_badge
from publishing.models import Channel, Delivery, State
from publishing.series import Series, all_series, series_of

MOST = 300  # deliveries in one view
VIEWS = {"day": _("Day"), "week": _("Week"), "list": _("List")}
DAYS = {"day": 1, "week": 7, "list": 28}


@dataclass(frozen=True)
class Entry:
    """A delivery at its time, with what a publisher should think twice about."""

    delivery: Delivery
    at: datetime  # local
    badge: Badge
    clashes: list[str]
    may_move: bool
    series: Series | None = None


@dataclass
class Cell:
    """A channel in an hour or on a day. ``hour`` is None for a whole day.

    quiet  the quiet part of the hour, of the whole quiet time where it begins; empty elsewhere
    """

    channel: Channel
    day: date
    hour: int | None = None
    quiet: str = ""
    is_first_quiet: bool = False
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Lane:
    """A channel: its name, its state and its quiet hours in words, and as (start, length) in minutes of a day."""

    channel: Channel
    badge: Badge
    quiet: str
    spans: list[tuple[int, int]]

    @classmethod
    def of(cls, channel: Channel) -> Lane:
        spans = [(start, end - start) for start, end in quiet_spans(channel)]
        return cls(channel, channel_badge(channel), quiet_words(channel), spans)


class CalendarView(DeskView):
    """``?view=day|week|list&date=2026-11-24&channel=3&series=…``. What is unknown is taken for today's week of all channels."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_DELIVERIES,)
    page_title = _("Calendar")
    header_icon = "calendar-alt"
    template_name = "publishing/calendar.html"

    @cached_property
    def view(self) -> str:
        asked = self.request.GET.get("view", "")
        return asked if asked in VIEWS else "week"

    @cached_property
    def asked_day(self) -> date:
        try:
            asked = date.fromisoformat(self.request.GET.get("date", ""))
        except ValueError:
            return timezone.localdate()
        return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else timezone.localdate()

    @cached_property
    def first_day(self) -> date:
        """Weeks begin on Monday."""
        return self.asked_day - timedelta(days=self.asked_day.weekday()) if self.view == "week" else self.asked_day

    @cached_property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=number) for number in range(DAYS[self.view])]

    @cached_property
    def channels(self) -> list[Channel]:
        return list(visible_to(self.request.user, Channel.objects.select_related("organisation")))

    @cached_property
    def chosen(self) -> Channel | None:
        asked = self.request.GET.get("channel", "")
        return next((one for one in self.channels if str(one.pk) == asked), None)

    @cached_property
    def all_series(self) -> list[Series]:
        return all_series(self.request.user)

    @cached_property
    def chosen_series(self) -> Series | None:
        asked = self.request.GET.get("series", "")
        return next((one for one in self.all_series if one.key == asked), None)

    def address(self, **changes: Any) -> str:
        """This view with other parameters."""
        asked = {"view": self.view, "date": self.asked_day.isoformat()}
        if self.chosen:
            asked["channel"] = str(self.chosen.pk)
        if self.chosen_series:
            asked["series"] = self.chosen_series.key
        asked |= {name: str(value) for name, value in changes.items()}
        return f"{reverse('publishing_calendar')}?{urlencode(asked)}"

    def entries(self) -> tuple[list[Entry], bool]:
        """What is in the days shown, by time, and whether there is more than fits. One query."""
        start, end = (
            timezone.make_aware(datetime.combine(day, time.min))
            for day in (self.days[0], self.days[-1] + timedelta(days=1))
        )
        # Just outside of the days shown there may be something that clashes with what is inside.
        # Cancelled ones have no place in a calendar.
        found = visible_to(self.request.user, Delivery.objects.exclude(state=State.CANCELLED)).annotate(at=AT)
        found = found.filter(at__gte=start - CLOSE, at__lt=end + CLOSE)
        if self.chosen:
            found = found.filter(channel=self.chosen)
        names = found.select_related("channel", "version").defer("version__payload")
        near = list(names.order_by("at", "pk")[: 2 * MOST])
        words = clashes(near)
        may_move = MOVE.may(self.request.user)
        # Only now: what is not of the series may clash with what is.
        inside = [one for one in near if start <= shown_at(one) < end and self._is_asked_for(one)]
        entries = [
            Entry(
                one,
                timezone.localtime(shown_at(one)),
                state_badge(one),
                words.get(one.pk, []),
                may_move and MOVE.is_possible(one),
                series_of(one.version),
            )
            for one in inside[:MOST]
        ]
        return entries, len(inside) > MOST or len(near) == 2 * MOST

    def _is_asked_for(self, delivery: Delivery) -> bool:
        return self.chosen_series is None or delivery.version.series == self.chosen_series.key

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries, is_cut = self.entries()
        # By key, and under the newest name: a campaign may have got another title.
        keys = {entry.series.key for entry in entries if entry.series}
        legend = [one for one in self.all_series if one.key in keys]
        with_entries = {entry.delivery.channel_id for entry in entries}
        shown = [self.chosen] if self.chosen else [c for c in self.channels if c.is_active or c.pk in with_entries]
        now = timezone.localtime()
        step = timedelta(days=DAYS[self.view])
        return super().get_context_data(
            view_name=self.view,
            views=[(name, label, self.address(view=name)) for name, label in VIEWS.items()],
            date=self.asked_day,
            first_day=self.days[0],
            last_day=self.days[-1],
            days=self.days,
            today=now.date(),
            this_hour=now.hour if now.date() == self.first_day else None,
            earlier=self.address(date=self.first_day - step),
            later=self.address(date=self.first_day + step),
            at_today=self.address(date=now.date()),
            here=self.address(),
            channels=self.channels,
            chosen=self.chosen,
            all_series=self.all_series,
            chosen_series=self.chosen_series,
            legend=legend,
            lanes=[Lane.of(channel) for channel in shown],
            hours=self.hours(shown, entries) if self.view == "day" else [],
            rows=self.rows(shown, entries) if self.view == "week" else [],
            dated=self.dated(entries) if self.view == "list" else [],
            is_empty=not entries,
            has_clashes=any(entry.clashes for entry in entries),
            most=MOST if is_cut else 0,
            may_drag=any(entry.may_move for entry in entries),
            **kwargs,
        )

    def hours(self, channels: list[Channel], entries: list[Entry]) -> list[tuple[int, list[Cell]]]:
        """(hour, a cell for each channel) of the day."""
        table = []
        for hour in range(24):
            cells = []
            for channel in channels:
                quiet = quiet_in(channel, hour)
                is_first = bool(quiet) and (hour == 0 or not quiet_in(channel, hour - 1))
                words = quiet_words(channel) if is_first else quiet
                cells.append(Cell(channel, self.first_day, hour, words, is_first))
            table.append((hour, cells))
        places = {(cell.channel.pk, hour): cell for hour, cells in table for cell in cells}
        for entry in entries:
            places[entry.delivery.channel_id, entry.at.hour].entries.append(entry)
        return table

    def rows(self, channels: list[Channel], entries: list[Entry]) -> list[tuple[Lane, list[Cell]]]:
        """(channel, a cell for each day) of the week."""
        table = [(Lane.of(channel), [Cell(channel, day) for day in self.days]) for channel in channels]
        places = {(cell.channel.pk, cell.day): cell for _lane, cells in table for cell in cells}
        for entry in entries:
            places[entry.delivery.channel_id, entry.at.date()].entries.append(entry)
        return table

    def dated(self, entries: list[Entry]) -> list[tuple[date, list[Entry]]]:
        """(day, its entries); days without any are left out."""
        by_day: dict[date, list[Entry]] = {}
        for entry in entries:
            by_day.setdefault(entry.at.date(), []).append(entry)
        return list(by_day.items())
