"""Reads a table of incidents as offices have them: CSV in the encodings and separators of Vietnamese programs, or XLSX.

Only text and moments come out, under the names of columns.py. Nothing of a file is executed, followed or kept.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
from django.utils.translation import gettext

from cms.intake.columns import column_of
from cms.intake.privacy import asks_who, who_words

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 40
_MOST_UNPACKED = 60 * 1024 * 1024
_MOST_PARTS = 200
_MOST_BLANK = 200  # rows in a row: what a spreadsheet formats down to its last row has no end
_SEPARATORS = (";", ",", "\t")


class Unreadable(Exception):
    """No table can be made of the file. ``args[0]`` are words for whoever chose it."""


@dataclass
class Table:
    """rows  [(number of the line in the file, {column: text or moment})]; notes  sentences about what was left out"""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Formula:
    """Stands where a cell has a formula: its result may be anything, so it is refused."""


def read(content: bytes) -> Table:
    """The table of a file. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(gettext("The file is larger than 5 MB. Please split it."))
    if not content.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise Unreadable(gettext("The file is empty."))
    if content.startswith(b"PK"):
        lines = _lines_of_xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(gettext("This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV."))
    else:
        lines = _lines_of_csv(_decoded(content))
    return _table(lines)


def _table(lines: Iterable[tuple[int, list[Any]]]) -> Table:
    table = Table()
    columns: dict[int, str] = {}
    for number, cells in lines:
        if not any(_text(cell) if not isinstance(cell, Formula) else True for cell in cells):
            continue
        if not columns:
            columns = _columns(cells, table)
            continue
        if len(table.rows) >= MOST_ROWS:
            raise Unreadable(gettext("The table has more than 2,000 rows. Please split it."))
        row = {name: cells[place] for place, name in columns.items() if place < len(cells)}
        table.rows.append((number, {name: _text(cell) for name, cell in row.items()}))
    if not table.rows:
        raise Unreadable(gettext("The table has headings, but no rows."))
    return table


def _columns(cells: list[Any], table: Table) -> dict[int, str]:
    """{place: column} of the row of headings. What is not taken is noted."""
    found: dict[int, str] = {}
    for place, cell in enumerate(cells[:MOST_COLUMNS]):
        heading = str(_text(cell)) if not isinstance(cell, Formula) else ""
        name = column_of(heading)
        if name and name in found.values():
            raise Unreadable(gettext("The heading “%(name)s” is there twice.") % {"name": heading[:60]})
        if name:
            found[place] = name
        elif heading and asks_who(heading):
            words = gettext("The column “%(name)s” is not taken over.") % {"name": heading[:60]}
            table.notes.append(f"{words} {who_words()}")
        elif heading:
            words = gettext("The column “%(name)s” is not known and is left out.") % {"name": heading[:60]}
            table.notes.append(words)
    if "claim" not in found.values():
        raise Unreadable(
            gettext("The first row must have the headings, one of them “%(claim)s”. Please use the template.")
            % {"claim": gettext("Claim")}
        )
    return found


def _text(cell: Any) -> Any:
    """A cell as text, or as the moment or the formula that it is."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date | Formula):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


# CSV ----------------------------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    """The text, whichever of the usual encodings it is in. Raises Unreadable."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content[:400].count(b"\0") > len(content[:400]) // 4:
        # Without its mark, UTF-16 shows in the zero bytes of its Latin letters: behind them, or before.
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        try:
            return unicodedata.normalize("NFC", content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Unreadable(gettext("The letters of this file cannot be read. Save it as “CSV UTF-8”."))


def _lines_of_csv(text: str) -> Iterator[tuple[int, list[Any]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=separator), [])
        return sum(bool(column_of(cell)) for cell in cells), len(cells)

    separator = max(_SEPARATORS, key=known)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        before = 0
        for cells in reader:
            number, before = before + 1, reader.line_num
            yield number, [Formula() if _is_formula(cell) else cell for cell in cells[:MOST_COLUMNS]]
    except csv.Error:
        raise Unreadable(gettext("The file is damaged in line %(number)s.") % {"number": reader.line_num}) from None


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet would calculate this cell. A sign before a sentence or a number is none."""
    return cell.lstrip().startswith(("=", "@")) and len(cell.strip()) > 1


# XLSX ---------------------------------------------------------------------------------------------------------


def _lines_of_xlsx(content: bytes) -> Iterator[tuple[int, list[Any]]]:
    _refuse_bombs(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except Exception:  # whatever is wrong with it: it comes from outside
        raise Unreadable(
            gettext("This is no Excel file that can be read. Save it as .xlsx again, or as CSV.")
        ) from None
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is not to be trusted
        blank = 0
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            values = [Formula() if cell.data_type == "f" else cell.value for cell in cells]
            blank = 0 if any(value is not None for value in values) else blank + 1
            if blank > _MOST_BLANK:
                return
            yield number, values
    except Unreadable:
        raise
    except Exception:
        raise Unreadable(gettext("This Excel file is damaged. Save it as .xlsx again, or as CSV.")) from None
    finally:
        book.close()


def _refuse_bombs(content: bytes) -> None:
    """Raises Unreadable for an archive that unpacks to far more than a table."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unreadable(
            gettext("This is no Excel file that can be read. Save it as .xlsx again, or as CSV.")
        ) from None
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise Unreadable(
            gettext("This file unpacks to more than a table can have. Save only the table, as .xlsx or CSV.")
        )
