"""How well and how fast "has this been answered?" finds, beside other ways of finding.

    .venv/bin/python bench/matching.py compare [ANSWERS]    other ways, in memory; recall and false matches
    .venv/bin/python bench/matching.py scale [ANSWERS]      the real thing on the database of DATABASE_URL (else SQLite)

Both take tests/fixtures/rumours.json and put invented claims of other things (bench/invented.py) beside its 200 until
there are ANSWERS. ``compare`` sets each way's threshold on the even half so that at most 2 % of the unrelated messages
match, and reports the odd half. ``scale`` fills the tables, not the pages, and asks in this process.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise
from math import log
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = tempfile.mkdtemp(prefix="bench-")
os.environ.update(DATA_DIR=FOLDER, DJANGO_SETTINGS_MODULE="cms.settings", EMAIL_URL="dummymail://")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.invented import claims  # noqa: E402
from cms.finding import matching, postings  # noqa: E402
from cms.finding.reading import Reading  # noqa: E402
from cms.finding.search import fold  # noqa: E402

EVALUATION = json.loads((ROOT / "tests" / "fixtures" / "rumours.json").read_text())
RUMOURS, UNRELATED = EVALUATION["rumours"], EVALUATION["unrelated"]
WAYS = ("forwarded", "reworded", "part")
Ranked = Callable[[str], list[tuple[float, int]]]


# Other ways -------------------------------------------------------------------------------------------------


class BM25:
    """Okapi BM25 over features, in memory, divided by what the text itself would score."""

    def __init__(self, texts: list[str], features: Callable[[str], Iterable[str]]) -> None:
        self.features = features
        self.lengths: list[int] = []
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, text in enumerate(texts):
            counted = Counter(features(text))
            self.lengths.append(sum(counted.values()))
            for name, times in counted.items():
                self.postings[name].append((number, times))
        self.mean = sum(self.lengths) / len(self.lengths)

    def __call__(self, text: str) -> list[tuple[float, int]]:
        scores: Counter[int] = Counter()
        best = 0.0
        for name in set(self.features(text)):
            found = self.postings.get(name, ())
            idf = log(1 + (len(self.lengths) - len(found) + 0.5) / (len(found) + 0.5))
            best += idf * 2.2
            for number, times in found:
                scores[number] += idf * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * self.lengths[number] / self.mean))
        return [(score / best, number) for number, score in scores.most_common(3)]


class Cosine:
    """tf-idf and cosine over runs of letters, in memory."""

    def __init__(self, texts: list[str], features: Callable[[str], Iterable[str]]) -> None:
        self.features = features
        counted = [Counter(features(text)) for text in texts]
        seen = Counter(name for one in counted for name in one)
        self.idf = {name: log(len(texts) / times) + 1 for name, times in seen.items()}
        self.postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, one in enumerate(counted):
            length = sum((times * self.idf[name]) ** 2 for name, times in one.items()) ** 0.5 or 1
            for name, times in one.items():
                self.postings[name].append((number, times * self.idf[name] / length))

    def __call__(self, text: str) -> list[tuple[float, int]]:
        own = {name: times * self.idf.get(name, 1) for name, times in Counter(self.features(text)).items()}
        length = sum(weight**2 for weight in own.values()) ** 0.5 or 1
        scores: Counter[int] = Counter()
        for name, weight in own.items():
            for number, its in self.postings.get(name, ()):
                scores[number] += weight * its / length
        return [(score, number) for number, score in scores.most_common(3)]


class TwoSteps:
    """What cms/finding/matching.py does, with the postings in memory."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.postings: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            for pair in Reading(text).pairs:
                self.postings[pair].append(number)

    def __call__(self, text: str) -> list[tuple[float, int]]:
        read = Reading(text)
        known = sorted((len(self.postings[pair]), pair) for pair in read.pairs if pair in self.postings)
        scores: Counter[int] = Counter()
        looked_at = 0
        for entries, pair in known[: postings.MOST_PAIRS]:
            looked_at += entries
            if scores and looked_at > postings.MOST_READ:
                break
            for number in self.postings[pair]:
                scores[number] += 1 / log(2 + entries)  # type: ignore[assignment]
        named = [number for number, _score in scores.most_common(postings.MOST_NAMED)]
        ranked = ((matching.likeness(read, Reading(self.texts[number], is_answer=True)), number) for number in named)
        return sorted(ranked, reverse=True)[:3]


