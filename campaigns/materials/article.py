"""The campaign as an article: for newspapers, newsrooms and everywhere else where the whole of it is read."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from campaigns.lines import MOST_LETTERS, MOST_LINES
from campaigns.materials.base import Content, Field, FileKind, Form, Telling
from campaigns.words import CampaignWords
from publishing.text import clip

LIST_LENGTH = MOST_LINES * (MOST_LETTERS + 1)
PARTS = {
    "how_it_works": _("How it works"),
    "signs": _("How to see it"),
    "do_now": _("What to do now"),
    "if_paid": _("If you have paid already"),
    "report_to": _("Where to report"),
}


class Article(Form):
    """Title, short answer, and every list of the campaign under its heading."""

    key = "article"
    label = _("Article")
    group = _("Messages")
    order = 330
    is_sent = True
    made_for = frozenset({"wordpress", "newsroom", "newsroom_mail"})
    fields = (
        Field("title", _("Title"), 150, 2),
        Field("lead", _("Short answer"), 400, 3),
        *(Field(name, label, LIST_LENGTH, 6, is_points=True, is_optional=True) for name, label in PARTS.items()),
    )
    files = (FileKind("article.txt", _("Article as text"), "text/plain; charset=utf-8"),)

    def draft(self, words: CampaignWords) -> Content:
        said = {name: "\n".join(getattr(words, name)) for name in ("how_it_works", "signs", "do_now", "if_paid")}
        places = [", ".join(filter(None, (one.name, one.phone, one.hours))) for one in words.report_to]
        return {
            "title": clip(words.title, 150),
            "lead": clip(words.short_answer, 400),
            **{name: clip(text, LIST_LENGTH) for name, text in said.items()},
            "report_to": clip("\n".join(places), LIST_LENGTH),
        }

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        if name != "article.txt":
            raise KeyError(name)
        parts = (content["title"], content["lead"], self._body(content, words), words.office, words.url)
        return ("\n\n".join(part for part in parts if part) + "\n").encode()

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        return Telling(title=content["title"], short_answer=content["lead"], body=self._body(content, words))

    def _body(self, content: Content, words: CampaignWords) -> str:
        parts = []
        with translation.override(words.language):
            for name, heading in PARTS.items():
                if points := [line.strip() for line in content.get(name, "").splitlines() if line.strip()]:
                    parts.append("\n".join([str(heading), *(f"– {point}" for point in points)]))
        return "\n\n".join(parts)
