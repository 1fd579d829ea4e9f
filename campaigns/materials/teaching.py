"""The teaching sheet: two A4 pages for a class or a meeting of a village, twenty minutes with the leader's answers."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.lines import lines
from campaigns.materials import typesetting
from campaigns.materials.base import Content, Field, FileKind
from campaigns.materials.printed import REPORT_TO, Printed, Sheet
from campaigns.words import CampaignWords, Question

_MOST_MESSAGES = 4


class TeachingSheet(Printed):
    """First page: aims, plan, signs, messages to judge. Second page: the answers, what to do, where to report."""

    key = "teaching"
    label = _("Teaching sheet")
    group = _("To print")
    order = 50
    fields = (
        Field("headline", _("Headline"), 140, rows=2),
        Field("aims", _("Aims"), 400, rows=3, is_points=True),
        Field("plan", _("Plan of twenty minutes"), 700, rows=6, is_points=True),
        Field("signs", _("Signs"), 900, rows=5, is_points=True),
        Field(
            "messages",
            _("Messages to judge"),
            1650,
            rows=6,
            is_points=True,
            is_optional=True,
            help_text=_("Invented, one a line."),
        ),
        Field(
            "answers",
            _("Answers"),
            1400,
            rows=6,
            is_points=True,
            is_optional=True,
            help_text=_("One line for each message, in the same order. They stand on the second page."),
        ),
        Field("do_now", _("What to do now"), 900, rows=5, is_points=True),
        Field("if_paid", _("What to do if you have paid"), 900, rows=5, is_points=True),
        REPORT_TO,
    )
    files = (
        FileKind("sheet.pdf", _("A4, two pages"), "application/pdf"),
        FileKind("page-1.png", _("Picture of the first page"), "image/png", is_picture=True, is_public=False),
        FileKind("page-2.png", _("Picture of the second page"), "image/png", is_picture=True, is_public=False),
    )
    edition = 2
    layout = "teaching.typ"
    most_points = {
        "signs": 6,
        "messages": _MOST_MESSAGES,
        "answers": _MOST_MESSAGES,
        "do_now": 6,
        "if_paid": 6,
        "report_to": 4,
    }
    sheets = {
        "sheet.pdf": Sheet({}),
        "page-1.png": Sheet({}, ppi=110),
        "page-2.png": Sheet({}, ppi=110, page=1),
    }

    def first_draft(self, words: CampaignWords) -> dict[str, str | tuple[str, ...]]:
        short = (words.short_answer,)
        asked = [one for one in words.questions if typesetting.clean(one.message)][:_MOST_MESSAGES]
        rooms = [limit // max(1, len(asked)) - 1 for limit in (1650, 1400)]
        return {
            "headline": words.title,
            "aims": (
                gettext("Everybody can name the signs of this scam."),
                gettext("Everybody knows what to do first, and that it is no shame to ask."),
                gettext("Everybody has the number to report to in the telephone."),
            ),
            "plan": (
                gettext("3 minutes – Ask who has had such a call or message. Nobody has to say whether they paid."),
                gettext("4 minutes – Tell how the scam goes, in your own words."),
                gettext("4 minutes – Read the signs one by one; ask after each why it works."),
                gettext("6 minutes – Read the messages aloud. Hands up: a scam or not? Then read the answer."),
                gettext("3 minutes – Say together what to do. Everybody saves the number."),
            ),
            "signs": words.signs or short,
            "messages": tuple(typesetting.shortened(typesetting.clean(one.message), rooms[0]) for one in asked),
            "answers": tuple(typesetting.shortened(_answer(one), rooms[1]) for one in asked),
            "do_now": words.do_now or short,
            "if_paid": words.if_paid or short,
            "report_to": typesetting.contact_lines(words),
        }

    def labels(self) -> dict[str, str]:
        return {
            "warning": gettext("Teaching sheet"),
            "lead": gettext("Twenty minutes for a class, a club or a meeting of the village"),
            "aims": gettext("Aims"),
            "plan": gettext("Plan of twenty minutes"),
            "signs": gettext("Signs"),
            "messages": gettext("Messages to judge: a scam or not?"),
            "invented": gettext("All messages are invented."),
            "scam": gettext("Scam"),
            "no_scam": gettext("No scam"),
            "answers": gettext("Answers, for the person who leads"),
            "do_now": gettext("What to do now"),
            "if_paid": gettext("If you have already paid"),
            "report_to": gettext("Report it or ask for help"),
            "more": gettext("Scan for more, or type:"),
            "qr": gettext("QR code of the campaign's address"),
        }

    def less(self, content: Content, name: str, over: float) -> Content:
        """A message and its answer go together."""
        if name not in ("messages", "answers"):
            return super().less(content, name, over)
        if len(lines(content["messages"])) < 2:
            return super().less(content, name, over)
        kept = {each: "\n".join(content[each].split("\n")[:-1]) for each in ("messages", "answers")}
        return {**content, **kept}

    def faults(self, content: Content, words: CampaignWords) -> list[str]:
        found = super().faults(content, words)
        asked, answered = (len(lines(content.get(name, ""))) for name in ("messages", "answers"))
        if asked != answered:
            found.append(
                gettext("There are %(asked)d messages and %(answered)d answers: each message needs its own.")
                % {"asked": asked, "answered": answered}
            )
        return found


def _answer(question: Question) -> str:
    why = typesetting.clean(question.why)
    said = gettext("A scam. %(why)s") if question.is_scam else gettext("Not a scam. %(why)s")
    return said % {"why": why}
