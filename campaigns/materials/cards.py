"""Cards for networks and screens: a square one and one as high as a phone."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.lines import lines
from campaigns.materials import typesetting
from campaigns.materials.base import Content, Field, FileKind, Telling
from campaigns.materials.printed import REPORT_TO, WARNING, Printed, Sheet, alternative
from campaigns.words import CampaignWords

# One point of the layout is one pixel.
_ONE_TO_ONE = 72
_SQUARE, _VERTICAL = {"width": 1080, "height": 1080}, {"width": 1080, "height": 1920}


class Cards(Printed):
    """The message in one picture; the high one has what to do as well."""

    key = "cards"
    label = _("Cards")
    group = _("Pictures")
    order = 30
    is_sent = True
    fields = (
        WARNING,
        Field("headline", _("Headline"), 110, rows=2),
        Field("message", _("Message"), 200, rows=3, is_optional=True),
        Field("do_now", _("What to do now"), 320, rows=4, is_points=True, help_text=_("Only on the high card.")),
        REPORT_TO,
    )
    files = (
        FileKind("square.png", _("Square, 1080 × 1080"), "image/png", is_picture=True),
        FileKind("vertical.png", _("High, 1080 × 1920"), "image/png", is_picture=True),
    )
    edition = 2
    layout = "cards.typ"
    measured = (_SQUARE, _VERTICAL)
    most_points = {"do_now": 3, "report_to": 1}
    sheets = {
        "square.png": Sheet(_SQUARE, ppi=_ONE_TO_ONE),
        "vertical.png": Sheet(_VERTICAL, ppi=_ONE_TO_ONE),
    }

    def first_draft(self, words: CampaignWords) -> dict[str, str | tuple[str, ...]]:
        return {
            "warning": gettext("Scam warning"),
            "headline": words.title,
            "message": words.short_answer,
            "do_now": words.do_now or (words.short_answer,),
            "report_to": typesetting.contact_lines(words),
        }

    def labels(self) -> dict[str, str]:
        return {"warning": gettext("Scam warning"), "do_now": gettext("What to do now")}

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        """The square card: networks that take one picture show it whole."""
        read = [
            f"{content['warning']}: {content['headline']}",
            content.get("message", ""),
            *lines(content.get("report_to", "")),
        ]
        return Telling(
            title=content["headline"],
            short_answer=content.get("message", "") or words.short_answer,
            pictures=("square.png",),
            pictures_alt=(alternative(read),),
        )
