"""What the forms made of words share: sentences, the address as it is read, and filling the time there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from publishing.channels.spoken import spoken
from publishing.text import reading_seconds

ORDINALS = {
    "vi": ("Thứ nhất", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Thứ tám"),
    "en": ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth"),
}


def domain(url: str) -> str:
    """The site, as short as an address can be: the campaign is on its first page and in its search."""
    return urlsplit(url).netloc


def one_line(text: str) -> str:
    return " ".join(text.split())


def sentence(text: str) -> str:
    """On one line, with a full stop."""
    text = one_line(text)
    return text if not text or text.endswith((".", "!", "?", "…")) else text.rstrip(" ,;:") + "."


def aloud(text: str, language: str) -> str:
    """As a person says it. Only Vietnamese is spelt out; a text in another language stays as it is written."""
    return spoken(text) if language == "vi" else text


def seconds(text: str, language: str) -> int:
    """How long it takes to read ``text`` aloud."""
    return reading_seconds(aloud(text, language))


def numbered(points: Sequence[str], language: str) -> str:
    """Points for the ear: each says which it is. One alone does not."""
    words = ORDINALS["en" if language == "en" else "vi"]
    if len(points) == 1:
        return sentence(points[0])
    return " ".join(f"{words[number]}: {_lower(sentence(point))}" for number, point in enumerate(points[: len(words)]))


def _lower(text: str) -> str:
    """The first letter small, unless the word is a name or an abbreviation."""
    first, _blank, rest = text.partition(" ")
    starts_rest = rest[:1].isupper()  # "Công An", "Bộ Y tế": a name
    return text if starts_rest or first[1:] != first[1:].lower() or not first.isalpha() else text[:1].lower() + text[1:]


def filled(
    lists: Sequence[tuple[str, Sequence[str]]],
    whole: Callable[[dict[str, list[str]]], str],
    fits: Callable[[str], bool],
) -> str:
    """``whole`` of as many points as fit: one of every list in turn, so that none is dropped for the length of another.

    lists  (name, points), the most needed first
    whole  the text made of {name: points kept}
    """
    kept: dict[str, list[str]] = {name: [] for name, _points in lists}
    for turn in range(max((len(points) for _name, points in lists), default=0)):
        for name, points in lists:
            if turn == len(kept[name]) and turn < len(points):
                tried = {**kept, name: [*kept[name], points[turn]]}
                if fits(whole(tried)):
                    kept = tried
    return whole(kept)
