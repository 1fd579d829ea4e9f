"""The index behind "has this been answered?": which answer has which pair of syllables, and which addresses of posts.

It lies in the database and not in a process, so that every process knows an answer the moment it is live, and none of
them holds a hundred thousand answers in memory. docs/matching.md says what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from math import log

from django.db import models, transaction
from django.db.models import Case, F, FloatField, Sum, Value, When

from cms.finding.search import SearchEntry

MOST_PAIRS = 32  # of a text are looked up, the rarest
MOST_READ = 6_000  # postings are read for one text
MOST_NAMED = 24  # answers are compared with a text


class Term(models.Model):
    """A pair of syllables or an address, and how many answers have it. ``number`` stands for it: nothing is spelt out."""

    number = models.BigIntegerField(primary_key=True)
    entries = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.number}: {self.entries}"


class Posting(models.Model):
    """That an answer has a term."""

    term = models.BigIntegerField()
    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="postings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "entry"], name="posting_once")]

    def __str__(self) -> str:
        return f"{self.term} {self.entry_id}"


def number_of(term: str) -> int:
    """Sixty-four bits that stand for a term."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big", signed=True)


def keep(entry_id: int, terms: Iterable[str]) -> None:
    """Makes ``terms`` the terms of an entry. Idempotent."""
    wanted = {number_of(term) for term in terms}
    with transaction.atomic():
        had = set(Posting.objects.filter(entry=entry_id).values_list("term", flat=True))
        if gone := had - wanted:
            Posting.objects.filter(entry=entry_id, term__in=gone).delete()
            _count(gone, -1)
        if new := wanted - had:
            Posting.objects.bulk_create([Posting(term=number, entry_id=entry_id) for number in sorted(new)])
            _count(new, 1)


def _count(numbers: set[int], by: int) -> None:
    """Two answers published in the same moment wait for each other, in one order, and do not lock each other out."""
    in_order = sorted(numbers)
    if by > 0:
        Term.objects.bulk_create([Term(number=number) for number in in_order], ignore_conflicts=True)
    known = Term.objects.filter(number__in=in_order).order_by("number").select_for_update().values_list("pk", flat=True)
    Term.objects.filter(number__in=list(known)).update(entries=F("entries") + by)
    if by < 0:
        Term.objects.filter(number__in=in_order, entries=0).delete()


def entries_with_any(terms: Iterable[str]) -> list[int]:
    """The entries that have one of few, rare terms (addresses), newest first."""
    numbers = [number_of(term) for term in terms]
    found = Posting.objects.filter(term__in=numbers).order_by("-entry_id")
    return list(dict.fromkeys(found.values_list("entry_id", flat=True)[:MOST_NAMED]))


def entries_like(terms: Iterable[str]) -> list[int]:
    """The entries that share most of the rarest terms, best first. What it reads has a bound, whatever the text."""
    numbers = {number_of(term) for term in terms}
    known = sorted(Term.objects.filter(number__in=numbers, entries__gt=0).values_list("entries", "number"))
    chosen: list[tuple[int, int]] = []
    read = 0
    for entries, number in known[:MOST_PAIRS]:
        read += entries
        if chosen and read > MOST_READ:
            break
        chosen.append((entries, number))
    if not chosen:
        return []
    worth = Case(
        *[When(term=number, then=Value(1 / log(2 + entries))) for entries, number in chosen], output_field=FloatField()
    )
    found = (
        Posting.objects.filter(term__in=[number for _entries, number in chosen])
        .values("entry_id")
        .annotate(worth=Sum(worth))
        .order_by("-worth", "-entry_id")
    )
    return [row["entry_id"] for row in found[:MOST_NAMED]]
