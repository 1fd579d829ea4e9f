"""The carousel: six square cards to be turned over one after the other."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.lines import lines
from campaigns.materials import typesetting
from campaigns.materials.base import Content, Field, FileKind, Telling
from campaigns.materials.printed import REPORT_TO, WARNING, Printed, Sheet, alternative
from campaigns.words import CampaignWords

_LISTS = ("how_it_works", "signs", "do_now", "if_paid")
_MOST = 360


class Carousel(Printed):
    """The headline, how it works, the signs, what to do, what to do after paying, and where to report."""

    key = "carousel"
    label = _("Carousel")
    group = _("Pictures")
    order = 40
    is_sent = True
    fields = (
        WARNING,
        Field("headline", _("Headline"), 110, rows=2),
        Field("message", _("Message"), 200, rows=3, is_optional=True),
        Field("how_it_works", _("How it works"), _MOST, rows=4, is_points=True),
        Field("signs", _("Signs"), _MOST, rows=4, is_points=True),
        Field("do_now", _("What to do now"), _MOST, rows=4, is_points=True),
        Field("if_paid", _("What to do if you have paid"), _MOST, rows=4, is_points=True),
        REPORT_TO,
    )
    files = tuple(
        FileKind(f"{number}.png", label, "image/png", is_picture=True)
        for number, label in enumerate(
            (
                _("Headline"),
                _("How it works"),
                _("Signs"),
                _("What to do now"),
                _("What to do if you have paid"),
                _("Where to report"),
            ),
            start=1,
        )
    )
    edition = 2
    layout = "carousel.typ"
    most_points = {**dict.fromkeys(_LISTS, 4), "report_to": 3}
    sheets = {f"{number}.png": Sheet({"only": number}, ppi=72) for number in range(1, 7)}

    def first_draft(self, words: CampaignWords) -> dict[str, str | tuple[str, ...]]:
        short = (words.short_answer,)
        return {
            "warning": gettext("Scam warning"),
            "headline": words.title,
            "message": words.short_answer,
            **{name: getattr(words, name) or short for name in _LISTS},
            "report_to": typesetting.contact_lines(words),
        }

    def labels(self) -> dict[str, str]:
        return {
            "warning": gettext("Scam warning"),
            "how_it_works": gettext("How it works"),
            "signs": gettext("Signs"),
            "do_now": gettext("What to do now"),
            "if_paid": gettext("If you have already paid"),
            "report_to": gettext("Report it or ask for help"),
            "pass_on": gettext("Send this to somebody you care about."),
        }

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        read = [[f"{content['warning']}: {content['headline']}", content.get("message", "")]]
        labels = self._labels_in(words)
        read += [[f"{labels[name]}:", *lines(content.get(name, ""))] for name in (*_LISTS, "report_to")]
        return Telling(
            title=content["headline"],
            short_answer=content.get("message", "") or words.short_answer,
            pictures=tuple(self.sheets),
            pictures_alt=tuple(alternative(parts) for parts in read),
        )
