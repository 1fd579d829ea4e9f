"""The campaign as a recording, for people who do not read: a person speaks, and the text they spoke stands beside it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.materials.base import Content, Field, FileKind, Form, Telling
from campaigns.materials.scripts import phrases
from campaigns.materials.wording import aloud, domain, filled, numbered, one_line, seconds, sentence
from campaigns.words import CampaignWords
from publishing.text import clip

LENGTH, SECONDS = 2_500, 120


class SpokenVersion(Form):
    """A recording with its transcript. It is approved with the recording, never without."""

    key = "spoken"
    label = _("Spoken version")
    group = _("To be read aloud")
    order = 330
    is_sent = True
    has_sound = needs_sound = True
    fields = (Field("transcript", _("What is spoken"), LENGTH, 14, help_text=_("Word for word as on the recording.")),)
    files = (
        FileKind("transcript.txt", _("What is spoken, to read"), "text/plain; charset=utf-8"),
        FileKind("speaker.txt", _("For the speaker, figures in words"), "text/plain; charset=utf-8", is_public=False),
    )

    def draft(self, words: CampaignWords) -> Content:
        say = phrases(words.language)
        opening = f"{sentence(clip(one_line(words.title), 150))} {sentence(clip(one_line(words.short_answer), 300))}"
        closing = say["more"].format(address=domain(words.url)) if domain(words.url) else ""
        names = ("how_it_works", "signs", "do_now", "if_paid")

        def whole(kept: dict[str, list[str]]) -> str:
            middle = [f"{say[name]} {numbered(kept[name], words.language)}" for name in names if kept[name]]
            return "\n\n".join(part for part in (opening, *middle, closing) if part)

        def fits(text: str) -> bool:
            return len(text) <= LENGTH and seconds(text, words.language) <= SECONDS

        order = ("do_now", "signs", "if_paid", "how_it_works")
        return {"transcript": clip(filled([(name, getattr(words, name)) for name in order], whole, fits), LENGTH)}

    def counts(self, content: Content, words: CampaignWords) -> list[tuple[str | Promise, str]]:
        said = gettext("about %(seconds)d seconds aloud")
        return [(self.fields[0].label, said % {"seconds": seconds(content.get("transcript", ""), words.language)})]

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        return Telling(
            title=one_line(words.title),
            short_answer=clip(one_line(words.short_answer), 300),
            body=content["transcript"],
            spoken=aloud(content["transcript"], words.language),
        )

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        if name == "transcript.txt":
            return (content["transcript"] + "\n").encode()
        if name == "speaker.txt":
            return (aloud(content["transcript"], words.language) + "\n").encode()
        raise KeyError(name)
