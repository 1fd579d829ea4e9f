"""The form of an official document under Decree 30/2020/NĐ-CP: paper, type, and the blocks around the text. No figures here.

A4; margins 20, 20, 30 and 20 mm; Times New Roman, 14 points in the text. Where the decree gives a range, what fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Letter
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

FACE = "Times New Roman"
WIDTH = Mm(160)  # of the text
_LEFT, _RIGHT = Mm(70), Mm(90)  # the two blocks at the top
_STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CENTRE, JUSTIFY, TO_LEFT, TO_RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
)


def new_letter(title: str, author: str) -> Letter:
    letter = Document()
    section = letter.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = section.right_margin = Mm(20)
    section.left_margin = Mm(30)
    section.header_distance = Mm(10)
    normal = letter.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(14)  # type: ignore[attr-defined]
    own: Any = normal.element
    fonts = own.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    own.get_or_add_rPr().append(language)
    about = letter.core_properties
    about.title, about.author, about.language, about.comments = tidy(title)[:250], tidy(author)[:250], "vi-VN", ""
    _number_pages(section)
    return letter


def tidy(text: str) -> str:
    """Without the control characters that no document may hold."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _number_pages(section: Any) -> None:
    """In the middle above the text, from the second page on."""
    section.different_first_page_header_footer = True
    line = section.header.paragraphs[0]
    line.alignment = CENTRE
    run = line.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        mark.text = text or None
        run._r.append(mark)


def put(
    line: Paragraph,
    text: str,
    size: float = 14,
    *,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH | None = None,
    before: float = 0,
    after: float = 0,
) -> Paragraph:
    """``text`` as one run of ``line``. Sizes and distances in points."""
    run = line.add_run(tidy(text))
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    if align is not None:
        line.alignment = align
    shape = line.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    return line


def rule(line: Paragraph, indent: Length) -> None:
    """A thin rule, ``indent`` shorter at both ends than the room there is."""
    shape = line.paragraph_format
    shape.left_indent = shape.right_indent = indent
    shape.space_before, shape.space_after = Pt(1), Pt(0)
    shape.line_spacing = Pt(3)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    line._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _two_blocks(letter: Letter, rows: int, widths: Sequence[Length]) -> Table:
    """A table without lines or inner margins."""
    table = letter.add_table(rows=rows, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        mark = OxmlElement(f"w:{side}")
        mark.set(qn("w:w"), "0")
        mark.set(qn("w:type"), "dxa")
        margins.append(mark)
    table._tbl.tblPr.append(margins)
    set_widths(table, widths)
    for row in table.rows:
        keep_whole(row)
    return table


def set_widths(table: Table, widths: Sequence[Length]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def keep_whole(row: Any) -> None:
    """A row is never cut by the end of a page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def head(letter: Letter, superior: str, issuer: str, number: str, dated: str) -> None:
    """The two blocks at the top."""
    table = _two_blocks(letter, 2, (_LEFT, _RIGHT))
    left, right = table.rows[0].cells
    put(left.paragraphs[0], superior.upper(), 12, align=CENTRE)
    put(left.add_paragraph(), issuer.upper(), 12, bold=True, align=CENTRE)
    rule(left.add_paragraph(), Cm(2.4))
    put(right.paragraphs[0], _STATE, 12, bold=True, align=CENTRE)
    put(right.add_paragraph(), _MOTTO, 13, bold=True, align=CENTRE)
    rule(right.add_paragraph(), Cm(1.6))
    left, right = table.rows[1].cells
    put(left.paragraphs[0], number, 13, align=CENTRE, before=4)
    put(right.paragraphs[0], dated, 13, italic=True, align=CENTRE, before=4)


def subject(letter: Letter, kind: str, about: str) -> None:
    put(letter.add_paragraph(), kind, 14, bold=True, align=CENTRE, before=14)
    put(letter.add_paragraph(), about, 14, bold=True, align=CENTRE)
    line = letter.add_paragraph()
    rule(line, Cm(5.5))
    line.paragraph_format.space_after = Pt(10)


def text(letter: Letter, words: str) -> None:
    """Justified paragraphs, one a line of ``words``."""
    for words_of_line in filter(None, (each.strip() for each in tidy(words).split("\n"))):
        line = put(letter.add_paragraph(), words_of_line, 14, align=JUSTIFY, after=6)
        line.paragraph_format.first_line_indent = Cm(1.27)


def heading(letter: Letter, words: str) -> None:
    line = put(letter.add_paragraph(), words, 14, bold=True, align=JUSTIFY, before=6, after=6)
    line.paragraph_format.first_line_indent = Cm(1.27)
    line.paragraph_format.keep_with_next = True


def foot(letter: Letter, recipients: str, signer_title: str, signer_name: str) -> None:
    """Who gets it, and the place for the signature; never cut by the end of a page."""
    put(letter.add_paragraph(), "", 6)
    table = _two_blocks(letter, 1, (Mm(72), Mm(88)))
    left, right = table.rows[0].cells
    put(left.paragraphs[0], "Nơi nhận:", 12, bold=True, italic=True, align=TO_LEFT)
    for recipient in filter(None, (each.strip().lstrip("-– ") for each in tidy(recipients).split("\n"))):
        put(left.add_paragraph(), f"- {recipient}", 11, align=TO_LEFT)
    _lines(right, signer_title.upper())
    for _number in range(4):  # room for the signature and the seal
        put(right.add_paragraph(), "", 14)
    put(right.add_paragraph(), signer_name, 14, bold=True, align=CENTRE)


def _lines(cell: _Cell, words: str) -> None:
    for number, line in enumerate(tidy(words).split("\n")):
        put(cell.paragraphs[0] if not number else cell.add_paragraph(), line.strip(), 14, bold=True, align=CENTRE)


def annex(letter: Letter, title: str, of: str) -> None:
    """Begins an annex on a page of its own."""
    letter.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    put(letter.add_paragraph(), "PHỤ LỤC", 14, bold=True, align=CENTRE)
    put(letter.add_paragraph(), title, 14, bold=True, align=CENTRE)
    put(letter.add_paragraph(), of, 14, italic=True, align=CENTRE, after=10)
