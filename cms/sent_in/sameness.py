"""Whether two messages from the public say the same: pure functions over their words and links."""

from __future__ import annotations

from itertools import pairwise

from cms.finding.links import links_in, same_address, without_links
from cms.finding.search import fold

# Dice's measure of shared parts, 0 to 1. Measured on the pairs of tests/cms/test_sameness.py: what was passed on with
# a word or a greeting more scores 0.82 and above, different claims about one subject 0.66 and below.
ENOUGH = 0.75
# A message with this many links is an advertisement more often than a claim: its hosts say more than its words.
MANY_LINKS = 4
_COMPARED = 1500  # letters; what is passed on says what it says within them


def parts_of(text: str) -> frozenset[str]:
    """What a text is compared by: its pairs of neighbouring words and its runs of three letters, folded."""
    folded = fold(without_links(text)[:_COMPARED])
    words = folded.split()
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    return frozenset(pairs | {folded[start : start + 3] for start in range(len(folded) - 2)})


def shared(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts share, 0 (nothing) to 1 (the same), by Dice's measure. Texts without letters share nothing."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


class Said:
    """A message made ready for comparisons: cut up once, compared with many."""

    def __init__(self, text: str, url: str = "") -> None:
        links = links_in(text)
        self.link = same_address(url) or (same_address(links[0]) if len(links) == 1 else "")
        self.hosts = frozenset(same_address(f"{link}/_").split("/")[0] for link in links) - {""}
        self.is_full_of_links = len(links) >= MANY_LINKS
        self.parts = parts_of(text)

    def likeness(self, other: Said) -> float:
        """0 to 1; ``ENOUGH`` and more means that both say the same."""
        if self.link and self.link == other.link:
            return 1.0
        if self.is_full_of_links and other.is_full_of_links and 2 * len(self.hosts & other.hosts) >= len(self.hosts):
            return 1.0
        return shared(self.parts, other.parts)
