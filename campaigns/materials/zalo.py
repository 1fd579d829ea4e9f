"""A message for Zalo: for the Official Account, and for people to pass on in their groups."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.materials.base import Content, Field, FileKind, Form, Telling
from campaigns.materials.wording import one_line, sentence
from campaigns.words import CampaignWords
from publishing.text import clip

TITLE_LENGTH, LEAD_LENGTH, TEXT_LENGTH = 140, 250, 1_500  # what an article of an Official Account shows whole

PHRASES = {
    "vi": {
        "signs": "Dấu hiệu:",
        "do_now": "Việc cần làm ngay:",
        "if_paid": "Nếu đã chuyển tiền:",
        "report": "Nơi báo tin:",
    },
    "en": {
        "signs": "Signs:",
        "do_now": "What to do now:",
        "if_paid": "If you have paid:",
        "report": "Where to report:",
    },
}


class Zalo(Form):
    """Title, one sentence, and the points that matter, with the address where all of it stands."""

    key = "zalo"
    label = _("Zalo message")
    group = _("Messages")
    order = 200
    is_sent = True
    made_for = frozenset({"zalo"})
    fields = (
        Field("title", _("Title"), TITLE_LENGTH, 2),
        Field("lead", _("In one sentence"), LEAD_LENGTH, 3),
        Field("text", _("Text"), TEXT_LENGTH, 14, help_text=_("The address of the campaign is added by itself.")),
    )
    files = (FileKind("zalo.txt", _("Message"), "text/plain; charset=utf-8"),)

    def draft(self, words: CampaignWords) -> Content:
        say = PHRASES["en" if words.language == "en" else "vi"]
        parts: list[str] = []
        for name in ("do_now", "signs", "if_paid"):
            points = [f"• {sentence(point)}" for point in getattr(words, name)]
            _append(parts, say[name], points)
        places = [f"• {one_line(f'{one.name}: {one.phone}' if one.phone else one.name)}" for one in words.report_to]
        _append(parts, say["report"], places)
        return {
            "title": clip(one_line(words.title), TITLE_LENGTH),
            "lead": clip(one_line(words.short_answer), LEAD_LENGTH),
            "text": "\n\n".join(parts) or clip(one_line(words.short_answer), TEXT_LENGTH),
        }

    def counts(self, content: Content, words: CampaignWords) -> list[tuple[str | Promise, str]]:
        length = len(self._message(content, words))
        return [(_("Whole message"), gettext("%(count)d characters") % {"count": length})]

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        if name != "zalo.txt":
            raise KeyError(name)
        return (self._message(content, words) + "\n").encode()

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        return Telling(title=content["title"], short_answer=content["lead"], body=content["text"])

    def _message(self, content: Content, words: CampaignWords) -> str:
        return "\n\n".join(part for part in (content["title"], content["lead"], content["text"], words.url) if part)


def _append(parts: list[str], heading: str, points: list[str]) -> None:
    """The heading with as many whole points as there is still room for."""
    kept: list[str] = []
    for point in points:
        if len("\n\n".join([*parts, "\n".join([heading, *kept, point])])) > TEXT_LENGTH:
            break
        kept.append(point)
    if kept:
        parts.append("\n".join([heading, *kept]))
