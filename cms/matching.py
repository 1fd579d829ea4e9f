"""Has this message been answered? Finds the live answers to a text as people send it on. Works offline, stores nothing.

Two steps: the postings (``cms/postings.py``) name the answers that share the text's rarest pairs of syllables, and
``likeness`` compares the text with what each of them answers. docs/matching.md says what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from cms.incidents import Appearance
from cms.links import links_in, same_address, without_links
from cms.pages.rebuttal import AnsweredIncident
from cms.postings import entries_like, entries_with_any
from cms.search import SearchEntry, fold

# What people write for haste, without marks, and what it stands for.
_SHORT = {
    "k": "khong", "ko": "khong", "kh": "khong", "kg": "khong", "hok": "khong", "hong": "khong", "khum": "khong",
    "hem": "khong", "kp": "khong phai", "kb": "khong biet", "dc": "duoc", "dk": "duoc", "đc": "duoc", "ng": "nguoi",
    "ngta": "nguoi ta", "mn": "moi nguoi", "mng": "moi nguoi", "ae": "anh em", "bn": "ban", "vs": "voi", "j": "gi",
    "z": "vay", "v": "vay", "r": "roi", "bik": "biet", "bit": "biet", "trc": "truoc", "ntn": "nhu the nao",
    "nc": "nuoc", "nuoc may": "nuoc may", "sdt": "so dien thoai", "dt": "dien thoai", "dthoai": "dien thoai",
    "tk": "tai khoan", "stk": "so tai khoan", "ck": "chuyen khoan", "nh": "ngan hang", "mk": "mat khau",
    "cccd": "can cuoc cong dan", "cmnd": "chung minh nhan dan", "bhyt": "bao hiem y te", "bhxh": "bao hiem xa hoi",
    "hs": "hoc sinh", "hsinh": "hoc sinh", "sv": "sinh vien", "gv": "giao vien", "ph": "phu huynh", "bv": "benh vien",
    "bvien": "benh vien", "bs": "bac si", "ubnd": "uy ban nhan dan", "csgt": "canh sat giao thong", "vn": "viet nam",
    "tp": "thanh pho", "tx": "thi xa", "tg": "thoi gian", "gd": "gia dinh", "xm": "xe may", "oto": "o to",
    "gplx": "giay phep lai xe", "bds": "bat dong san", "lm": "lam", "cv": "cong viec", "nv": "nhan vien",
    "hnay": "hom nay", "nma": "nhung ma", "tphcm": "thanh pho ho chi minh", "vde": "van de", "ttin": "thong tin",
    "fb": "facebook", "thg": "thang", "cty": "cong ty", "hdong": "hoat dong", "qd": "quyet dinh", "tn": "tin nhan",
    "lx": "lai xe", "sk": "suc khoe", "dv": "dich vu", "dvc": "dich vu cong", "bt": "bi thu", "ls": "lai suat",
    "thcs": "trung hoc co so", "thpt": "trung hoc pho thong", "tieuhoc": "tieu hoc", "vacxin": "vac xin",
    "vaccine": "vac xin", "cvid": "covid", "thuc te": "thuc te", "tr": "trieu", "ty": "ty", "vnd": "dong", "d": "dong",
}  # fmt: skip
_UNITS = {
    "k": "nghin",
    "n": "nghin",
    "ng": "nghin",
    "ngan": "nghin",
    "tr": "trieu",
    "d": "dong",
    "kg": "ky",
    "h": "gio",
}
_NUMBER_AND_UNIT = re.compile(r"(\d+)([a-z]+)")

# Syllables that hold a sentence together, and those with which anything is sent on: they say little of what it is about.
_LITTLE = frozenset(
    "la va cua cac nhung co khong duoc cho voi khi da dang se bi tu den o trong ngoai tren duoi nay kia do day thi ma"
    " nhu mot hai nguoi moi ai gi nao sao the vay roi nua cung chi con lai ra vao len xuong di ve theo tai vi nen do"
    " boi hay hoac neu tuy rang phai can hien moi rat qua lam noi biet thay nghe minh ban toi em anh chi ong ba bac"
    " chu co nha nhe a oi nhi ah uh ok xin vui long giup tin thong bao khan cap gap nong hot canh chia se share gui"
    " nhan doc ngay luon het ca nhat that su thuc te dung sai ho ta tung cai con chiec viec nguon chuyen tiep luu y"
    " tat tu day de ma cu bang vua sap tuc hom qua truoc sau gio phut lan nghin trieu dong ngan tui may tao bay".split()
)


@dataclass(frozen=True)
class Word:
    """One syllable of a text, normalised, and where in the text it was read."""

    name: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _spelt_out(piece: str, before: str) -> tuple[str, ...]:
    if before.isdigit() and piece in _UNITS:
        return (_UNITS[piece],)
    if both := _NUMBER_AND_UNIT.fullmatch(piece):
        return (both[1], _UNITS.get(both[2], both[2]))
    return tuple(_SHORT.get(piece, piece).split())


def words_of(text: str) -> list[Word]:
    """The syllables of a text as it would be read aloud: folded, abbreviations spelt out."""
    found: list[Word] = []
    before = ""
    for chunk in re.finditer(r"\S+", text):
        for piece in fold(chunk[0]).split():
            names = _spelt_out(piece, before)
            found += [Word(name, chunk.start(), chunk.end()) for name in names]
            before = piece
    return found


def weight_of(name: str) -> float:
    """How much a syllable says of what a text is about."""
    if name in _LITTLE:
        return 0.2
    return 0.5 if name.isdigit() else 1.0


@dataclass(frozen=True)
class Reading:
    """A text read once: its syllables, and the features that are compared, each with its weight."""

    words: tuple[Word, ...]
    weights: dict[str, float] = field(hash=False)

    @classmethod
    def of(cls, text: str) -> Reading:
        words = tuple(words_of(text))
        weights = {word.name: weight_of(word.name) for word in words}
        for first, second in pairwise(words):
            pair = f"{first.name} {second.name}"
            weights[pair] = weight_of(first.name) + weight_of(second.name)
        return cls(words, weights)

    @property
    def pairs(self) -> Iterable[str]:
        """Neighbouring syllables, each pair once, that say something."""
        return (name for name, weight in self.weights.items() if " " in name and weight > 0.5)

    @property
    def total(self) -> float:
        return sum(self.weights.values())


def likeness(text: Reading, answered: Reading) -> float:
    """0 to 1: how sure it is that ``text`` tells what ``answered`` tells."""
    shared = sum(weight for name, weight in text.weights.items() if name in answered.weights)
    if not shared:
        return 0.0
    told, kept = shared / answered.total, shared / text.total
    return max(told, kept * min(1.0, shared / 12), 2 * told * kept / (told + kept))


SURE_ENOUGH = 0.5


@dataclass(frozen=True)
class Match:
    """An answer to a text. ``words`` are the reader's own that led to it; ``is_link`` when an address did."""

    entry: SearchEntry
    score: float
    words: tuple[str, ...] = ()
    is_link: bool = False


