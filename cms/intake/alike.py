"""Which registered claims say the same as a text, as suggestions to a person: the comparison of pasted messages, over the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from heapq import nlargest
from itertools import pairwise

from cms.finding.links import without_links
from cms.finding.matching import likeness
from cms.finding.reading import Reading
from cms.finding.search import fold
from cms.incidents import Incident

# Measured on tests/fixtures/rumours.json (docs/intake.md): a suggestion costs an editor a glance, a miss a doubled incident.
WORTH_A_LOOK = 0.35
_CLOSELY_READ = 40  # claims that share the rarest words; reading all of a register would take seconds


class Claims:
    """Claims made ready for comparison, each under a key of the caller's."""

    def __init__(self) -> None:
        self._claims: dict[Hashable, str] = {}
        self._same: dict[str, Hashable] = {}
        self._with_word: dict[str, list[Hashable]] = defaultdict(list)
        self._readings: dict[Hashable, Reading] = {}

    def add(self, key: Hashable, claim: str) -> None:
        """Of several with the same words the first is kept."""
        line = fold(claim)
        if not line or line in self._same:
            return
        self._same[line] = key
        self._claims[key] = claim
        for word in _looked_up(line):
            self._with_word[word].append(key)

    def same(self, claim: str) -> Hashable | None:
        """The key of the claim with the same words, whatever their marks, case and punctuation."""
        return self._same.get(fold(claim))

    def like(self, claim: str, most: int = 3) -> list[tuple[float, Hashable]]:
        """(likeness, key) of those that may say the same, most alike first."""
        shared: dict[Hashable, float] = defaultdict(float)
        for word in _looked_up(fold(claim)):
            keys = self._with_word.get(word, ())
            for key in keys:
                shared[key] += 1 / len(keys)
        read = Reading(without_links(claim))
        alike = [
            (alikeness(read, self._reading(key)), key)
            for key in nlargest(_CLOSELY_READ, shared, key=lambda key: shared[key])
        ]
        return sorted((each for each in alike if each[0] >= WORTH_A_LOOK), key=lambda each: -each[0])[:most]

    def _reading(self, key: Hashable) -> Reading:
        if key not in self._readings:
            self._readings[key] = Reading(without_links(self._claims[key]))
        return self._readings[key]


def _looked_up(line: str) -> set[str]:
    """What leads from one folded text to another: its words and its pairs of neighbouring words."""
    words = line.split()
    return {*words, *(f"{one} {other}" for one, other in pairwise(words))}


def alikeness(one: Reading, other: Reading) -> float:
    """0 to 1, whichever is the longer: neither of two registered claims is the answer to the other."""
    return max(likeness(one, other), likeness(other, one))


_MOST_SUGGESTED_FROM = 2000  # the newest: an editor who opens an incident does not wait for the comparison with more


def registered(but: int = 0, most: int | None = None) -> Claims:
    """The claims of the register, newest first, by id: without pointers and without the incident ``but``."""
    rows = Incident.objects.filter(merged_into__isnull=True).exclude(pk=but)
    claims = Claims()
    for pk, claim in rows.order_by("-pk").values_list("pk", "claim")[:most]:
        claims.add(pk, claim)
    return claims


def like_incident(incident: Incident, most: int = 5) -> list[Incident]:
    """Other incidents that may be the same, most alike first."""
    claims = registered(but=incident.pk, most=_MOST_SUGGESTED_FROM)
    found = [key for _score, key in claims.like(incident.claim, most)]
    if (same := claims.same(incident.claim)) and same not in found:
        found.insert(0, same)
    rows = Incident.objects.select_related("topic", "place").in_bulk(found)
    return [rows[key] for key in found if key in rows]
