"""The words of a campaign, as its materials get them: frozen, in one language, without database or settings."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ReportTo:
    """A body where people can report the scam or get help. ``phone`` as it is published, e.g. ``156`` or ``1900 0000``."""

    name: str
    phone: str = ""
    url: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Question:
    """An invented message, whether it is a scam, and how one sees it."""

    message: str
    is_scam: bool
    why: str


@dataclass(frozen=True)
class CampaignWords:
    """What a campaign says, in one language.

    how_it_works, signs, do_now, if_paid  short points, at most 8 of 160 characters
    url     the campaign's public address, absolute
    places  names; empty: the whole province
    """

    language: str
    title: str
    short_answer: str
    how_it_works: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    do_now: tuple[str, ...] = ()
    if_paid: tuple[str, ...] = ()
    report_to: tuple[ReportTo, ...] = ()
    questions: tuple[Question, ...] = ()
    office: str = ""
    url: str = ""
    scam_form: str = ""
    target_groups: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits for all of it: two campaigns with one digest say the same."""
        said = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    def composed(self) -> CampaignWords:
        """The same with every letter and its marks in one (NFC): what somebody pasted may be in pieces."""
        said = json.dumps(self.to_json(), ensure_ascii=False)
        return self.from_json(json.loads(unicodedata.normalize("NFC", said)))

    def to_json(self) -> dict[str, Any]:
        """A dict of JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, made: dict[str, Any]) -> CampaignWords:
        """The inverse of to_json(), from what JSON made of it. Raises TypeError on what to_json() never makes."""
        made = {name: tuple(value) if isinstance(value, list) else value for name, value in made.items()}
        made["report_to"] = tuple(ReportTo(**one) for one in made.get("report_to", ()))
        made["questions"] = tuple(Question(**one) for one in made.get("questions", ()))
        return cls(**made)
