"""From somebody else's ClaimReview to a draft of ours. Never published by itself: a draft passes the gate and two people.

What is taken: the claim, the address of the review as secondary evidence, the organisation that published it, and a
suggested verdict. What is never taken: who is said to have made the claim, and authors who are persons.
"""

from __future__ import annotations

import html
import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms import personal_data
from cms.claims import Verdict, opinion_mark
from cms.finding.search import fold
from cms.incidents import names_an_account
from cms.pages.answer import Evidence
from cms.pages.home import AnswerList
from cms.pages.rebuttal import Rebuttal
from cms.schema_org import defects
from publishing.models import Organisation
from publishing.text import clip, plain_text

_MOST_READ = 5000  # letters of a text that are looked at; what is longer is no claim
_MASK = "…"
# Bleach takes the tags of these away and leaves what was between them.
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# Shown, but no reason to doubt: we keep our own claims short, and never keep who made one.
_NOTES = {"claim_long", "no_claimant"}

# What others call our verdicts, folded. Only words that leave no doubt; "mostly true" and its kind mean nothing certain.
_LABELS: dict[Verdict, tuple[str, ...]] = {
    Verdict.FAKE: ("tin gia", "gia", "gia mao", "bia dat", "tin bia dat", "fake", "fake news", "fabricated", "hoax"),
    Verdict.SCAM: ("lua dao", "mao danh", "scam", "fraud", "impersonation"),
    Verdict.FALSE: ("sai", "sai su that", "tin sai", "tin sai su that", "khong dung", "khong dung su that", "false", "incorrect", "wrong", "not true", "untrue"),
    Verdict.MISLEADING: ("gay hieu lam", "gay hieu nham", "thieu boi canh", "sai boi canh", "misleading", "missing context", "out of context", "lacks context"),
    Verdict.PARTLY: ("dung mot phan", "nua dung nua sai", "partly true", "half true", "partially true"),
    Verdict.TRUE: ("dung", "dung su that", "tin that", "xac thuc", "tin xac thuc", "true", "correct", "accurate", "verified"),
    Verdict.UNPROVEN: ("chua du can cu", "chua du can cu ket luan", "chua xac minh", "unproven", "unverified", "insufficient evidence"),
}  # fmt: skip


class End(StrEnum):
    """What became of one record."""

    IMPORTED = "imported"
    DOUBTFUL = "doubtful"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass
class Reading:
    """One record as it would be kept.

    key       the same for the same review and claim, whatever an editor makes of the draft later
    refused   why nothing can be made of it; empty if something can
    doubts    what the editor must look at; ``notes`` what is only said
    """

    claim: str = ""
    url: str = ""
    publisher: str = ""
    verdict: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    refused: str = ""
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# Reading ------------------------------------------------------------------------------------------------------


def read(record: dict[str, Any], language: str) -> Reading:
    """What can be kept of one record. Never raises, whatever is in it; asks no database."""
    reading = Reading()
    for defect in defects.defects(record):
        (reading.notes if defect.code in _NOTES else reading.doubts).append(str(defect.words))
    if not defects.is_review(record):
        reading.refused = _("it is not a ClaimReview")
        return reading
    claim = _line(defects.first(record.get("claimReviewed")))
    reading.url = _address(defects.first(record.get("url")))
    if not claim:
        reading.refused = _("it has no claim")
    elif not reading.url:
        reading.refused = _("it has no address at which the review can be read")
    elif names_an_account(reading.url):
        reading.url, reading.refused = "", _("its address leads to an account")
    elif urlsplit(reading.url).hostname == urlsplit(settings.BASE_URL).hostname:
        reading.refused = _("it is a review of this site")
    if reading.refused:
        return reading
    reading.key = uuid.uuid5(uuid.NAMESPACE_URL, f"{reading.url}\n{fold(claim)}")
    reading.claim = clip(_masked(claim, reading), defects.MOST_CLAIM)
    reading.publisher = _publisher(record, reading)
    reading.verdict = _verdict(defects.first(record.get("reviewRating")), reading)
    for hit in personal_data.find(reading.url):
        reading.doubts.append(_("its address looks like personal data: %(label)s") % {"label": hit.label})
    if mark := opinion_mark(claim):
        reading.doubts.append(_("the claim reads like an opinion (“%(mark)s”)") % {"mark": mark})
    told = defects.first(record.get("inLanguage"))
    if isinstance(told, str) and told and told.lower().split("-")[0] != language:
        reading.doubts.append(_("it is written in another language: %(language)s") % {"language": _line(told)[:20]})
    return reading


def _line(value: Any) -> str:
    """A text in one line: no markup, no entities, no control characters, composed letters."""
    if not isinstance(value, str):
        return ""
    text = value[:_MOST_READ]
    for _round in range(2):  # entities of entities are common
        text = html.unescape(text)
    text = plain_text(_CODE.sub(" ", text))
    kept = (" " if letter.isspace() else letter for letter in text if letter.isspace() or letter.isprintable())
    return unicodedata.normalize("NFC", re.sub(" +", " ", "".join(kept)).strip())


