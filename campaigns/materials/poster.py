"""The poster, A3 and A4: one message to be read from three metres, and what to do from one."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.materials import typesetting
from campaigns.materials.base import Field, FileKind
from campaigns.materials.printed import REPORT_TO, WARNING, Printed, Sheet
from campaigns.words import CampaignWords

_A3, _A4 = {"width": 297}, {"width": 210}


class Poster(Printed):
    """Headline, one sentence, the signs, what to do, whom to call."""

    key = "poster"
    label = _("Poster")
    group = _("To print")
    order = 10
    fields = (
        WARNING,
        Field(
            "headline", _("Headline"), 120, rows=2, help_text=_("Read from three metres: the fewer words the better.")
        ),
        Field("message", _("Message"), 240, rows=3, is_optional=True),
        Field("signs", _("Signs"), 500, rows=4, is_points=True, is_optional=True),
        Field("do_now", _("What to do now"), 500, rows=4, is_points=True),
        REPORT_TO,
    )
    files = (
        FileKind("a3.png", _("Picture of the poster"), "image/png", is_picture=True),
        FileKind("a3.pdf", _("A3, for an office printer"), "application/pdf"),
        FileKind("a4.pdf", _("A4, for an office printer"), "application/pdf"),
        FileKind("a3-print.pdf", _("A3, for a print shop (3 mm bleed, crop marks)"), "application/pdf"),
        FileKind("a4-print.pdf", _("A4, for a print shop (3 mm bleed, crop marks)"), "application/pdf"),
        FileKind("a4.png", _("Picture of the poster, small"), "image/png", is_picture=True),
    )
    edition = 2
    layout = "poster.typ"
    # Both sizes are one drawing, so one measure counts for both.
    measured = (_A3,)
    most_points = {"signs": 3, "do_now": 3, "report_to": 3}
    sheets = {
        "a3.png": Sheet(_A3, ppi=150),
        "a3.pdf": Sheet(_A3),
        "a4.pdf": Sheet(_A4),
        "a3-print.pdf": Sheet({**_A3, "print": True}),
        "a4-print.pdf": Sheet({**_A4, "print": True}),
        "a4.png": Sheet(_A4, ppi=110),
    }

    def first_draft(self, words: CampaignWords) -> dict[str, str | tuple[str, ...]]:
        return {
            "warning": gettext("Scam warning"),
            "headline": words.title,
            "message": words.short_answer,
            "signs": words.signs,
            "do_now": words.do_now or (words.short_answer,),
            "report_to": typesetting.contact_lines(words),
        }

    def labels(self) -> dict[str, str]:
        return {
            "warning": gettext("Scam warning"),
            "signs": gettext("Signs"),
            "do_now": gettext("What to do now"),
            "report_to": gettext("Report it or ask for help"),
            "more": gettext("Scan for more, or type:"),
            "qr": gettext("QR code of the campaign's address"),
        }
