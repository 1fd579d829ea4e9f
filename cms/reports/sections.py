"""What a report is made of: sections of figures and tables, each saying how it is counted. Other apps add theirs.

Values are numbers: counts, hours, or shares from 0 to 1. None is "nothing to say", never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from cms.reports.period import Period

Value = int | float | None


class Unit(StrEnum):
    COUNT = "count"
    HOURS = "hours"
    SHARE = "share"


class Chart(StrEnum):
    """How the first column of a table is drawn beside it."""

    NONE = ""
    BARS = "bars"
    COLUMNS = "columns"


class Link(NamedTuple):
    """The admin's list behind a number, for people with any of the permissions ``needs``."""

    url: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One number and that of the period before.

    key     its name in templates of the official report: {incidents}
    how     how it is counted, in a sentence
    """

    key: str
    label: str
    how: str
    value: Value
    before: Value = None
    unit: Unit = Unit.COUNT
    link: Link | None = None

    @property
    def change(self) -> Value:
        """How much more than before, in its unit; None where one of the two is unknown."""
        return None if self.value is None or self.before is None else self.value - self.before


@dataclass(frozen=True)
class Column:
    label: str
    unit: Unit = Unit.COUNT


@dataclass(frozen=True)
class Row:
    label: str
    values: tuple[Value, ...]
    link: Link | None = None


@dataclass(frozen=True)
class Table:
    """``first`` is the head of the column with the rows' labels. ``how`` says how it is counted."""

    caption: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    how: str = ""
    chart: Chart = Chart.NONE

    @property
    def is_empty(self) -> bool:
        return not any(value for row in self.rows for value in row.values)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    period: Period
    sections: tuple[Section, ...]
    # {key: figure}, of all sections
    figures: dict[str, Figure] = field(init=False)

    def __post_init__(self) -> None:
        found = {figure.key: figure for section in self.sections for figure in section.figures}
        object.__setattr__(self, "figures", found)

    @property
    def before(self) -> Period:
        return self.period.before


# Each makes its section of a period and the one before, in a constant number of queries and the active language.
_makers: list[tuple[int, Callable[[Period], Section]]] = []


def add_section(maker: Callable[[Period], Section], order: int) -> None:
    """Told once by each app, when it starts."""
    _makers.append((order, maker))
    _makers.sort(key=lambda each: each[0])


def make(period: Period) -> Report:
    return Report(period, tuple(maker(period) for _order, maker in _makers))
