"""docs/huong-dan.md as HTML with an anchor at each heading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import mistune
from django.conf import settings
from django.utils.text import slugify

from cms.finding.search import fold
from publishing.text import clean_html

GUIDE = settings.BASE_DIR / "docs" / "huong-dan.md"
_KEYS = frozenset({"code", "pre", "kbd"})
_HEADING = re.compile(r"<h([234])>(.*?)</h\1>")
_MARKS = re.compile(r"<[^>]+>")
# Links to other files of docs/ lead nowhere inside the admin: their words stay.
_FILE_LINK = re.compile(r'<a href="(?![#/]|https?:)[^"]*">(.*?)</a>')


@dataclass(frozen=True)
class Heading:
    """level  2 for a chapter, 3 for a part of one"""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Guide:
    markup: str
    headings: tuple[Heading, ...]


def anchor_of(heading: str) -> str:
    """ "4. Gửi lên các kênh" -> "gui-len-cac-kenh": without its number, which changes when a chapter is added."""
    return slugify(fold(re.sub(r"^\d+\.\s*", "", heading)))


def rendered(text: str) -> Guide:
    """Markdown as clean HTML; the first heading of all is the page's own and is left out."""
    text = re.sub(r"\A# .*\n", "", text)
    markdown = mistune.create_markdown(escape=False, plugins=["table"])
    clean = clean_html(str(markdown(text)), also=_KEYS)
    clean = _FILE_LINK.sub(r"\1", clean).replace("<table>", '<div class="guide__table"><table>')
    clean = clean.replace("</table>", "</table></div>")
    headings: list[Heading] = []

    def with_anchor(found: re.Match[str]) -> str:
        words = _MARKS.sub("", found[2])
        anchor = base = anchor_of(words)
        number = 2
        while any(one.anchor == anchor for one in headings):
            anchor, number = f"{base}-{number}", number + 1
        headings.append(Heading(int(found[1]), words, anchor))
        return f'<h{found[1]} id="{anchor}" tabindex="-1">{found[2]}</h{found[1]}>'

    clean = _HEADING.sub(with_anchor, clean)
    return Guide(clean, tuple(headings))


def guide() -> Guide:
    """The guide as it is on disk."""
    return _read(GUIDE.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(changed: int) -> Guide:
    return rendered(GUIDE.read_text(encoding="utf-8"))
