"""Incidents of a period: registered by what, how many are open and late, and how soon the public heard of them.

What was merged into another is counted with that one, once; the first notice and the first answer of any of them are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, DateTimeField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.translation import gettext

from cms.incidents import Incident, IncidentChange, Place, Topic
from cms.office_clocks import office_clocks
from cms.reports.counting import Seconds, by_one, columns, counted_by, in_both, of_choices, total, within
from cms.reports.durations import WorkingHours, middle, ninth_of_ten, wall_hours
from cms.reports.period import Period
from cms.reports.sections import Chart, Column, Figure, Link, Row, Section, Table, Unit

_NEVER = datetime(9999, 12, 1, tzinfo=UTC)
_ENDED = [Incident.Status.ANSWERED, Incident.Status.CLOSED, Incident.Status.MERGED]
_DAYS_DRAWN, _WEEKS_DRAWN = (
    31,
    186,
)  # up to so many days a period is drawn by days, by weeks, and from there on by months


def counted() -> QuerySet[Incident]:
    """Incidents as reports count them."""
    return Incident.objects.exclude(status=Incident.Status.MERGED)


# How many -----------------------------------------------------------------------------------------------------


def _list(period: Period, **more: Any) -> Link:
    asked = {"registered_from": f"{period.first:%Y-%m-%d}", "registered_to": f"{period.last:%Y-%m-%d}", **more}
    return Link(f"{reverse('wagtailsnippets_cms_incident:list')}?{urlencode(asked)}", ("cms.view_incident",))


def _of_value(period: Period, name: str, value: Any) -> Link:
    return _list(period, **{name: value})


def incidents(period: Period) -> Section:
    """Registered in the period, and how things stand at its end."""
    found = counted_by(counted(), "registered_at", period, "kind", "urgency", "origin")
    where = counted_by(counted(), "registered_at", period, "topic_id", "place_id")
    again = _spread_again(period)
    now, before = _standing(period), _standing(period.before)
    as_of = gettext(
        "At the end of the period; of a period that is not over yet, now. Open is what was registered by then, had no answer published, and was neither closed nor set to answered."
    )
    figures = (
        Figure(
            "incidents",
            gettext("Incidents registered"),
            gettext("Registered in the period, whatever came of them. What was merged is counted once."),
            *total(found),
            link=_list(period),
        ),
        Figure("open", gettext("Open"), as_of, now["open"], before["open"]),
        Figure(
            "late",
            gettext("Late"),
            gettext("Of the open ones those whose first notice or answer was overdue at that moment."),
            now["late"],
            before["late"],
        ),
        Figure(
            "again",
            gettext("Spreading again"),
            gettext("Incidents that were noted in the period as spreading again, each once."),
            *again,
        ),
    )
    heads = columns()
    how = gettext("Incidents registered in the period, as they are recorded now.")
    tables = [_course(period)]
    for which, name, caption, first, labels in (
        (0, "kind", gettext("Incidents by kind"), gettext("Kind"), dict(Incident.Kind.choices)),
        (1, "urgency", gettext("Incidents by urgency"), gettext("Urgency"), dict(Incident.Urgency.choices)),
        (2, "origin", gettext("Incidents by origin"), gettext("Came from"), dict(Incident.Origin.choices)),
    ):
        rows = of_choices(by_one(found, which), labels, partial(_of_value, period, name))
        tables.append(Table(caption, first, heads, rows, how, Chart.BARS))
    for which, name, caption, first, model in (
        (0, "topic", gettext("Incidents by topic"), gettext("Topic"), Topic),
        (1, "place", gettext("Incidents by place"), gettext("Place"), Place),
    ):
        names = {one.pk: str(one) for one in model.objects.all()}
        rows = tuple(
            Row(names[pk], counts, _of_value(period, name, pk)) if pk else Row(gettext("not given"), counts)
            for (pk,), counts in by_one(where, which)
        )
        tables.append(Table(caption, first, heads, rows, how, Chart.BARS))
    return Section("incidents", gettext("Incidents"), figures, tuple(tables))


def _spread_again(period: Period) -> tuple[int, int]:
    changes = IncidentChange.objects.filter(status=Incident.Status.AGAIN)
    of = Coalesce("incident__merged_into", "incident")
    found = in_both(changes, "at", period).aggregate(
        now=Count(of, distinct=True, filter=within("at", period)),
        then=Count(of, distinct=True, filter=within("at", period.before)),
    )
    return found["now"], found["then"]


def _standing(period: Period) -> dict[str, int]:
    """{open, late} as it was when the period closed. One query."""
    at = period.closing
    noticed = Incident.objects.filter(merged_into=OuterRef("pk"), noticed_at__lt=at)
    answered = Incident.objects.filter(merged_into=OuterRef("pk"), answered_at__lt=at)
    last = IncidentChange.objects.filter(incident=OuterRef("pk"), at__lt=at).order_by("-at", "-id").values("status")
    still = (
        counted()
        .filter(Q(answered_at__isnull=True) | Q(answered_at__gte=at), registered_at__lt=at)
        .exclude(Exists(answered))
        .annotate(stood=Coalesce(Subquery(last[:1]), Value(Incident.Status.REPORTED.value)))
        .exclude(stood__in=_ENDED)
    )
    is_unnoticed = (Q(noticed_at__isnull=True) | Q(noticed_at__gte=at)) & ~Exists(noticed)
    is_late = Q(answer_due_at__lt=at) | (is_unnoticed & Q(notice_due_at__lt=at))
    return still.aggregate(open=Count("pk"), late=Count("pk", filter=is_late))


def _course(period: Period) -> Table:
    """Registered by day, week or month of the period."""
    step = _day if period.days <= _DAYS_DRAWN else _monday if period.days <= _WEEKS_DRAWN else _first
    begins = sorted({max(period.first, step(period.first + timedelta(days=n))) for n in range(period.days)})
    ends = [*(day - timedelta(days=1) for day in begins[1:]), period.last]
    pieces = [Period(*piece) for piece in zip(begins, ends, strict=True)]
    # A condition a piece: as fast as the index, and the database needs not know the time zone.
    times = {f"piece_{n}": Count("pk", filter=within("registered_at", piece)) for n, piece in enumerate(pieces)}
    found = counted().filter(within("registered_at", period)).order_by().aggregate(**times)
    write = "%m/%Y" if step is _first else "%d/%m"
    rows = tuple(Row(piece.first.strftime(write), (found[f"piece_{n}"],)) for n, piece in enumerate(pieces))
    heads = {
        _day: (gettext("Incidents by day"), gettext("Day")),
        _monday: (gettext("Incidents by week"), gettext("Week of")),
        _first: (gettext("Incidents by month"), gettext("Month")),
    }
    caption, first = heads[step]
    how = gettext("By the day of registration in the office's time zone.")
    return Table(caption, first, (Column(gettext("Registered")),), rows, how, Chart.COLUMNS)


def _day(day: date) -> date:
    return day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first(day: date) -> date:
    return day.replace(day=1)


# How soon -----------------------------------------------------------------------------------------------------


class Met(NamedTuple):
    """A first notice or a first answer: when it was owed from, when it was due, and when it came. In seconds since 1970."""

    registered_at: float
    due_at: float | None
    at: float


def _met(period: Period, name: str, due: str) -> list[Met]:
    """First notices or answers published in the period and the one before. One query."""
    of_merged = Incident.objects.filter(merged_into=OuterRef("pk")).order_by().values("merged_into")
    earliest = Subquery(of_merged.annotate(at=Min(name)).values("at"))
    never = Value(_NEVER, DateTimeField())
    rows = counted().annotate(first=Least(Coalesce(F(name), never), Coalesce(earliest, never)))
    return [
        Met(*row)
        for row in in_both(rows, "first", period)
        .order_by()
        .values_list(Seconds("registered_at"), Seconds(due), Seconds("first"))
    ]


def response(period: Period) -> Section:
    """First notices and first answers published in the period, and how long they took."""
    notices = _met(period, "noticed_at", "notice_due_at")
    answers = _met(period, "answered_at", "answer_due_at")
    moments = [moment for one in (*notices, *answers) for moment in (one.registered_at, one.at)]
    working = WorkingHours(office_clocks().clocks().calendar, moments)
    of_notices = _Words(
        "notice",
        gettext("First notice within the deadline"),
        gettext("Time to the first notice, median"),
        gettext("Time to the first notice, nine in ten"),
    )
    of_answers = _Words(
        "answer",
        gettext("Answer within the deadline"),
        gettext("Time to the answer, median"),
        gettext("Time to the answer, nine in ten"),
    )
    notices_now, notices_before = _split(notices, period)
    answers_now, answers_before = _split(answers, period)
    figures = (
        Figure(
            "noticed",
            gettext("First notices"),
            gettext(
                "Incidents whose first notice, a holding notice or an answer, was published in the period, whenever they were registered."
            ),
            len(notices_now),
            len(notices_before),
        ),
        *_times(notices_now, notices_before, working, of_notices),
        Figure(
            "answered",
            gettext("Answered"),
            gettext(
                "Incidents whose first answer was published in the period, whenever they were registered. A holding notice is no answer."
            ),
            len(answers_now),
            len(answers_before),
        ),
        *_times(answers_now, answers_before, working, of_answers),
    )
    return Section("response", gettext("How soon the public heard"), figures)


def _split(met: list[Met], period: Period) -> tuple[list[Met], list[Met]]:
    start = period.start.timestamp()
    return [one for one in met if one.at >= start], [one for one in met if one.at < start]


class _Words(NamedTuple):
    key: str
    in_time: str
    median: str
    most: str


def _times(now: list[Met], before: list[Met], working: WorkingHours, words: _Words) -> Iterable[Figure]:
    how = gettext("Share of these that came no later than they were due. Later rounds do not count.")
    yield Figure(f"{words.key}_in_time", words.in_time, how, _share(now), _share(before), Unit.SHARE)
    half = gettext("From the registration; half of them took no longer.")
    most = gettext("From the registration; nine in ten took no longer.")
    only = gettext("Only the office's working hours are counted.")
    worked = gettext("%s, in working hours")
    for name, label, how_much, hours in (
        ("", "%s", "%s", wall_hours),
        ("_working", worked, f"%s {only}", working.between),
    ):
        took, took_before = ([hours(one.registered_at, one.at) for one in some] for some in (now, before))
        for measure, of, how, of_all in (
            ("median", words.median, half, middle),
            ("p90", words.most, most, ninth_of_ten),
        ):
            value, before_it = of_all(took), of_all(took_before)
            key = f"{words.key}_{measure}{name}"
            yield Figure(key, label % of, how_much % how, value, before_it, Unit.HOURS)


def _share(met: list[Met]) -> float | None:
    known = [one.at <= one.due_at for one in met if one.due_at is not None]
    return sum(known) / len(known) if known else None
