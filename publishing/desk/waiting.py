"""What waits for a person: each app tells its own part, and the first page of the admin shows them together.

An app appends a function to ``sources`` when it starts. It is given the person, asks the database at most a constant
number of questions, and answers None where the person may not do anything about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from publishing.desk.words import Badge

# Rows of each part: the rest is one click away.
SHOWN = 5


@dataclass(frozen=True)
class Row:
    """One thing that waits.

    url    where this person does something about it
    note   a few words below it: what, whose, or why
    due    by when; how much is left is worked out when it is shown
    badge  its own sign and words in the place of the time that is left
    lang   language of ``text`` where it may be another than the page's
    """

    text: str
    url: str
    note: str = ""
    due: datetime | None = None
    badge: Badge | None = None
    lang: str = ""

    @property
    def is_late(self) -> bool:
        """Seen at once: overdue, or bad by its own sign."""
        return self.badge.tone == "bad" if self.badge else self.due is not None and self.due < timezone.now()


@dataclass(frozen=True)
class Waiting:
    """One part of the page.

    key    part of its id in the markup
    rows   at most SHOWN, the most pressing first
    count  how many there are in all; 0: the part is not shown
    url    the whole list; empty where the rows are all there is to see
    order  of the parts; those with something late stand before the others
    """

    key: str
    title: str | Promise
    icon: str
    rows: tuple[Row, ...]
    count: int
    url: str = ""
    order: int = 100

    @property
    def is_late(self) -> bool:
        return any(row.is_late for row in self.rows)

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


Source = Callable[[Any], Waiting | None]
sources: list[Source] = []


def add_sources(*added: Source) -> None:
    """Registers parts of the page; again does nothing."""
    sources.extend(one for one in added if one not in sources)


def counted(rows: Sized, found: QuerySet[Any, Any]) -> int:
    """How many ``found`` are, of which ``rows`` are the first SHOWN: where fewer are shown they are all there is."""
    return len(rows) if len(rows) < SHOWN else found.count()


def waiting_for(user: Any) -> list[Waiting]:
    """What waits for this person, late things first."""
    parts: Iterable[Waiting | None] = (source(user) for source in sources)
    found = [part for part in parts if part and part.count]
    return sorted(found, key=lambda part: (not part.is_late, part.order))
