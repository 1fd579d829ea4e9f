"""What can be wrong with a ClaimReview: checked on our own output by the tests, on everybody else's by the importer.

The list comes from reviews as they are really published. Reads any JSON; never raises.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.gate import GOOD_CLAIM, VERDICT_WORDS

MOST_CLAIM, MOST_LABEL = 300, 40
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]+);", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?\d{1,6}(?:[.,]\d{1,6})?\s*\Z")


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong. ``code`` is for tests and logs, ``words`` for the person who has to decide."""

    code: str
    words: str | Promise


_WORDS: dict[str, str | Promise] = {
    "not_a_review": _("it is not a ClaimReview"),
    "type_list": _("@type is a list"),
    "type_case": _("@type is written in other letters than ClaimReview"),
    "no_claim": _("claimReviewed is missing"),
    "claim_array": _("claimReviewed is a list"),
    "claim_entities": _("the claim has HTML entities or tags in it"),
    "claim_long": _("the claim is longer than 75 characters"),
    "claim_too_long": _("the claim is longer than 300 characters"),
    "claim_judges": _("the claim has words of judgement in it"),
    "no_claimant": _("nobody is named who made the claim"),
    "no_url": _("url is missing"),
    "url_odd": _("url is not a whole https address"),
    "no_author": _("author is missing"),
    "author_list": _("author is a list"),
    "author_no_url": _("the author has no url"),
    "no_date": _("datePublished is missing"),
    "date_odd": _("a date is not written as ISO 8601"),
    "date_future": _("datePublished is in the future"),
    "claim_after_review": _("the claim is dated after its review"),
    "no_rating": _("reviewRating is missing"),
    "no_value": _("ratingValue is missing"),
    "value_empty": _("ratingValue is empty"),
    "value_odd": _("ratingValue is no number"),
    "number_text": _("a number of the rating is written as text"),
    "number_fraction": _("a number of the rating is no whole number"),
    "no_best": _("bestRating is missing"),
    "no_worst": _("worstRating is missing"),
    "scale_flat": _("bestRating and worstRating are the same"),
    "scale_inverted": _("bestRating is less than worstRating"),
    "value_outside": _("ratingValue lies outside the scale"),
    "no_label": _("alternateName is missing"),
    "label_long": _("alternateName is longer than 40 characters"),
}


def defects(review: Any) -> list[Defect]:
    """Everything that is wrong with one review, each kind once."""
    codes = list(dict.fromkeys(_codes(review)))
    return [Defect(code, _WORDS[code]) for code in codes]


def _codes(review: Any) -> list[str]:
    if not isinstance(review, dict) or not is_review(review):
        return ["not_a_review"]
    return [
        *_about_type(review),
        *_about_claim(review),
        *_about_author(review),
        *_about_dates(review),
        *_about_rating(review.get("reviewRating")),
    ]


# Tolerant readers, shared with the importer -------------------------------------------------------------------


def first(value: Any) -> Any:
    """The value, or the first of a list; lists of lists are followed."""
    for _depth in range(5):
        if not isinstance(value, list):
            return value
        value = value[0] if value else None
    return None


def types(node: dict[str, Any]) -> list[str]:
    """The names in @type, without the vocabulary in front."""
    found = node.get("@type", node.get("type"))
    names = found if isinstance(found, list) else [found]
    return [re.split(r"[/#:]", name)[-1] for name in names if isinstance(name, str)]


def is_review(node: dict[str, Any]) -> bool:
    """Whether a node means to be a ClaimReview, in whatever letters."""
    return "claimreview" in (name.lower() for name in types(node))


def number(value: Any) -> float | None:
    """A number, also one written as text; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if -1e6 < value < 1e6 else None
    if isinstance(value, str) and _NUMBER.match(value):
        return float(value.replace(",", "."))
    return None


def read_date(value: Any) -> date | None:
    """The day of a date in ISO 8601, or with a blank in it; None for everything else."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        when: datetime | date | None = parse_datetime(text) or parse_date(text[:10])
    except ValueError:
        return None
    if isinstance(when, datetime):
        try:
            return timezone.localdate(when) if timezone.is_aware(when) else when.date()
        except OverflowError:
            return None
    return when