def _address(value: Any) -> str:
    """A whole web address without fragment, or an empty string."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > 600 or any(letter.isspace() or not letter.isprintable() or letter in "<>\"'" for letter in text):
        return ""
    try:
        parts = urlsplit(text)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    is_whole = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and port_is_sound
    return urlunsplit(parts._replace(fragment="")) if is_whole and parts.username is None else ""


def _masked(text: str, reading: Reading) -> str:
    """The text without personal data; what kind it was is said, not what it was."""
    for hit in personal_data.find(text):
        text = text.replace(hit.text, _MASK)
        reading.doubts.append(_("personal data was left out: %(label)s") % {"label": hit.label})
    return text


def _publisher(record: dict[str, Any], reading: Reading) -> str:
    """The organisation that published the review; its host where the author is a person, or nobody says what they are."""
    host = (urlsplit(reading.url).hostname or "").removeprefix("www.")
    for role in ("author", "publisher"):
        one = defects.first(record.get(role))
        if isinstance(one, dict) and any(name.lower().endswith("organization") for name in defects.types(one)):
            name = _line(defects.first(one.get("name")))
            if name and not personal_data.find(name):
                return clip(name, 120)
    return host


def _verdict(rating: Any, reading: Reading) -> str:
    """The verdict that the record's own word, or without a word the end of its scale, leaves no doubt about."""
    if not isinstance(rating, dict):
        return ""
    shown = _line(defects.first(rating.get("alternateName")))
    label = fold(shown)
    numbers = [defects.number(defects.first(rating.get(name))) for name in ("worstRating", "ratingValue", "bestRating")]
    worst, value, best = numbers
    is_sound = worst is not None and value is not None and best is not None and worst < best and worst <= value <= best
    if label:
        found = next((verdict for verdict, words in _known_labels().items() if label in words), None)
        if found is None:
            reading.doubts.append(_("its verdict “%(label)s” is none of ours") % {"label": clip(shown, 60)})
            return ""
        if is_sound and ((found == Verdict.TRUE and value == worst) or (found.rating in {1, 2} and value == best)):
            reading.doubts.append(_("its word and its number contradict each other"))
            return ""
        return found.value
    if is_sound and value in {worst, best}:
        return (Verdict.TRUE if value == best else Verdict.FALSE).value
    reading.doubts.append(_("no verdict can be told from it"))
    return ""


def _known_labels() -> dict[Verdict, set[str]]:
    """Our own labels in each language, and what others call them."""
    known = {verdict: set(words) for verdict, words in _LABELS.items()}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for verdict, words in known.items():
                words.add(fold(str(verdict.label)))
    return known


# Keeping ------------------------------------------------------------------------------------------------------


def keep(reading: Reading, parent: AnswerList, owner: Any = None) -> Rebuttal:
    """Writes the draft. The caller has looked that it is not there yet; the database refuses a second one."""
    with translation.override(parent.locale.language_code):
        title = clip(_("Imported: %(claim)s") % {"claim": reading.claim}, 200)
        source = clip(_("Fact check by %(name)s") % {"name": reading.publisher}, 250)
    offices = list(Organisation.objects.filter(is_office=True)[:2])
    stance = {Verdict.TRUE: Evidence.Stance.FOR, "": Evidence.Stance.CONTEXT, Verdict.UNPROVEN: Evidence.Stance.CONTEXT}
    page = Rebuttal(
        title=title,
        slug=f"{slugify(fold(reading.claim))[:60].strip('-') or 'bai'}-{reading.key.hex[:8]}",
        claim=reading.claim,
        verdict=reading.verdict,
        office=offices[0] if len(offices) == 1 else None,
        owner=owner,
        translation_key=reading.key,
        locale=parent.locale,
        live=False,
    )
    page.evidence.add(
        Evidence(
            title=source,
            kind=Evidence.Kind.SECONDARY,
            stance=stance.get(reading.verdict, Evidence.Stance.AGAINST),
            url=reading.url,
            accessed_on=timezone.localdate(),
        )
    )
    with transaction.atomic():
        parent.add_child(instance=page)
        page.save_revision(user=owner, log_action=True, clean=False)  # what is missing the gate asks for
    return page


def is_here(reading: Reading, parent: AnswerList) -> bool:
    """Whether the draft, or what became of it, is there in this language."""
    return Page.objects.filter(translation_key=reading.key, locale=parent.locale).exists()


def take(
    record: dict[str, Any],
    parent: AnswerList,
    owner: Any = None,
    *,
    is_here: Callable[[Reading, AnswerList], bool] = is_here,
    keep: Callable[[Reading, AnswerList, Any], Any] = keep,
) -> tuple[End, str]:
    """Imports one record: what became of it, and a line for whoever imports."""
    reading = read(record, parent.locale.language_code)
    said: list[str | Promise] = [*reading.doubts, *reading.notes]
    if reading.refused:
        return End.REFUSED, _("refused: %(why)s") % {"why": reading.refused}
    shown = f"“{clip(reading.claim, 70)}”"
    if is_here(reading, parent):
        return End.KNOWN, _("already here: %(claim)s") % {"claim": shown}
    keep(reading, parent, owner)
    if reading.doubts:
        line = _("imported with doubts: %(claim)s – %(doubts)s")
        return End.DOUBTFUL, line % {"claim": shown, "doubts": "; ".join(str(each) for each in said)}
    line = _("imported: %(claim)s")
    return End.IMPORTED, line % {"claim": shown} + (f" ({'; '.join(reading.notes)})" if reading.notes else "")
