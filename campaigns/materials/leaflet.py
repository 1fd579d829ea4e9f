"""The folded leaflet: A4 across, printed on both sides, folded twice like a letter."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.materials import typesetting
from campaigns.materials.base import Field, FileKind
from campaigns.materials.printed import REPORT_TO, WARNING, Printed, Sheet
from campaigns.words import CampaignWords

_MOST = 8 * 160 + 7  # all points that a campaign can have


class Leaflet(Printed):
    """Outside: what is turned in, the back, the cover. Inside: how it works, the signs, what to do."""

    key = "leaflet"
    label = _("Folded leaflet")
    group = _("To print")
    order = 20
    fields = (
        WARNING,
        Field("headline", _("Headline"), 140, rows=2),
        Field("message", _("Message"), 300, rows=3, is_optional=True),
        Field("how_it_works", _("How it works"), _MOST, rows=6, is_points=True),
        Field(
            "example",
            _("Example of a message"),
            260,
            rows=3,
            is_optional=True,
            help_text=_("Invented, without names, numbers and addresses of others."),
        ),
        Field("signs", _("Signs"), _MOST, rows=6, is_points=True),
        Field("do_now", _("What to do now"), _MOST, rows=6, is_points=True),
        Field("if_paid", _("What to do if you have paid"), _MOST, rows=6, is_points=True),
        Field("comfort", _("Words to who has paid"), 140, rows=2, is_optional=True),
        REPORT_TO,
    )
    files = (
        FileKind("outside.png", _("Picture of the outside"), "image/png", is_picture=True),
        FileKind("inside.png", _("Picture of the inside"), "image/png", is_picture=True),
        FileKind("leaflet.pdf", _("A4, two pages: print both sides, turn on the short edge"), "application/pdf"),
        FileKind(
            "leaflet-print.pdf", _("For a print shop (3 mm bleed, marks for cutting and folding)"), "application/pdf"
        ),
    )
    layout = "leaflet.typ"
    most_points = {"report_to": 4}
    sheets = {
        "outside.png": Sheet({}, ppi=150),
        "inside.png": Sheet({}, ppi=150, page=1),
        "leaflet.pdf": Sheet({}),
        "leaflet-print.pdf": Sheet({"print": True}),
    }

    def first_draft(self, words: CampaignWords) -> dict[str, str | tuple[str, ...]]:
        short = (words.short_answer,)
        return {
            "warning": gettext("Scam warning"),
            "headline": words.title,
            "message": words.short_answer,
            "how_it_works": words.how_it_works or short,
            # A whole message or none: half of one would teach the wrong signs.
            "example": next((said for said in _scams(words) if len(said) <= 260), ""),
            "signs": words.signs or short,
            "do_now": words.do_now or short,
            "if_paid": words.if_paid or short,
            "comfort": gettext("It is not your fault. The sooner you report it, the better."),
            "report_to": typesetting.contact_lines(words),
        }

    def labels(self) -> dict[str, str]:
        return {
            "warning": gettext("Scam warning"),
            "how_it_works": gettext("How it works"),
            "example": gettext("What they say (invented)"),
            "signs": gettext("Signs"),
            "do_now": gettext("What to do now"),
            "if_paid": gettext("If you have already paid"),
            "report_to": gettext("Report it or ask for help"),
            "more": gettext("Scan for more, or type:"),
            "qr": gettext("QR code of the campaign's address"),
        }


def _scams(words: CampaignWords) -> list[str]:
    return [typesetting.clean(one.message) for one in words.questions if one.is_scam]