# ---------------------------------------------------------------------------------------------------------------


def _about_type(review: dict[str, Any]) -> list[str]:
    found = []
    if isinstance(review.get("@type"), list):
        found.append("type_list")
    if "ClaimReview" not in types(review):
        found.append("type_case")
    address = first(review.get("url"))
    if not address:
        found.append("no_url")
    elif not _is_whole(address):
        found.append("url_odd")
    return found


def _is_whole(address: Any) -> bool:
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
    except ValueError:
        return False
    return bool(parts and parts.scheme == "https" and parts.hostname)


def _about_claim(review: dict[str, Any]) -> list[str]:
    found = []
    claim = review.get("claimReviewed")
    if isinstance(claim, list):
        found.append("claim_array")
        claim = first(claim)
    if not isinstance(claim, str) or not claim.strip():
        return [*found, "no_claim"]
    if _ENTITY.search(claim) or re.search(r"<[a-z/!]", claim, re.IGNORECASE):
        found.append("claim_entities")
        claim = html.unescape(claim)
    if len(claim) > MOST_CLAIM:
        found.append("claim_too_long")
    elif len(claim) > GOOD_CLAIM:
        found.append("claim_long")
    if any(word in claim.lower() for word in VERDICT_WORDS):
        found.append("claim_judges")
    item = first(review.get("itemReviewed"))
    claimant = first(item.get("author")) if isinstance(item, dict) else None
    if not (isinstance(claimant, dict) and claimant.get("name")):
        found.append("no_claimant")
    return found


def _about_author(review: dict[str, Any]) -> list[str]:
    author = review.get("author")
    found = ["author_list"] if isinstance(author, list) else []
    author = first(author)
    if not isinstance(author, dict) or not author.get("name"):
        return [*found, "no_author"]
    return found if author.get("url") else [*found, "author_no_url"]


def _about_dates(review: dict[str, Any]) -> list[str]:
    found = []
    told = first(review.get("datePublished"))
    item = first(review.get("itemReviewed"))
    claimed = first(item.get("datePublished")) if isinstance(item, dict) else None
    reviewed_on, claimed_on = read_date(told), read_date(claimed)
    if not told:
        found.append("no_date")
    for value, day in ((told, reviewed_on), (claimed, claimed_on)):
        if value and (day is None or " " in str(value).strip()):
            found.append("date_odd")
    if reviewed_on and reviewed_on > timezone.localdate():
        found.append("date_future")
    if reviewed_on and claimed_on and claimed_on > reviewed_on:
        found.append("claim_after_review")
    return found


def _about_rating(rating: Any) -> list[str]:
    rating = first(rating)
    if not isinstance(rating, dict):
        return ["no_rating"]
    found = []
    told = {name: first(rating.get(name)) for name in ("ratingValue", "bestRating", "worstRating")}
    value, best, worst = (number(each) for each in told.values())
    if told["ratingValue"] is None:
        found.append("no_value")
    elif told["ratingValue"] == "":
        found.append("value_empty")
    elif value is None:
        found.append("value_odd")
    if best is None:
        found.append("no_best")
    if worst is None:
        found.append("no_worst")
    if any(isinstance(each, str) and number(each) is not None for each in told.values()):
        found.append("number_text")
    if any(each is not None and each != int(each) for each in (value, best, worst)):
        found.append("number_fraction")
    if best is not None and worst is not None:
        if best == worst:
            found.append("scale_flat")
        elif best < worst:
            found.append("scale_inverted")
        elif value is not None and not worst <= value <= best:
            found.append("value_outside")
    label = first(rating.get("alternateName"))
    if not isinstance(label, str) or not label.strip():
        found.append("no_label")
    elif len(label) > MOST_LABEL:
        found.append("label_long")
    return found
