"""The report as a workbook: a sheet a section, with numbers that can be added up."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
from django.utils import timezone
from django.utils.translation import gettext
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cms.reports.sections import Figure, Report, Section, Table, Unit, Value
from cms.reports.writing import head
from publishing.text import cell_text

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {Unit.COUNT: "#,##0", Unit.HOURS: "#,##0.0", Unit.SHARE: "0.0%"}
_DATE = "dd/mm/yyyy"
_BOLD, _BIG = Font(bold=True), Font(bold=True, size=14)
_FROM_TOP = Alignment(vertical="top", wrap_text=True)


def workbook(report: Report, by: str) -> bytes:
    """In the active language. ``by`` is who made it."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = _title(gettext("Period"))
    _line(cover, gettext("Periodical report"), font=_BIG)
    _line(cover, "")
    for label, day in (
        (gettext("From"), report.period.first),
        (gettext("To"), report.period.last),
        (gettext("Period before: from"), report.before.first),
        (gettext("Period before: to"), report.before.last),
        (gettext("Made on"), timezone.localdate(timezone=timezone.get_default_timezone())),
    ):
        _line(cover, label, day)
        cover.cell(cover.max_row, 2).number_format = _DATE
    _line(cover, gettext("Made by"), by)
    if not report.period.is_over:
        _line(cover, gettext("This period is not over yet: it is compared with the whole one before."))
    cover.column_dimensions["A"].width, cover.column_dimensions["B"].width = 34, 30
    for section in report.sections:
        _sheet(book.create_sheet(_title(section.title)), section)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(words: str) -> str:
    """What a sheet may be called."""
    return re.sub(r"[\[\]:*?/\\]", " ", words)[:31]


def _line(sheet: Worksheet, *cells: Any, font: Font | None = None) -> None:
    sheet.append([cell_text(cell) if isinstance(cell, str) else cell for cell in cells])
    if font:
        for number in range(1, len(cells) + 1):
            sheet.cell(sheet.max_row, number).font = font


def _values(sheet: Worksheet, values: tuple[tuple[Value, Unit], ...]) -> None:
    """Gives the numbers of the last row, from its second cell on, their formats."""
    for number, (_value, unit) in enumerate(values, start=2):
        sheet.cell(sheet.max_row, number).number_format = _FORMATS[unit]


def _sheet(sheet: Worksheet, section: Section) -> None:
    _line(sheet, section.title, font=_BIG)
    if section.figures:
        _line(sheet, "")
        heads = (
            gettext("Figure"),
            gettext("This period"),
            gettext("Period before"),
            gettext("Change"),
            gettext("How it is counted"),
        )
        _line(sheet, *heads, font=_BOLD)
        for figure in section.figures:
            _figure(sheet, figure)
    for table in section.tables:
        _table(sheet, table)
    widths = [46, 14, 14, 14, *([14] * 6)]
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.column_dimensions["E"].width = 60 if section.figures else 14


def _figure(sheet: Worksheet, figure: Figure) -> None:
    values = (figure.value, figure.before, figure.change)
    _line(sheet, head(figure.label, figure.unit), *values, figure.how)
    _values(sheet, tuple((value, figure.unit) for value in values))
    for number in (1, 5):
        sheet.cell(sheet.max_row, number).alignment = _FROM_TOP


def _table(sheet: Worksheet, table: Table) -> None:
    _line(sheet, "")
    _line(sheet, table.caption, font=_BOLD)
    _line(sheet, table.first, *(head(column.label, column.unit) for column in table.columns), font=_BOLD)
    for row in table.rows:
        _line(sheet, row.label, *row.values)
        _values(sheet, tuple(zip(row.values, (column.unit for column in table.columns), strict=True)))
    if table.how:
        _line(sheet, gettext("How it is counted: %(how)s") % {"how": table.how})
