"""What the printed and drawn forms have in common: a layout that measures itself, and a draft that fits it."""

from __future__ import annotations

import logging
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.lines import lines
from campaigns.materials import typesetting
from campaigns.materials.base import Content, Field, Form
from campaigns.materials.drawing import NotDrawn
from campaigns.materials.typefaces import Typeface, typeface_for
from campaigns.words import CampaignWords
from cms.cards.typesetting import printable

log = logging.getLogger("campaigns.materials.printed")


@dataclass(frozen=True)
class Sheet:
    """How one file is made: ``look`` goes to the layout, ``ppi`` makes it a picture of ``page``."""

    look: dict[str, Any]
    ppi: float = 0
    page: int = 0


# Fields that several forms have.
WARNING = Field("warning", _("Kind of message"), 40, rows=1, help_text=_("The words beside the warning sign."))
REPORT_TO = Field(
    "report_to",
    _("Where to report"),
    400,
    rows=3,
    is_points=True,
    is_optional=True,
    help_text=_("One a line: a number or address that the campaign names, a dash, whose it is."),
)

# No field of the form: it is the organisation's name, which an administrator can change.
_OFFICE = _("office that answers")


class Printed(Form):
    """A form whose files come from one layout in templates/campaigns/materials/."""

    layout: ClassVar[str]
    sheets: ClassVar[dict[str, Sheet]]  # name of a file -> how it is made
    # Looks whose measure counts: what fits these fits all files.
    measured: ClassVar[tuple[dict[str, Any], ...]] = ({},)
    most_points: ClassVar[dict[str, int]] = {}

    @abstractmethod
    def first_draft(self, words: CampaignWords) -> dict[str, str | tuple[str, ...]]:
        """What each field would say if there were room for all; points as tuples. In the active language."""

    @abstractmethod
    def labels(self) -> dict[str, str]:
        """The fixed words of the layout, in the active language."""

    def draft(self, words: CampaignWords) -> Content:
        with translation.override(words.language):
            wanted = self.first_draft(words)
        content: Content = {}
        for field in self.fields:
            text = wanted.get(field.name, "")
            if isinstance(text, tuple):
                most = self.most_points.get(field.name, len(text))
                content[field.name] = "\n".join(typesetting.chosen(text, most, field.max_length))
            else:
                content[field.name] = typesetting.shortened(typesetting.clean(text), field.max_length)
        return self._fitted(content, words)

    def _fitted(self, content: Content, words: CampaignWords) -> Content:
        """``content`` with less in the fields that do not fit, until all do. Each round takes something away."""
        while over := self._overflow_if_measured(content, words):
            for name, part in over.items():
                if name in content and len(content[name]) > 1:
                    content = self.less(content, name, part)
            if not any(len(content.get(name, "")) > 1 for name in over):
                break
        return content

    def less(self, content: Content, name: str, over: float) -> Content:
        """``content`` with about the part ``over`` less in one field."""
        if self._field(name).is_points:
            kept = "\n".join(typesetting.fewer(content[name].split("\n"), over))
        else:
            kept = typesetting.shorter(content[name], over)
        return {**content, name: kept}

    def faults(self, content: Content, words: CampaignWords) -> list[str]:
        found = [*self._missing_letters(content, words), *self._unknown_contacts(content, words)]
        try:
            overflow = self._overflow(content, words)
        except NotDrawn as error:
            return [*found, str(error)]
        for name, over in overflow.items():
            text, label = (
                (words.office, _OFFICE) if name == "office" else (content.get(name, ""), self._field(name).label)
            )
            found.append(
                gettext("“%(field)s” does not fit: about %(count)d characters too long.")
                % {"field": label, "count": typesetting.letters_over(text, over)}
            )
        return found

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        sheet = self.sheets[name]
        texts = self.texts(content, words, sheet.look)
        if sheet.ppi:
            return typesetting.png(self.layout, texts, sheet.ppi, sheet.page)
        return typesetting.pdf(self.layout, texts)

    def texts(self, content: Content, words: CampaignWords, look: dict[str, Any]) -> dict[str, Any]:
        """What the layout reads. Letters the font lacks are replaced here, so that no file ever shows an empty box."""
        typeface = self._typeface(content, words)
        known = typeface.letters
        shown: dict[str, Any] = {}
        for field in self.fields:
            text = content.get(field.name, "")
            said = [printable(each, known) for each in lines(text)]
            shown[field.name] = said if field.is_points else printable(text, known)
        labels = {key: printable(label, known) for key, label in self._labels_in(words).items()}
        language = words.language.split("-")[0]
        return {
            **shown,
            "contacts": [typesetting.contact(line) for line in shown.get("report_to", [])],
            "labels": labels,
            "font": typeface.family,
            "title": shown.get("headline") or printable(words.title, known) or labels["warning"],
            "office": printable(words.office, known),
            "address": typesetting.address(words),
            "lang": language if len(language) in (2, 3) and language.isascii() else "vi",
            "print": False,
            **look,
        }

    def _typeface(self, content: Content, words: CampaignWords) -> Typeface:
        return typeface_for([*content.values(), words.title, words.office, *self._labels_in(words).values()])

    def _labels_in(self, words: CampaignWords) -> dict[str, str]:
        with translation.override(words.language):
            return self.labels()

    def _field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def _overflow_if_measured(self, content: Content, words: CampaignWords) -> dict[str, float]:
        """For drafts: what cannot be measured now is no reason for a campaign to have no materials. Whoever opens the
        draft is told (``faults``)."""
        try:
            return self._overflow(content, words)
        except NotDrawn:
            log.exception("a draft of %s was not measured", self.key)
            return {}

    def _overflow(self, content: Content, words: CampaignWords) -> dict[str, float]:
        found: dict[str, float] = {}
        for look in self.measured:
            for name, over in typesetting.overflow(self.layout, self.texts(content, words, look)).items():
                found[name] = max(over, found.get(name, 0.0))
        return found

    def _missing_letters(self, content: Content, words: CampaignWords) -> list[str]:
        texts = [(field.label, content.get(field.name, "")) for field in self.fields]
        known = self._typeface(content, words).letters
        found = []
        for label, text in [*texts, (_OFFICE, words.office)]:
            if letters := typesetting.missing(text, known):
                found.append(
                    gettext("“%(field)s” has characters that the font lacks: %(letters)s")
                    % {"field": label, "letters": " ".join(letters[:10])}
                )
        return found

    def _unknown_contacts(self, content: Content, words: CampaignWords) -> list[str]:
        """A wrong number on a poster sends frightened people to a stranger: only what the campaign names is printed."""
        named = {_plain(each) for one in words.report_to for each in (one.phone, typesetting.bare(one.url)) if each}
        found = []
        for line in lines(content.get("report_to", "")):
            number = typesetting.contact(line)["number"]
            if number and _plain(number) not in named:
                found.append(
                    gettext("“%(number)s” is none of the numbers and addresses that the campaign names.")
                    % {"number": number}
                )
        return found


def _plain(number: str) -> str:
    return typesetting.clean(number).replace(" ", "").replace(".", "").lower()


def alternative(parts: list[str]) -> str:
    """The alt text of a picture: what stands on it, in its order."""
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part[-1] in ".!?…:" else f"{part}." for part in said)
