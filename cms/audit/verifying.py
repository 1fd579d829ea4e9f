"""Whether the chain is whole: what it says was changed, taken out, put in or put elsewhere, and where.

A chain proves that it was not changed *since somebody wrote down its head* (number and hash of the last entry). Whoever owns
the database can write another chain from the start; so the head belongs in a place that they do not own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cms.audit.entries import GENESIS, AuditEntry, AuditMark, hash_of
from cms.audit.sealing import unsealed
from cms.audit.sources import SOURCES

MOST = 50  # breaks that are told; a chain that was made anew would tell one an entry


class UnknownHead(Exception):
    """The hash that somebody wrote down is nowhere in the chain: it was cut off before it, or made anew."""


@dataclass
class Found:
    """breaks    what is wrong, in words, by place
    number, hash the head
    checked      entries that were read
    waiting      events of which no entry is there yet; they come with the next sweep
    """

    breaks: list[str] = field(default_factory=list)
    number: int = 0
    hash: str = GENESIS
    checked: int = 0
    waiting: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.breaks


def verify(since: str = "") -> Found:
    """Reads the chain from its start, or from the entry with the hash ``since`` on. Raises UnknownHead."""
    found = Found()
    start, previous = 1, GENESIS
    if since:
        entry = AuditEntry.objects.filter(hash=since.strip().lower()).values_list("number", "previous").first()
        if entry is None:
            raise UnknownHead
        start, previous = entry
    for words in _breaks(found, start, previous):
        if len(found.breaks) < MOST:
            found.breaks.append(words)
    for source in SOURCES:
        mark = AuditMark.objects.filter(pk=source.name).first()
        sealed_to = mark.sealed_to if mark else 0
        open_rows = unsealed(source)
        lost = open_rows.filter(pk__lte=sealed_to).count()
        found.waiting += open_rows.filter(pk__gt=sealed_to).count()
        if lost:
            said = _(
                "%(count)s events of “%(source)s” were sealed once and have no entry any more: entries are missing."
            )
            found.breaks.append(said % {"count": lost, "source": source.name})
    return found


def _breaks(found: Found, start: int, previous: str) -> Iterator[str]:
    expected = start
    for told in AuditEntry.objects.filter(number__gte=start).told():
        number = told["number"]
        if number > expected:
            missing = {"first": expected, "last": number - 1}
            yield _("Entries %(first)s to %(last)s are missing.") % missing
        if hash_of(told) != told["hash"]:
            yield _("Entry %(number)s was altered: it does not match its own hash.") % {"number": number}
        if told["previous"] != previous and number <= expected:
            said = _("Entry %(number)s does not follow the one before it: one was taken out, put in or moved here.")
            yield said % {"number": number}
        expected, previous = number + 1, told["hash"]
        found.number, found.hash = number, previous
        found.checked += 1
    before = AuditEntry.objects.filter(number__lt=1).count() if start == 1 else 0
    if before:
        yield _("%(count)s entries stand before the first.") % {"count": before}
