"""Finds personal data in text that is meant for the public: numbers, accounts, addresses of persons.

A warning system, not a proof: it finds what has a form. Every hit must be removed, or marked as public with a
reason (a published hotline, an office's address), before a page can go out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Hit:
    """One piece of personal data: its kind in words and the text exactly as it stands."""

    label: str | Promise
    text: str


_GAP = r"[ .\-–]?"
# Order matters: what an earlier pattern took is not looked at again.
_PATTERNS: tuple[tuple[str | Promise, re.Pattern[str]], ...] = (
    (_("e-mail address"), re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    (
        _("account on a social network"),
        re.compile(
            r"\b(?:https?://)?(?:www\.|m\.)?(?:facebook\.com|fb\.com|instagram\.com|tiktok\.com|t\.me|zalo\.me|x\.com|twitter\.com)"
            r"/(?!share\b|sharer\b|watch\b|groups/|events/|hashtag/)@?[\w.\-]+(?:\?id=\d+)?",
            re.IGNORECASE,
        ),
    ),
    (
        _("bank account number"),
        re.compile(
            r"(?:số tài khoản|stk|tài khoản số|tk số|account (?:number|no\.?))\s*(?:là|is)?\s*:?\s*\d(?:"
            + _GAP
            + r"\d){5,18}\b",
            re.IGNORECASE,
        ),
    ),
    (
        _("telephone number"),
        re.compile(
            r"(?<![\d.,])(?:\+?84|0)" + _GAP + r"(?:[35789](?:" + _GAP + r"\d){8}|2(?:" + _GAP + r"\d){8,9})(?![\d])"
        ),
    ),
    (
        _("identity number"),
        re.compile(r"(?<![\d.,])0\d{2}" + _GAP + r"\d{3}" + _GAP + r"\d{3}" + _GAP + r"\d{3}(?!\d)"),
    ),
    (
        _("identity number"),
        re.compile(
            r"(?:cmnd|cccd|căn cước|chứng minh (?:nhân dân|thư)|hộ chiếu)[^\d\n]{0,20}\d{8,12}\b", re.IGNORECASE
        ),
    ),
    (_("number plate"), re.compile(r"\b\d{2}[A-ZĐ]{1,2}\d?\s?[-–.]\s?\d{3}\.?\d{2}\b")),
    (_("account name"), re.compile(r"(?<![\w@/.])@[A-Za-z][\w.]{2,}\b")),
)


def find(text: str, public: Iterable[str] = ()) -> list[Hit]:
    """Every hit in ``text`` that is not among the ``public`` ones, each text once, in order of appearance.

    Masked data (090***123) is no hit. Two writings of one number that differ only in blanks and dots are the same.
    """
    allowed = {_squeezed(each) for each in public}
    found: dict[str, tuple[int, Hit]] = {}
    rest = text
    for label, pattern in _PATTERNS:
        for match in pattern.finditer(rest):
            squeezed = _squeezed(match.group())
            if squeezed not in allowed and squeezed not in found:
                found[squeezed] = (match.start(), Hit(label, match.group().strip()))
        rest = pattern.sub(lambda match: " " * len(match.group()), rest)
    return [hit for _place, hit in sorted(found.values(), key=lambda each: each[0])]


def _squeezed(text: str) -> str:
    return re.sub(r"[\s.\-–]", "", text).lower()


_KEPT = 4  # letters or digits that stay, so that two numbers can still be told apart


def masked(text: str) -> str:
    """The text with all personal data covered but for its beginning: "0912 345 678" becomes "0912 ••• •••"."""
    for _turn in range(20):  # one number written in two ways is found in two turns
        hits = find(text)
        if not hits:
            return text
        for hit in hits:
            text = text.replace(hit.text, _covered(hit.text))
    # So many writings of one number in one text are no accident.
    for hit in find(text):
        text = text.replace(hit.text, "•" * len(hit.text))
    return text


def _covered(found: str) -> str:
    """Of a number its first four digits and the words before it stay, of an account its site, else four characters."""
    is_number = sum(letter.isdigit() for letter in found) > _KEPT
    if "/" in found or found.startswith("@"):  # a few letters of an account's name would still be an account's name
        kept_up_to = found.rfind("/") + 1 or 1
    elif is_number:
        kept_up_to = [place for place, letter in enumerate(found, start=1) if letter.isdigit()][_KEPT - 1]
    else:
        kept_up_to = _KEPT
    return found[:kept_up_to] + "".join("•" if letter.isalnum() else letter for letter in found[kept_up_to:])
