"""Text helpers that everybody shares: clean HTML, plain text, clipping, reading time, cells of spreadsheets."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date
from typing import Any

import bleach

# The one allow-list for HTML that leaves us. Wagtail's rich text is cleaned against it before it reaches a channel.
TAGS = frozenset(
    "p h2 h3 h4 ul ol li blockquote cite a strong b em i br hr figure figcaption img table thead tbody tr th td sup sub".split()
)
ATTRIBUTES = {
    "a": ["href", "title", "rel"],
    "img": ["src", "alt", "width", "height"],
    "th": ["scope"],
    "td": ["colspan"],
}
PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})

# An assumption, not a measurement: newsreaders speak about 200 syllables a minute, and in written Vietnamese
# a syllable is what stands between blanks.
SYLLABLES_A_MINUTE = 200

_BLOCK_END = re.compile(r"</(?:p|h[1-6]|li|blockquote|figcaption|tr)>|<br\s*/?>", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\u00a0]+")


def clean_html(markup: str, also: frozenset[str] = frozenset()) -> str:
    """HTML reduced to the allow-list; scripts, styles, comments and unknown attributes are gone. ``also``: tags without
    attributes that are let through besides."""
    tags = TAGS | also
    return bleach.clean(markup, tags=tags, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True, strip_comments=True)


def plain_text(markup: str) -> str:
    """The text of an HTML fragment, one paragraph a line, NFC, entities resolved."""
    spaced = _BLOCK_END.sub("\n", markup)
    bare = html.unescape(bleach.clean(spaced, tags=(), strip=True))
    lines = (_BLANKS.sub(" ", line).strip() for line in bare.splitlines())
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def clusters(text: str) -> list[str]:
    """Text split so that a base letter keeps its combining marks, variation selectors and joined emoji."""
    parts: list[str] = []
    join_next = False
    for letter in text:
        extends = (
            unicodedata.combining(letter)
            or letter in "\u200d\ufe0e\ufe0f\u20e3"
            or "\U0001f3fb" <= letter <= "\U0001f3ff"
        )
        if parts and (extends or join_next):
            parts[-1] += letter
        else:
            parts.append(letter)
        join_next = letter == "\u200d"
    return parts


def day_of(when: date) -> str:
    """dd/mm/yyyy. Public pages are full of days, and ``strftime`` takes many times as long."""
    return f"{when.day:02}/{when.month:02}/{when.year:04}"


def clip(text: str, limit: int, ending: str = "…") -> str:
    """At most ``limit`` code points, cut at a blank where one is near, never inside a letter or an emoji."""
    if len(text) <= limit:
        return text
    if limit <= len(ending):
        return ending[:limit]
    kept, size = [], 0
    for cluster in clusters(text):
        if size + len(cluster) > limit - len(ending):
            break
        kept.append(cluster)
        size += len(cluster)
    cut = "".join(kept)
    blank = max(cut.rfind(" "), cut.rfind("\n"))
    if blank >= len(cut) * 2 // 3:
        cut = cut[:blank]
    return cut.rstrip(" ,;:.\n") + ending


def reading_seconds(text: str) -> int:
    """Seconds a speaker needs to read ``text`` aloud, from the number of syllables; at least 1."""
    return max(1, round(len(text.split()) * 60 / SYLLABLES_A_MINUTE))


def cell_text(cell: Any) -> Any:
    """Text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front."""
    if isinstance(cell, str) and cell.lstrip()[:1] in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}:
        return f"'{cell}"
    if isinstance(cell, str) and cell[:1] in {"\t", "\r", "\n"}:
        return f"'{cell}"
    return "" if cell is None else cell
