"""Rows of a period counted by something, beside those of the period before, in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Count, Func, IntegerField, Q, QuerySet
from django.utils.translation import gettext

from cms.reports.period import Period
from cms.reports.sections import Column, Link, Row, Value


def within(name: str, period: Period) -> Q:
    return Q(**{f"{name}__gte": period.start, f"{name}__lt": period.end})


def in_both(rows: QuerySet[Any, Any], name: str, period: Period) -> QuerySet[Any, Any]:
    """Those of the period and of the one before, which end and begin at the same moment."""
    return rows.filter(**{f"{name}__gte": period.before.start, f"{name}__lt": period.end})


def now_and_before(name: str, period: Period, only: Q | None = None) -> dict[str, Count]:
    """``now`` and ``then`` for ``aggregate`` and ``annotate``."""
    also = only or Q()
    return {
        "now": Count("pk", filter=within(name, period) & also),
        "then": Count("pk", filter=within(name, period.before) & also),
    }


class Seconds(Func):
    """A moment as whole seconds since 1970. Making thousands of rows into datetimes takes longer than the query."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER)")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint")


def columns() -> tuple[Column, Column]:
    return Column(gettext("This period")), Column(gettext("Period before"))


def counted_by(
    rows: QuerySet[Any, Any], name: str, period: Period, *by: str
) -> list[tuple[tuple[Any, ...], tuple[int, int]]]:
    """((value of each of ``by``), (now, before)), most first; what neither has is left out."""
    found = in_both(rows, name, period).order_by().values(*by).annotate(**now_and_before(name, period))
    counted = [(tuple(row[each] for each in by), (row["now"], row["then"])) for row in found]
    return sorted(counted, key=lambda each: (-each[1][0], -each[1][1], str(each[0])))


Counted = list[tuple[tuple[Any, ...], tuple[int, int]]]


def by_one(counted: Counted, which: int) -> Counted:
    """What was counted by several things at once, added up by one of them; most first."""
    sums: dict[Any, tuple[int, int]] = {}
    for key, (now, then) in counted:
        so_far = sums.get(key[which], (0, 0))
        sums[key[which]] = (so_far[0] + now, so_far[1] + then)
    return sorted((((key,), counts) for key, counts in sums.items()), key=lambda each: (-each[1][0], -each[1][1]))


def total(counted: Counted) -> tuple[int, int]:
    return sum(now for _key, (now, _then) in counted), sum(then for _key, (_now, then) in counted)


def of_choices(
    counted: Iterable[tuple[tuple[Any, ...], tuple[Value, ...]]],
    labels: Mapping[Any, Any],
    link: Callable[[Any], Link] | None = None,
) -> tuple[Row, ...]:
    """Rows named by ``labels``, in the order of these; what is in none of them is named as it is."""
    order = {value: number for number, value in enumerate(labels)}
    known = sorted(counted, key=lambda each: order.get(each[0][0], len(order)))
    return tuple(
        Row(_label(labels.get(value[0], value[0])), values, link(value[0]) if link else None) for value, values in known
    )


def _label(words: Any) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]
