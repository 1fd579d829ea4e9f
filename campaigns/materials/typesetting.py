"""From texts to PDF and PNG: what all printed and drawn materials share. Pure functions around Typst.

A layout is a .typ file in templates/campaigns/materials/. The texts reach it as JSON, so that nothing in them is markup,
and it says itself, as metadata labelled ``<over>``, which field did not fit even at the smallest size.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno

from campaigns.materials.drawing import drawn
from campaigns.materials.typefaces import known_letters
from campaigns.words import CampaignWords
from cms.cards.card_drawing import INK
from publishing.text import clip

LAYOUTS = Path(__file__).resolve().parents[2] / "templates" / "campaigns" / "materials"
BLEED = 3  # millimetres of ground beyond the cut, as print shops ask for
SLUG = 10  # millimetres beyond the cut that hold the marks; the bleed is part of it

Texts = Mapping[str, Any]  # what a layout reads as words.json


@cache
def _layout(name: str) -> str:
    return (LAYOUTS / name).read_text()


def _sources(layout: str, texts: Texts) -> dict[str, str]:
    said = json.dumps({"palette": INK, **texts}, ensure_ascii=False, sort_keys=True)
    return {"main.typ": _layout(layout), "shared.typ": _layout("shared.typ"), "words.json": said}


def pdf(layout: str, texts: Texts) -> bytes:
    """A tagged PDF (PDF/UA-1); with ``print`` in ``texts`` one with bleed, its boxes and marks, in process colours."""
    made = drawn("pdf", _sources(layout, texts))
    return _with_bleed_boxes(made) if texts.get("print") else made


def png(layout: str, texts: Texts, ppi: float, page: int = 0) -> bytes:
    """One page as a picture."""
    return drawn("png", _sources(layout, texts), ppi=ppi, page=page)


def overflow(layout: str, texts: Texts) -> dict[str, float]:
    """Field -> the part of its text (0 to 1) that has no room at the smallest size. Empty: everything fits."""
    over: dict[str, float] = {}
    for each in json.loads(drawn("over", _sources(layout, texts))):
        over[each["field"]] = max(each["over"], over.get(each["field"], 0.0))
    return over


# The page dictionaries of Typst are plain text, and so is its table of references.
_PAGE = re.compile(rb"(\d+) 0 obj\n(<</Type/Page(?!s).*?/TrimBox\[([^\]]*)\].*?>>)\nendobj", re.DOTALL)
_POINTS_A_MILLIMETRE = 72 / 25.4


def _with_bleed_boxes(file: bytes) -> bytes:
    """``file`` with a BleedBox on each page, appended as PDF allows it: Typst writes the TrimBox alone."""
    trailer = file.rindex(b"trailer\n")
    previous = int(file[file.rindex(b"startxref") + 9 :].split()[0])
    made, entries = bytearray(file), []
    for page in _PAGE.finditer(file):
        left, bottom, right, top = (float(each) for each in page[3].split())
        by = BLEED * _POINTS_A_MILLIMETRE
        box = " ".join(f"{each:.5g}" for each in (left - by, bottom - by, right + by, top + by))
        made += b"\n"
        entries.append(b"%b 1\n%010d 00000 n\r\n" % (page[1], len(made)))
        made += b"%b 0 obj\n%b/BleedBox[%b]>>\nendobj" % (page[1], page[2][:-2], box.encode())
    start = len(made) + 1
    kept = file[trailer : file.rindex(b"startxref")].rstrip().removesuffix(b">>")
    made += (
        b"\nxref\n0 1\n0000000000 65535 f\r\n"
        + b"".join(entries)
        + kept
        + b"/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (previous, start)
    )
    return bytes(made)


# Texts -----------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """``text`` in one line of composed letters, without what no font of ours shows and nobody reads aloud (emoji).

    Letters of another script stay: an editor must hear of them (``missing``).
    """
    known = known_letters()
    made: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        plain = unicodedata.normalize("NFKC", letter)
        if letter.isspace():
            made.append(" ")
        elif ord(letter) in known:
            made.append(letter)
        elif all(ord(each) in known for each in plain):
            made.append(plain)
        elif unicodedata.category(letter)[0] in "LMN":
            made.append(letter)
    return unicodedata.normalize("NFC", " ".join("".join(made).split()))


def missing(text: str, known: frozenset[int]) -> list[str]:
    """The letters of ``text`` that are not among the ``known``, each once."""
    composed = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(each for each in composed if not each.isspace() and ord(each) not in known))


def shortened(text: str, limit: int) -> str:
    """``text`` if it is short enough, else its first sentences that are, else cut at a blank with "…"."""
    if len(text) <= limit:
        return text
    whole = [end.end() for end in re.finditer(r"[.!?…](?=\s)", text) if limit // 3 < end.end() <= limit]
    return text[: whole[-1]] if whole else clip(text, limit)


def chosen(points: tuple[str, ...], most: int, limit: int) -> list[str]:
    """At most ``most`` points, whole ones in their order, together (with line breaks) within ``limit``.

    If not even the first fits, the shortest that does; if none does, the first one cut short.
    """
    cleaned = [each for each in map(clean, points) if each]
    kept: list[str] = []
    for point in cleaned:
        if len(kept) < most and len("\n".join([*kept, point])) <= limit:
            kept.append(point)
    return kept or [shortened(each, limit) for each in cleaned[:1]]


def fewer(points: list[str], over: float) -> list[str]:
    """``points`` with about the part ``over`` less: whole points go first, the last before the others."""
    if len(points) > 1:
        # Half of it at once: what goes elsewhere in the same round may make the rest fit.
        return points[: len(points) - max(1, int(len(points) * over / 2))]
    return [shorter(each, over) for each in points]


def shorter(text: str, over: float) -> str:
    """``text`` with at least the part ``over`` less, and always something less."""
    return clip(text, min(len(text) - 1, int(len(text) * (1 - over))))


def letters_over(text: str, over: float) -> int:
    """How many letters have to go, for a message to an editor. Some more than the room says: a line goes whole."""
    return min(len(text), ceil(len(text) * (over + 0.04)))


# Addresses and numbers -------------------------------------------------------------------------------------------

_DASH = re.compile(r"\s[–—-]\s")


def bare(url: str) -> str:
    """An address as it is printed and typed: without scheme and closing slash."""
    parts = urlsplit(url)
    return (parts.netloc + parts.path).removeprefix("www.").rstrip("/") + (f"?{parts.query}" if parts.query else "")


def contact_lines(words: CampaignWords) -> tuple[str, ...]:
    """Where to report, one a line: number or address, a dash, whose it is."""
    found = []
    for one in words.report_to:
        reached = clean(one.phone) or bare(one.url)
        whose = clean(f"{one.name} ({one.hours})" if one.hours else one.name)
        found.append(f"{reached} – {whose}" if reached else whose)
    return tuple(each for each in found if each)


def contact(line: str) -> dict[str, str]:
    """One such line in its two parts; ``number`` is empty where there is none."""
    parts = _DASH.split(line, maxsplit=1)
    return {"number": parts[0], "whose": parts[1]} if len(parts) == 2 else {"number": "", "whose": line}


def address(words: CampaignWords) -> dict[str, Any]:
    """The campaign's address in words and as a QR code: ``runs`` of dark squares [x, y, width], ``side`` squares wide."""
    if not words.url:
        return {"host": "", "path": "", "runs": [], "side": 0}
    host, slash, path = bare(words.url).partition("/")
    matrix = [bytes(row) for row in segno.make(words.url, error="m", micro=False).matrix]
    runs = [
        [run.start(), y, run.end() - run.start()] for y, row in enumerate(matrix) for run in re.finditer(rb"\x01+", row)
    ]
    return {"host": host, "path": slash + path, "runs": runs, "side": len(matrix)}
