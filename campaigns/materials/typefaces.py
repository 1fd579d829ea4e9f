"""Which font a document is printed in: the site's own or, where that lacks a letter, another one for all of it.

Never two in one document: a word of Ê Đê with one letter of another font in its middle looks like a mistake.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from cms.cards.typesetting import Face, letters


@dataclass(frozen=True)
class Typeface:
    """Two weights in cms/cards/fonts/. ``family`` is the name in the files, by which layouts choose it."""

    family: str
    files: tuple[str, str]

    @property
    def letters(self) -> frozenset[int]:
        return _in_all(self.files)


HOUSE = Typeface("Be Vietnam Pro", (Face.REGULAR, Face.BOLD))
# Has the letters of the languages of the Central Highlands (ƀ ĕ ĭ ŏ ŭ and a breve above ê ô ơ ư) and of the rest of Latin.
WIDE = Typeface("Noto Sans", ("noto-sans-400.ttf", "noto-sans-700.ttf"))


@cache
def _in_all(files: tuple[str, ...]) -> frozenset[int]:
    return frozenset.intersection(*(letters(file) for file in files))


@cache
def known_letters() -> frozenset[int]:
    """What one or the other shows."""
    return HOUSE.letters | WIDE.letters


def typeface_for(texts: Iterable[str]) -> Typeface:
    """For a document that says ``texts``: HOUSE, unless it lacks a letter that WIDE has, or has no place for a mark.

    A mark that belongs to no composed letter (ê with a breve) stands beside the letter's own in HOUSE, above it in WIDE.
    """
    used = {letter for text in texts for letter in unicodedata.normalize("NFC", text)}
    needs_wide = {ord(letter) for letter in used if ord(letter) not in HOUSE.letters or unicodedata.combining(letter)}
    return WIDE if needs_wide & WIDE.letters else HOUSE
