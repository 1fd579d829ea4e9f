"""Numbers of a report as people write them, in the active language: 1.234, 5,5 giờ, 85,3 %."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext

from cms.reports.sections import Unit, Value


def _number(value: float, places: int) -> str:
    # Django cuts off what it does not show.
    return str(number_format(round(value, places), places, force_grouping=True))


def bare(value: Value, unit: Unit) -> str:
    """For a cell whose column says the unit; a dash where there is nothing to say."""
    if value is None:
        return "–"
    if unit == Unit.SHARE:
        return gettext("%(number)s %%") % {"number": _number(100 * value, 1)}
    return _number(value, 1 if unit == Unit.HOURS else 0)


def with_unit(value: Value, unit: Unit) -> str:
    """For a sentence."""
    if value is None:
        return gettext("no figure yet")
    if unit == Unit.HOURS:
        return gettext("%(number)s hours") % {"number": bare(value, unit)}
    return bare(value, unit)


def change(value: Value, unit: Unit) -> str:
    """How much more or less, with its sign; shares in points."""
    if value is None:
        return "–"
    shown = round(100 * value if unit == Unit.SHARE else value, 0 if unit == Unit.COUNT else 1)
    sign = "+" if shown > 0 else "−" if shown < 0 else ""
    number = f"{sign}{_number(abs(shown), 0 if unit == Unit.COUNT else 1)}"
    return gettext("%(number)s points") % {"number": number} if unit == Unit.SHARE else number


def head(label: str, unit: Unit) -> str:
    """Of a column or a figure whose values stand bare."""
    return gettext("%(label)s (hours)") % {"label": label} if unit == Unit.HOURS else label
