"""What the versions of one material say about each other: who wrote what, and where the campaign moved on. Reads only.

A chain is the versions of one material, newest first.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.materials.base import Content
from campaigns.materials.models import MaterialVersion

Chain = Sequence[MaterialVersion]


def merged(content: Content, generated: Content, now: Content) -> Content:
    """The text of each field after the campaign changed: a person's stays, every other is generated anew.

    generated  what was generated when ``content`` was written
    now        what is generated now; its fields are those of the answer
    """
    kept = {name: text for name, text in content.items() if name in now and text != generated.get(name)}
    return {**now, **kept}


def authors(chain: Chain) -> set[int]:
    """Ids of everybody who wrote any part of the newest version. What was generated has no author."""
    found: set[int] = set()
    newest = chain[0]
    for name, text in newest.content.items():
        if text != newest.generated.get(name):
            found |= _writers(chain, name)
    if newest.sound_id:
        for version, before in _pairs(chain):
            if version.made_by_id and (before is None or before.sound_id != version.sound_id):
                found.add(version.made_by_id)
    return found


def _writers(chain: Chain, name: str) -> set[int]:
    """Everybody who changed this field since it last said what was generated."""
    found: set[int] = set()
    for version, before in _pairs(chain):
        text = version.content.get(name)
        if text == version.generated.get(name):
            break
        if version.made_by_id and (before is None or before.content.get(name) != text):
            found.add(version.made_by_id)
    return found


def _pairs(chain: Chain) -> list[tuple[MaterialVersion, MaterialVersion | None]]:
    return list(zip(chain, [*chain[1:], None], strict=True))


def changed_here(chain: Chain) -> dict[str, str]:
    """Fields a person wrote whose generated text changed since: name -> what was generated when the person wrote it.

    An approval settles it: whoever approves has seen both.
    """
    newest = chain[0]
    if newest.approved_by_id:
        return {}
    found = {}
    for name, text in newest.content.items():
        if text == newest.generated.get(name):
            continue
        written = newest
        for version in chain[1:]:
            if version.content.get(name) != text:
                break
            written = version
            if version.approved_by_id:
                break
        if written.generated.get(name) != newest.generated.get(name):
            found[name] = str(written.generated.get(name, ""))
    return found


@dataclass(frozen=True)
class Piece:
    """A run of words that is in both texts, or in one only. ``change``: "", "ins" or "del"."""

    text: str
    change: str = ""


def difference(before: str, now: str) -> list[Piece]:
    """``now`` with what was added and what was taken away since ``before``, word by word; blanks and line ends stay."""
    old, new = (re.findall(r"\s+|\S+", text) for text in (before, now))
    pieces: list[Piece] = []
    removed, added, blank = "", "", ""

    def flush() -> None:
        nonlocal removed, added, blank
        pieces.extend(Piece(text, change) for text, change in ((removed, "del"), (added, "ins")) if text)
        if blank:
            pieces.append(Piece(blank))
        removed = added = blank = ""

    for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            same = "".join(old[i1:i2])
            # A blank between two changes belongs to both: three words changed in a row are one change.
            if (removed or added) and same.isspace() and "\n" not in same:
                blank += same
                continue
            flush()
            pieces.append(Piece(same))
        else:
            removed += blank + "".join(old[i1:i2])
            added += blank + "".join(new[j1:j2])
            blank = ""
    flush()
    return pieces
