"""Finds ClaimReviews in files of others: JSON-LD in any of its forms, JSON lines, or the scripts of an HTML page.

Reads what it was given once, in memory, up to a fixed size; opens no archive and follows no address.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cms.schema_org.defects import is_review

MOST_BYTES = 50 * 1024 * 1024
MOST_NODES = 2_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Unreadable(Exception):
    """A file, or a part of one, that cannot be read. The text says why."""


def text_of(path: Path) -> str:
    """The text of a file. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(_("it cannot be opened: %(why)s") % {"why": error.strerror}) from None
    if len(raw) > MOST_BYTES:
        raise Unreadable(_("it is larger than %(size)d MB; split it") % {"size": MOST_BYTES // 1024 // 1024})
    encoding = "utf-8"
    for mark, name in _MARKS:
        if raw.startswith(mark):
            raw, encoding = raw[len(mark) :], name
            break
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(_("it is not written in UTF-8")) from None


def records(text: str) -> Iterator[dict[str, Any] | Unreadable]:
    """Every review in a text, and in their place the parts that could not be read. Raises Unreadable if there is none."""
    found = False
    for part in _parts(text):
        if isinstance(part, Unreadable):
            found = True
            yield part
            continue
        for review in _reviews(part):
            found = True
            yield review
    if not found:
        raise Unreadable(_("there is no ClaimReview in it"))


def _parts(text: str) -> Iterator[Any]:
    """The JSON values of a text: the whole, one a line, or those of an HTML page's scripts."""
    stripped = text.lstrip()
    if stripped.startswith("<"):
        scripts = _Scripts()
        scripts.feed(text)
        scripts.close()
        for script in scripts.found:
            yield _loaded(script)
        return
    whole = _loaded(text)
    lines = [line for line in text.splitlines() if line.strip()]
    if isinstance(whole, Unreadable) and len(lines) > 1 and not isinstance(_loaded(lines[0]), Unreadable):
        for line in lines:
            yield _loaded(line)
    else:
        yield whole


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        return Unreadable(_("it is nested too deeply"))
    except ValueError as error:  # also a number of more digits than Python converts
        where = f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        return Unreadable(_("it is not JSON") + where)


def _reviews(value: Any) -> Iterator[dict[str, Any] | Unreadable]:
    """Every review at any depth, in order, without recursion: a feed in a graph in a list is nothing special."""
    waiting, seen = [value], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > MOST_NODES:
            yield Unreadable(_("it has too many parts; split it"))
            return
        if isinstance(node, dict):
            if is_review(node) or "claimReviewed" in node:
                yield node
                continue
            node = list(node.values())
        if isinstance(node, list):
            waiting.extend(each for each in reversed(node) if isinstance(each, dict | list))


class _Scripts(HTMLParser):
    """Collects the texts of an HTML page's JSON-LD."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        media_type = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
        self._is_inside = tag == "script" and media_type == "application/ld+json"
        if self._is_inside:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False
