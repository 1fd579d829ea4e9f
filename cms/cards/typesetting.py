"""Text on pictures: what the font can show, broken into lines, as large as it fits.

The fonts are whole (not the subset of the web pages), so that every Latin letter of the languages of the site is there.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from PIL import ImageFont

from publishing.text import clip, clusters

FONTS = Path(__file__).parent / "fonts"
# Longer texts are cut before they are measured: no card has room for more, and measuring costs time.
MOST_LETTERS = 600


class Face(StrEnum):
    """The two weights of the site."""

    REGULAR = "be-vietnam-pro-400.ttf"
    BOLD = "be-vietnam-pro-700.ttf"


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / face, size)


@cache
def letters(face: str) -> frozenset[int]:
    """The code points that the font has a glyph for, read from its character map (OpenType ``cmap``, format 4)."""
    found: set[int] = set()
    file = (FONTS / face).read_bytes()
    tables = struct.unpack_from(">H", file, 4)[0]
    entries = (struct.unpack_from(">4sLLL", file, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _sum, offset, _length in entries if tag == b"cmap")
    for number in range(struct.unpack_from(">H", file, start + 2)[0]):
        _platform, _encoding, offset = struct.unpack_from(">HHL", file, start + 4 + 8 * number)
        if struct.unpack_from(">H", file, start + offset)[0] == 4:
            found |= _segments(file, start + offset)
    return frozenset(found)


def _segments(file: bytes, at: int) -> set[int]:
    """The code points of one format 4 table; a code point whose glyph is number 0 is not there."""
    count = struct.unpack_from(">H", file, at + 6)[0] // 2
    places = [at + 14, at + 16 + 2 * count, at + 16 + 4 * count, at + 16 + 6 * count]
    ends, starts, deltas, ranges = (struct.unpack_from(f">{count}H", file, place) for place in places)
    found = set()
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if ranges[number]:
                place = places[3] + 2 * number + ranges[number] + 2 * (code - first)
                glyph = struct.unpack_from(">H", file, place)[0]
                if glyph == 0:
                    continue
            if (glyph + deltas[number]) % 0x10000:
                found.add(code)
    return found


def printable(text: str, known: frozenset[int] = frozenset()) -> str:
    """``text`` with nothing in it that the font cannot show: composed letters, single blanks, no control characters.

    ``known``: the letters of another font than that of the cards.

    What has a plain form gets it (wide letters, ligatures); emoji are left out; a run of letters of another script
    becomes "…", so that a reader sees that something is missing.
    """
    known = known or letters(Face.REGULAR) & letters(Face.BOLD)
    made: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        if letter.isspace():
            made.append(" ")
        elif ord(letter) in known:
            made.append(letter)
        else:
            plain = unicodedata.normalize("NFKC", letter)
            if all(ord(each) in known for each in plain):
                made.append(plain)
            elif unicodedata.category(letter)[0] in "LN" and made[-1:] != ["…"]:
                made.append("…")
    return " ".join("".join(made).split())


@dataclass(frozen=True)
class Block:
    """Lines of one size. ``height`` is that of all lines, ``leading`` from one baseline to the next; ``is_cut`` if
    there was more text than room."""

    lines: tuple[str, ...]
    face: Face
    size: int
    leading: int
    is_cut: bool = False

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)

    def top_around(self, middle: int) -> int:
        """Where the block begins if its letters, seen without the marks, are to stand around ``middle``."""
        first, last = (ABOVE - CAPITAL) * self.size, ABOVE * self.size + self.height - self.leading
        return round(middle - (first + last) / 2)

    @property
    def width(self) -> float:
        return max((font(self.face, self.size).getlength(line) for line in self.lines), default=0.0)


# Vietnamese capitals carry two marks above (Ễ) and one below (Ộ). In these fonts that is at most so far above and below
# the baseline, in parts of the size: lines of this leading never touch.
ABOVE, BELOW, CAPITAL = 1.225, 0.25, 0.7
LEADING = 1.48


def fit(text: str, face: Face, width: int, height: int, sizes: tuple[int, int]) -> Block:
    """``text``, already printable, as large as it fits; at the smallest size it is cut with "…".

    sizes  (largest, smallest) in pixels. No lines at all where not even one fits.
    """
    largest, smallest = sizes
    shown = clip(text, MOST_LETTERS)

    def fits(size: int) -> bool:
        return len(wrap(shown, face, size, width)) * round(size * LEADING) <= height

    tried = range(smallest, largest + 1, 2)
    fitting = bisect(tried, False, key=lambda size: not fits(size))
    if fitting:
        size = tried[fitting - 1]
        lines = _balanced(shown, wrap(shown, face, size, width), face, size, width)
        return Block(tuple(lines), face, size, round(size * LEADING), shown != text)
    leading = round(smallest * LEADING)
    room = max(0, height // leading)
    kept = wrap(shown, face, smallest, width)[:room]
    if kept:
        kept[-1] = _ended(kept[-1], face, smallest, width)
    return Block(tuple(kept), face, smallest, leading, True)


def wrap(text: str, face: Face, size: int, width: int) -> list[str]:
    """Lines of at most ``width`` pixels, broken at blanks; a word wider than a line is broken between letters."""
    measure = font(face, size).getlength
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while measure(line) > width:
            head = _head(line, face, size, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line else lines


def _balanced(text: str, lines: list[str], face: Face, size: int, width: int) -> list[str]:
    """``text`` in as many lines as ``lines``, of more equal length, so that no word stands alone in the last one."""
    longest = max(font(face, size).getlength(word) for word in text.split() or [""])
    if not 1 < len(lines) < 6 or longest > width:
        return lines
    narrow, wide = max(width // 2, round(longest)), width
    while wide - narrow > width // 40:
        middle = (narrow + wide) // 2
        if len(wrap(text, face, size, middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return wrap(text, face, size, wide)


def _head(word: str, face: Face, size: int, width: int) -> str:
    """As many letters of ``word`` as fit, at least one."""
    measure = font(face, size).getlength
    head = ""
    for letter in clusters(word):
        if head and measure(head + letter) > width:
            break
        head += letter
    return head


def _ended(line: str, face: Face, size: int, width: int) -> str:
    measure = font(face, size).getlength
    parts = clusters(line)
    while parts and measure("".join(parts).rstrip(" ,;:.") + "…") > width:
        parts.pop()
    return "".join(parts).rstrip(" ,;:.") + "…"
