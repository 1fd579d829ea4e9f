"""Has this message been answered? Finds the live answers to a text as people send it on. Works offline, stores nothing.

Two steps: the postings (``cms/finding/postings.py``) name the answers that share the text's rarest pairs of syllables, and
``likeness`` compares the text with what each of them answers. docs/matching.md says what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log1p

from cms.finding.links import links_in, same_address, without_links
from cms.finding.postings import entries_like, entries_with_any
from cms.finding.reading import Reading
from cms.finding.search import SearchEntry
from cms.incidents import told_of

SURE_ENOUGH = 0.5


@dataclass(frozen=True)
class Match:
    """An answer to a text. ``score`` is its likeness, 1 for an address; ``words`` are the reader's own that led to it; ``is_link`` when an address did."""

    entry: SearchEntry
    score: float
    words: tuple[str, ...] = ()
    is_link: bool = False


def likeness(text: Reading, answered: Reading) -> float:
    """0 to 1: how sure it is that ``text`` tells what ``answered`` tells. From ``SURE_ENOUGH`` on it is an answer.

    Four shares and an amount: how much of the one is in the other and the other way round, in syllables by what they
    say and in runs of four letters, and how much that is altogether. Their weights were fitted on one half of the
    evaluation set (docs/matching.md).
    """
    own, its = text.weights, answered.weights
    both = {name: min(own[name], its[name]) for name in own.keys() & its.keys()}
    if not both:
        return 0.0
    shared = sum(both.values())
    told = shared / sum(its.values())
    kept = shared / sum(both.get(name, weight) for name, weight in own.items())
    letters = len(text.grams & answered.grams)
    letters_told = letters / max(1, len(answered.grams))
    letters_kept = letters / max(1, len(text.grams))
    for_it = 4 * told + 4 * kept + 4.25 * letters_told + 3 * letters_kept + 4.25 * log1p(shared)
    return 1 / (1 + exp(14.9 - for_it))


def texts_of(entry: SearchEntry) -> list[str]:
    """What an entry answers, each as a text of its own: its title, its claim, and the claims as they spread.

    The register's claims are never shown: nobody approved them.
    """
    spread = [claim for _page, claim in told_of([entry.page_id], "claim")]
    return list(dict.fromkeys(filter(None, [entry.title, entry.claim, *spread])))


def terms_of(entry: SearchEntry) -> set[str]:
    """What leads to an entry: the pairs of syllables of its texts, and the addresses where its claims were seen."""
    terms = {pair for text in texts_of(entry) for pair in Reading(text).pairs}
    seen = [url for _page, url in told_of([entry.page_id], "appearances__url") if url]
    return terms | {_address_term(same) for url in seen if (same := same_address(url))}


def _address_term(same: str) -> str:
    return f"address {same}"


def find(text: str, language: str, most: int = 3) -> list[Match]:
    """The live answers to ``text`` for a reader of ``language``, surest first, retracted ones last."""
    addresses = [_address_term(same) for link in links_in(text) if (same := same_address(link))]
    linked = _entries(entries_with_any(addresses), language) if addresses else {}
    matches = [Match(entry, 1.0, is_link=True) for entry in linked.values()]
    read = Reading(without_links(text))
    entries = _entries(entries_like(read.pairs), language)
    for pk, answered in _answered_by(entries).items():
        score, best = max(((likeness(read, each), each) for each in answered), key=lambda pair: pair[0])
        if score >= SURE_ENOUGH and pk not in linked:
            matches.append(Match(entries[pk], score, tuple(shared_words(text, read, best))))
    matches.sort(key=lambda match: (match.entry.is_retracted, -match.score, -match.entry.page_id))
    return matches[:most]


def _entries(keys: list[int], language: str) -> dict[int, SearchEntry]:
    return SearchEntry.objects.for_language(language).defer("text_folded", "short_answer").in_bulk(keys)


def _answered_by(entries: dict[int, SearchEntry]) -> dict[int, list[Reading]]:
    """{entry: what it answers}, in one query."""
    texts = {pk: [text for text in (entry.title, entry.claim) if text] for pk, entry in entries.items()}
    for pk, claim in told_of(entries, "claim"):
        texts[pk].append(claim)
    return {pk: [Reading(text, is_answer=True) for text in dict.fromkeys(each)] for pk, each in texts.items()}


def shared_words(text: str, read: Reading, answered: Reading, most: int = 3) -> list[str]:
    """The runs of the reader's own words that both have, those that say most first, as they stand in ``text``."""
    runs: list[tuple[float, int, int]] = []
    weight, start, end = 0.0, -1, -1
    for word in read.words:
        if word.name in answered.weights:
            start = word.start if start < 0 else start
            end = word.end
            weight += min(read.weights[word.name], answered.weights[word.name])
        elif start >= 0:
            runs.append((weight, start, end))
            weight, start = 0.0, -1
    if start >= 0:
        runs.append((weight, start, end))
    best = sorted((run for run in runs if run[0] >= 1), key=lambda run: (-run[0], run[1]))[:most]
    said = (" ".join(text[start:end].split()).strip(" .,;:!?\"'“”()") for _weight, start, end in best)
    return list(dict.fromkeys(filter(None, said)))