def words(text: str) -> list[str]:
    return fold(text).split()


def words_and_pairs(text: str) -> list[str]:
    plain = words(text)
    return plain + [f"{one} {two}" for one, two in pairwise(plain)]


def letters(text: str) -> list[str]:
    line = f" {fold(text)} "
    return [line[at : at + 4] for at in range(len(line) - 3)]


def compare(answers: int) -> None:
    texts = [rumour["claim"] for rumour in RUMOURS] + list(claims(answers - len(RUMOURS)))
    ways: dict[str, Callable[[], Ranked]] = {
        "BM25, words": lambda: BM25(texts, words),
        "BM25, words and pairs": lambda: BM25(texts, words_and_pairs),
        "tf-idf cosine, 4 letters": lambda: Cosine(texts, letters),
        "two steps (chosen)": lambda: TwoSteps(texts),
    }
    print(f"{answers} answers; held-out half, threshold from the other half; {os.cpu_count()} cores")
    for name, make in ways.items():
        before = _resident()
        started = time.perf_counter()
        rank = make()
        built, grown = time.perf_counter() - started, _resident() - before
        ranked = [[(way, rank(rumour[way])) for way in WAYS] for rumour in RUMOURS]
        started = time.perf_counter()
        others = [max(rank(text), default=(-99.0, -1))[0] for text in UNRELATED]
        each = (time.perf_counter() - started) / len(UNRELATED)
        tuned = sorted(others[0::2], reverse=True)
        threshold = matching.SURE_ENOUGH if name.endswith("(chosen)") else tuned[int(len(tuned) * 0.02)] + 1e-9
        raw = [number in [n for _s, n in found] for number in range(1, 200, 2) for _way, found in ranked[number]]
        hits = {
            way: [
                any(n == number and s >= threshold for s, n in dict(ranked[number])[way]) for number in range(1, 200, 2)
            ]
            for way in WAYS
        }
        every = [hit for way in WAYS for hit in hits[way]]
        false = sum(score >= threshold for score in others[1::2])
        print(
            f"{name:<26} among 3 {_share(raw)}   sure {_share(every)} "
            f"({', '.join(f'{way} {_share(hits[way])}' for way in WAYS)})   false {false} of {len(others[1::2])}   "
            f"{each * 1000:6.1f} ms a text   built in {built:.0f} s, {grown} MB",
            flush=True,
        )
        del rank, ranked


def _share(values: list[bool]) -> str:
    return f"{sum(values) / len(values):.3f}"


