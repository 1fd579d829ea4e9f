"""The report as an official document that a clerk numbers and somebody signs. Always in Vietnamese."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext
from docx.document import Document as Letter
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.shared import Length, Mm

from cms.reports import letter as form
from cms.reports.sections import Chart, Report, Table
from cms.reports.wording import LANGUAGE, today_in_words
from cms.reports.writing import bare, change, head

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ROWS = 15  # of a table; the rest is one row: all of it is in the workbook
_CELL = 11.5


def document(report: Report, texts: Mapping[str, str]) -> bytes:
    """``report`` made in Vietnamese; ``texts`` as ReportWording.filled gives them, perhaps changed since."""
    with translation.override(LANGUAGE):
        letter = form.new_letter(f"Báo cáo {texts['subject']}", texts["issuer"])
        form.head(
            letter,
            texts["superior"],
            texts["issuer"],
            f"Số:        /{texts['code']}",
            today_in_words(texts["place_name"]),
        )
        form.subject(letter, "BÁO CÁO", texts["subject"])
        form.text(letter, texts["introduction"])
        _figures(letter, report)
        for heading, name in (("II. ĐÁNH GIÁ CHUNG", "assessment"), ("III. NHIỆM VỤ THỜI GIAN TỚI", "tasks")):
            form.heading(letter, heading)
            form.text(letter, texts[name])
        form.text(letter, texts["closing"])
        form.foot(letter, texts["recipients"], texts["signer_title"], texts["signer_name"])
        _annex(letter, report, texts)
    out = io.BytesIO()
    letter.save(out)
    return out.getvalue()


def _figures(letter: Letter, report: Report) -> None:
    form.heading(letter, "I. KẾT QUẢ")
    numbers = iter(range(1, 100))
    for number, section in enumerate(report.sections, start=1):
        form.heading(letter, f"{number}. {section.title}")
        if section.figures:
            heads: tuple[str, ...] = ("Chỉ tiêu", "Trong kỳ", "Kỳ trước", "Tăng (+), giảm (−)")
            rows = [
                (
                    head(one.label, one.unit),
                    *(bare(value, one.unit) for value in (one.value, one.before)),
                    change(one.change, one.unit),
                )
                for one in section.figures
            ]
            _table(letter, f"Bảng {next(numbers)}. {section.title}", heads, rows)
        for table in section.tables:
            if not table.is_empty and table.chart != Chart.COLUMNS:
                heads = (table.first, *(head(column.label, column.unit) for column in table.columns))
                _table(letter, f"Bảng {next(numbers)}. {table.caption}", heads, _rows(table))
    before = f"từ ngày {report.before.first:%d/%m/%Y} đến ngày {report.before.last:%d/%m/%Y}"
    form.text(
        letter,
        f"Kỳ trước là {report.before} ({before}). Cách tính từng chỉ tiêu nêu tại Phụ lục."
        if report.before.months
        else f"Kỳ trước tính {before}. Cách tính từng chỉ tiêu nêu tại Phụ lục.",
    )
    if not report.period.is_over:
        form.text(letter, "Kỳ báo cáo chưa kết thúc, số liệu tính đến thời điểm lập báo cáo.")


def _rows(table: Table) -> list[tuple[str, ...]]:
    units = [column.unit for column in table.columns]
    shown = table.rows if len(table.rows) <= _ROWS else table.rows[: _ROWS - 1]
    rows = [(row.label, *(bare(value, unit) for value, unit in zip(row.values, units, strict=True))) for row in shown]
    if left_out := len(table.rows) - len(shown):
        rows.append((f"Còn {left_out} dòng khác: xem bảng tính kèm theo", *("" for _unit in units)))
    return rows


def _table(letter: Letter, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """With its caption above; the heads come again on each page, and no row is cut."""
    above = form.put(letter.add_paragraph(), caption, 13, italic=True, align=form.CENTRE, before=6, after=3)
    above.paragraph_format.keep_with_next = True
    table = letter.add_table(rows=0, cols=len(heads), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for number, cells in enumerate((heads, *rows)):
        row = table.add_row()
        form.keep_whole(row)
        if not number:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for place, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            align = form.CENTRE if not number else form.TO_RIGHT if place else form.TO_LEFT
            line = form.put(cell.paragraphs[0], words, _CELL, bold=not number, align=align, before=1, after=1)
            # So that the caption, the heads and a first row stay together.
            line.paragraph_format.keep_with_next = number == 0
    form.set_widths(table, _widths(len(heads)))
    form.put(letter.add_paragraph(), "", 4)


def _widths(columns: int) -> list[Length]:
    number = Mm(26) if columns <= 4 else Mm(15)
    return [Length(form.WIDTH - number * (columns - 1)), *[number] * (columns - 1)]


def _annex(letter: Letter, report: Report, texts: Mapping[str, str]) -> None:
    form.annex(
        letter,
        "CÁCH TÍNH SỐ LIỆU",
        f"(Kèm theo Báo cáo số      /{texts['code']} ngày … tháng … năm … của {texts['issuer']})",
    )
    for section in report.sections:
        form.heading(letter, section.title)
        told = {
            **{one.label: one.how for one in section.figures},
            **{one.caption: one.how for one in section.tables if one.how},
        }
        for how, labels in _by_how(told).items():
            form.text(letter, f"{'; '.join(labels)}: {how}")
    form.text(letter, gettext("Times are counted in the office's time zone; all shares are of what is known."))


def _by_how(told: Mapping[str, str]) -> dict[str, list[str]]:
    """What is counted in the same way is told once."""
    found: dict[str, list[str]] = {}
    for label, how in told.items():
        found.setdefault(how, []).append(label)
    return found
