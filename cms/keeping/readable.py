"""The text of a stranger's page as people read it: its title, then a paragraph a line.

A scan from front to back, no tree and nothing to go back to: markup made to choke a parser takes no longer than other markup.
"""

from __future__ import annotations

import html
import re
import unicodedata

MOST_LETTERS = 1_000_000
# What is in these is not shown; of a title, apart from the rest.
_RAW = frozenset("script style template noscript svg title textarea".split())
_BREAKS = frozenset(
    "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 section article header footer nav aside main blockquote figure".split()
)
_TAG = re.compile(r"</?([a-z][a-z0-9]{0,15})", re.IGNORECASE)
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW}


def decoded(body: bytes, content_type: str) -> str:
    """The letters of a page: as its header says, else as the page itself says, else UTF-8."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    inside = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]+)", body[:4096], re.IGNORECASE)
    name = named.group(1) if named else inside.group(1).decode("ascii", "replace") if inside else "utf-8"
    try:
        return body.decode(name, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def readable(markup: str) -> str:
    """Title and text; empty where the page shows nothing without its scripts."""
    markup = markup[:MOST_LETTERS]
    titles: list[str] = []
    texts: list[str] = []
    place = 0
    while place < len(markup):
        opens = markup.find("<", place)
        texts.append(markup[place : opens if opens >= 0 else len(markup)])
        if opens < 0:
            break
        if markup.startswith("<!--", opens):
            ends = markup.find("-->", opens + 4)
            place = ends + 3 if ends >= 0 else len(markup)
            continue
        tag = _TAG.match(markup, opens)
        ends = markup.find(">", opens)
        if ends < 0:
            break
        if tag is None:
            is_sign = not markup.startswith(("<!", "<?", "</"), opens)
            texts.append("<" if is_sign else "")
            place = opens + 1 if is_sign else ends + 1
            continue
        name, place = tag.group(1).lower(), ends + 1
        if name in _BREAKS:
            texts.append("\n")
        elif name in _RAW and markup[opens + 1] != "/":
            closing = _ENDS[name].search(markup, place)
            inside, place = (markup[place : closing.start()], closing.start()) if closing else ("", len(markup))
            if name == "title" and not titles:
                titles.append(inside)
    lines = (" ".join(html.unescape(line).split()) for line in [*titles, *"".join(texts).split("\n")])
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))
