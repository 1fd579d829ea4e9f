"""Simple drawings of figures as SVG. Every number in them is in a table beside them, so they are decoration to a screen
reader; colours and fonts come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW = 480, 40
LINE_WIDTH, LINE_HEIGHT = 480, 120


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    y: int
    width: float

    @property
    def text_y(self) -> int:
        return self.y + 13

    @property
    def bar_y(self) -> int:
        return self.y + 18


@dataclass(frozen=True)
class Bars:
    """Horizontal bars, the longest of full width; a value above 0 is always visible."""

    bars: tuple[Bar, ...]

    width = WIDTH

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def bars(rows: Sequence[tuple[str, int]], most: int = 10, letters: int = 56) -> Bars | None:
    """None where there is nothing to compare."""
    rows = [(label, value) for label, value in rows if value > 0][:most]
    if len(rows) < 2:
        return None
    top = max(value for _label, value in rows)
    return Bars(
        tuple(
            Bar(_short(label, letters), value, ROW * number, round(max(2.0, WIDTH * value / top), 1))
            for number, (label, value) in enumerate(rows)
        )
    )


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


@dataclass(frozen=True)
class Line:
    """A curve over time from 0 up. ``points`` as SVG wants them."""

    points: str
    top: int

    width = LINE_WIDTH
    height = LINE_HEIGHT


def line(values: Sequence[tuple[float, int]]) -> Line | None:
    """``values``: (seconds, value), in the order of time. None where there is no course to be seen."""
    if len(values) < 2 or values[-1][0] <= values[0][0]:
        return None
    first, last = values[0][0], values[-1][0]
    top = max(value for _at, value in values)
    if top <= 0:
        return None
    edge = 4
    points = " ".join(
        f"{edge + (LINE_WIDTH - 2 * edge) * (at - first) / (last - first):.1f},"
        f"{LINE_HEIGHT - edge - (LINE_HEIGHT - 2 * edge) * value / top:.1f}"
        for at, value in values
    )
    return Line(points, top)


@dataclass(frozen=True)
class Column:
    label: str
    value: int
    x: float
    y: float
    height: float
    width: float
    is_marked: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def value_y(self) -> float:
        return self.y - 4


@dataclass(frozen=True)
class Columns:
    """Upright columns side by side, for equal stretches of time; some are marked, e.g. those after a launch."""

    columns: tuple[Column, ...]

    width = LINE_WIDTH
    height = LINE_HEIGHT + 40
    foot = LINE_HEIGHT + 20


def columns(rows: Sequence[tuple[str, int, bool]]) -> Columns | None:
    """``rows``: (label, value, is marked), in the order of time. None where there is nothing to be seen."""
    top = max((value for _label, value, _marked in rows), default=0)
    if not top:
        return None
    step = LINE_WIDTH / len(rows)
    made = []
    for number, (label, value, is_marked) in enumerate(rows):
        height = round(LINE_HEIGHT * value / top, 1)
        made.append(
            Column(
                label,
                value,
                round(number * step + step * 0.1, 1),
                round(20 + LINE_HEIGHT - height, 1),
                height,
                round(step * 0.8, 1),
                is_marked,
            )
        )
    return Columns(tuple(made))