def _resident() -> int:
    """Megabytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


# The real thing ---------------------------------------------------------------------------------------------


def fill(texts: list[str]) -> None:
    """The tables that are asked, without the pages they belong to: nothing asked here reads those."""
    from cms.incidents import Incident, Topic
    from cms.models import AnsweredIncident, Posting, SearchEntry, Term

    topic = Topic.objects.get_or_create(name="Khác", slug="khac")[0]
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA foreign_keys = OFF" if connection.vendor == "sqlite" else "SET session_replication_role = replica"
        )
    seen: Counter[int] = Counter()
    for at in range(0, len(texts), 2_000):
        part = list(enumerate(texts[at : at + 2_000], start=1_000_000 + at))
        with transaction.atomic():
            Incident.objects.bulk_create([Incident(pk=pk, claim=text, topic=topic) for pk, text in part])
            AnsweredIncident.objects.bulk_create([AnsweredIncident(page_id=pk, incident_id=pk) for pk, _text in part])
            SearchEntry.objects.bulk_create(
                SearchEntry(
                    page_id=pk, translation_key=f"00000000-0000-4000-8000-{pk:012d}", language="vi", kind="rebuttal",
                    verdict="false", title=f"Sự thật: {text}"[:200], claim=text, title_folded=fold(text)[:400],
                    text_folded=fold(text), published_at=now, changed_at=now,
                )
                for pk, text in part
            )  # fmt: skip
            rows: list[tuple[int, int]] = []
            for pk, text in part:
                # The title's pairs are the claim's and those of its own two words.
                pairs = Reading(text, is_answer=True).pairs | {"su that"}
                numbers = {postings.number_of(pair) for pair in pairs}
                seen.update(numbers)
                rows += [(number, pk) for number in numbers]
            _write(rows)
    Term.objects.bulk_create((Term(number=number, entries=times) for number, times in seen.items()), batch_size=10_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{Posting.objects.count()} postings, {len(seen)} terms")


def _write(rows: list[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany("INSERT INTO cms_posting (term, entry_id) VALUES (%s, %s)", rows)
            return
        with cursor.cursor.copy("COPY cms_posting (term, entry_id) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _on_disk() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return f"{Path(connection.settings_dict['NAME']).stat().st_size // 2**20} MB on disk, all tables"
        cursor.execute("SELECT pg_total_relation_size('cms_posting') + pg_total_relation_size('cms_term')")
        return f"{cursor.fetchone()[0] // 2**20} MB on disk, the two tables of the index"


def scale(answers: int) -> None:
    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    fill([rumour["claim"] for rumour in RUMOURS] + list(claims(answers - len(RUMOURS))))
    print(f"{connection.vendor}, {answers} answers, filled in {time.perf_counter() - started:.0f} s; {_on_disk()}")
    long = [" ".join(text for text in claims(60, seed))[:5_000] for seed in range(100, 150)]
    taken: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)

    def ask(kind: str, text: str) -> list[str]:
        started, worked = time.perf_counter(), time.process_time()
        found = matching.find(text, "vi")
        taken[kind].append(time.perf_counter() - started)
        cpu[kind].append(time.process_time() - worked)
        return [match.entry.claim for match in found]

    ask("warm", "nước máy nhiễm độc")
    for half, name in enumerate(("tuned on", "held out")):
        found = [[(way, rumour["claim"], ask("messages", rumour[way])) for way in WAYS] for rumour in RUMOURS[half::2]]
        every = [one for three in found for one in three]
        first = [claims[:1] == [claim] for _way, claim, claims in every]
        among = [claim in claims for _way, claim, claims in every]
        false = [bool(ask("messages", text)) for text in UNRELATED[half::2]]
        by_way = ", ".join(f"{way} {_share([claim in got for w, claim, got in every if w == way])}" for way in WAYS)
        print(
            f"{name}: recall@1 {_share(first)}, recall@3 {_share(among)} ({by_way}), false {sum(false)} of {len(false)}"
        )
    for text in long:
        ask("texts of 5,000 letters", text)
    for kind, times in taken.items():
        if kind != "warm":
            times.sort()
            print(
                f"{kind:<24} median {statistics.median(times) * 1000:5.1f} ms   "
                f"p99 {times[int(len(times) * 0.99)] * 1000:5.1f} ms   worst {times[-1] * 1000:5.1f} ms   "
                f"of processor median {statistics.median(cpu[kind]) * 1000:5.1f} ms   "
                f"p99 {sorted(cpu[kind])[int(len(times) * 0.99)] * 1000:5.1f} ms   n={len(times)}"
            )
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; this process holds {_resident()} MB")


if __name__ == "__main__":
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    {"compare": compare, "scale": scale}[sys.argv[1]](number)
