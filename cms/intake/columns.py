"""The columns of an import: their headings in Vietnamese and English, and the template to fill in."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import Any

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from cms.finding.search import fold
from cms.incidents import Appearance, Incident, Place, Topic
from publishing.text import cell_text

COLUMNS: dict[str, str | Promise] = {
    "claim": _("Claim"),
    "topic": _("Topic"),
    "place": _("Place"),
    "kind": _("Kind"),
    "urgency": _("Urgency"),
    "first_seen_at": _("First seen"),
    "platform": _("Platform"),
    "url": _("Address of the post"),
    "seen_at": _("Seen at"),
    "reach": _("Reach"),
}
# What else offices call them, folded.
_ALSO: dict[str, tuple[str, ...]] = {
    "claim": ("noi dung", "noi dung tin", "noi dung tin don", "tin don", "thong tin", "tin", "claim", "text", "rumour", "rumor"),
    "topic": ("chu de", "linh vuc", "topic"),
    "place": ("dia ban", "dia diem", "noi", "xa phuong", "xa", "place", "location"),
    "kind": ("loai", "loai tin", "hinh thuc", "kind", "type"),
    "urgency": ("muc khan", "do khan", "muc do khan", "muc do", "khan cap", "urgency", "priority"),
    "first_seen_at": ("thay lan dau", "lan dau thay", "ngay phat hien", "ngay", "phat hien luc", "first seen", "date", "first seen at"),
    "platform": ("nen tang", "kenh", "mang xa hoi", "thay o dau", "platform"),
    "url": ("duong dan", "duong dan bai dang", "dia chi bai dang", "lien ket", "link", "url", "post"),
    "seen_at": ("thay luc", "thoi diem thay", "seen at", "seen"),
    "reach": ("luot tiep can", "luot xem", "tiep can", "reach", "views"),
}  # fmt: skip
_SHOWN_IN = ("vi", "en")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """{folded heading: column}"""
    names = {heading: column for column, headings in _ALSO.items() for heading in headings}
    for language in _SHOWN_IN:
        with override(language):
            names |= {fold(str(label)): column for column, label in COLUMNS.items()}
    return names | {column.replace("_", " "): column for column in COLUMNS}


def column_of(heading: str) -> str:
    """The column of a heading, or an empty string."""
    return _names().get(fold(heading.replace("_", " ").replace("*", " ")), "")


def vocabulary() -> dict[str, list[str]]:
    """What the columns with a choice take, in the active language."""
    return {
        "topic": [str(one) for one in Topic.objects.all()],
        "place": [str(one) for one in Place.objects.all()],
        "kind": [str(label) for label in Incident.Kind.labels],
        "urgency": [str(label) for label in Incident.Urgency.labels],
        "platform": [str(label) for label in Appearance.Platform.labels],
    }


def template_csv() -> bytes:
    """The headings alone, in UTF-8 with its mark, so that table programs read Vietnamese."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([str(label) for label in COLUMNS.values()])
    return ("\ufeff" + out.getvalue()).encode()


def template_xlsx() -> bytes:
    """The headings with lists to choose from, and the vocabulary in a second sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = gettext("Incidents")
    words = book.create_sheet(gettext("Vocabulary"))
    places = list(COLUMNS)
    for place, label in enumerate(COLUMNS.values(), start=1):
        sheet.cell(1, place, str(label)).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = 60 if place == 1 else 22
    sheet.freeze_panes = "A2"
    for place, (column, taken) in enumerate(vocabulary().items(), start=1):
        head = words.cell(1, place, str(COLUMNS[column]))
        head.font = Font(bold=True)
        words.column_dimensions[head.column_letter].width = 40
        for line, word in enumerate(taken, start=2):
            words.cell(line, place, cell_text(word))
        if taken:
            listed = f"'{words.title}'!${head.column_letter}$2:${head.column_letter}${len(taken) + 1}"
            choice = DataValidation(type="list", formula1=listed, allow_blank=True)
            letter = sheet.cell(1, places.index(column) + 1).column_letter
            choice.add(f"{letter}2:{letter}2001")
            sheet.add_data_validation(choice)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