def texts_of(entry: SearchEntry) -> list[str]:
    """What an entry answers, each as a text of its own: its title, its claim, and the claims as they spread.

    The register's claims are never shown: they were approved by nobody.
    """
    spread = AnsweredIncident.objects.filter(page=entry.page_id).values_list("incident__claim", flat=True)
    return list(dict.fromkeys(filter(None, [entry.title, entry.claim, *spread])))


def terms_of(entry: SearchEntry) -> set[str]:
    """What leads to an entry: the pairs of syllables of its texts, and the addresses where its claims were seen."""
    terms = {pair for text in texts_of(entry) for pair in Reading.of(text).pairs}
    seen = Appearance.objects.filter(incident__answers__page=entry.page_id).exclude(url="")
    return terms | {f"url {same_address(url)}" for url in seen.values_list("url", flat=True) if same_address(url)}


def find(text: str, language: str, most: int = 3) -> list[Match]:
    """The live answers to ``text`` for a reader of ``language``, surest first. Retracted ones are among them, marked."""
    addresses = [f"url {same}" for link in links_in(text) if (same := same_address(link))]
    linked = SearchEntry.objects.for_language(language).in_bulk(entries_with_any(addresses)) if addresses else {}
    matches = [Match(entry, 1.0, is_link=True) for entry in linked.values()]
    read = Reading.of(without_links(text))
    entries = SearchEntry.objects.for_language(language).in_bulk(entries_like(read.pairs))
    told: dict[int, list[str]] = {
        pk: [text for text in (entry.title, entry.claim) if text] for pk, entry in entries.items()
    }
    spread = AnsweredIncident.objects.filter(page__in=entries).values_list("page_id", "incident__claim")
    for pk, claim in spread:
        told[pk].append(claim)
    for pk, texts in told.items():
        readings = [Reading.of(each) for each in dict.fromkeys(texts)]
        score, best = max(((likeness(read, each), each) for each in readings), key=lambda pair: pair[0])
        if score >= SURE_ENOUGH and pk not in linked:
            matches.append(Match(entries[pk], score, tuple(shared_words(text, read, best))))
    matches.sort(key=lambda match: (match.entry.is_retracted, -match.score, -match.entry.page_id))
    return matches[:most]


def shared_words(text: str, read: Reading, answered: Reading, most: int = 3) -> list[str]:
    """The runs of the reader's own words that both have, those that say most first, as they stand in ``text``."""
    runs: list[tuple[float, int, int]] = []
    start = end = -1
    weight = 0.0
    for word in read.words:
        if word.name in answered.weights:
            start, end = (word.start if start < 0 else start), word.end
            weight += weight_of(word.name)
        elif start >= 0:
            runs.append((weight, start, end))
            start, weight = -1, 0.0
    if start >= 0:
        runs.append((weight, start, end))
    best = sorted(runs, key=lambda run: (-run[0], run[1]))[:most]
    said = [" ".join(text[start:end].split()).strip(" .,;:!?\"'“”()") for weight, start, end in best if weight >= 1]
    return list(dict.fromkeys(filter(None, said)))
