"""Whether two messages from the public say the same: pure functions over their words and links."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode, urlsplit

from cms.search import fold

# Dice's measure of shared parts, 0 to 1. Measured on the pairs of tests/cms/test_sameness.py: what was passed on with
# a word or a greeting more scores 0.82 and above, different claims about one subject 0.66 and below.
ENOUGH = 0.75
# A message with this many links is an advertisement more often than a claim: its hosts say more than its words.
MANY_LINKS = 4
_COMPARED = 1500  # letters; what is passed on says what it says within them
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"“”]+", re.IGNORECASE)
# What only says by which way a reader came.
_TRACKING = re.compile(r"^(utm_.*|fbclid|gclid|igsh|igshid|mibextid|ref|ref_src|si|_rdc|_rdr|share_id|zarsrc)$")


def links_in(text: str) -> list[str]:
    """Every link in a text, as written, without the full stop or bracket after it."""
    return [found.rstrip(".,;:!?)]}'") for found in _LINK.findall(text)]


def normal_link(url: str) -> str:
    """The address without what does not change where it leads; empty for a link that names a whole site or nothing.

    "https://www.Bao.example/tin/?utm_source=zalo#a" becomes "bao.example/tin".
    """
    url = url.strip()
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return ""
    kept = urlencode(sorted((name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.match(name)))
    path = parts.path.rstrip("/")
    return f"{host}{path}{'?' if kept else ''}{kept}" if host and (path or kept) else ""


def parts_of(text: str) -> frozenset[str]:
    """What a text is compared by: its pairs of neighbouring words and its runs of three letters, folded."""
    folded = fold(_LINK.sub(" ", text)[:_COMPARED])
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
        self.link = normal_link(url) or (normal_link(links[0]) if len(links) == 1 else "")
        self.hosts = frozenset(normal_link(f"{link}/_").split("/")[0] for link in links) - {""}
        self.is_full_of_links = len(links) >= MANY_LINKS
        self.parts = parts_of(text)

    def likeness(self, other: Said) -> float:
        """0 to 1; ``ENOUGH`` and more means that both say the same."""
        if self.link and self.link == other.link:
            return 1.0
        if self.is_full_of_links and other.is_full_of_links and 2 * len(self.hosts & other.hosts) >= len(self.hosts):
            return 1.0
        return shared(self.parts, other.parts)
