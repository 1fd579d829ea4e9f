"""Reads Vietnamese as people send it on: without marks, shortened, in figures, in the words of north or south."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from cms.finding.search import fold

# What people write for haste, and what it stands for.
_SHORT = {
    "k": "khong", "ko": "khong", "kh": "khong", "kg": "khong", "hok": "khong",
    "khum": "khong", "kp": "khong phai", "kb": "khong biet", "dc": "duoc", "dk": "duoc", "ng": "nguoi",
    "ngta": "nguoi ta", "mn": "moi nguoi", "mng": "moi nguoi", "ae": "anh em", "vs": "voi", "j": "gi", "z": "vay",
    "v": "vay", "r": "roi", "bik": "biet", "trc": "truoc", "ntn": "nhu the nao", "nc": "nuoc", "ph": "phu huynh",
    "sdt": "so dien thoai", "dt": "dien thoai", "dthoai": "dien thoai", "tk": "tai khoan", "stk": "so tai khoan",
    "ck": "chuyen khoan", "nh": "ngan hang", "mk": "mat khau", "otp": "ma xac thuc", "qr": "ma vach",
    "cccd": "can cuoc cong dan", "cmnd": "chung minh nhan dan", "bhyt": "bao hiem y te", "bhxh": "bao hiem xa hoi",
    "hs": "hoc sinh", "hsinh": "hoc sinh", "sv": "sinh vien", "gv": "giao vien", "bv": "benh vien", "tn": "tin nhan",
    "bvien": "benh vien", "bs": "bac si", "ubnd": "uy ban nhan dan", "csgt": "canh sat giao thong", "vn": "viet nam",
    "pccc": "phong chay chua chay", "htx": "hop tac xa", "kcn": "khu cong nghiep", "nv": "nhan vien",
    "tp": "thanh pho", "tx": "thi xa", "tg": "thoi gian", "gd": "gia dinh", "xm": "xe may", "oto": "o to", "lm": "lam",
    "gplx": "giay phep lai xe", "bds": "bat dong san", "cv": "cong viec", "hnay": "hom nay", "nma": "nhung ma",
    "vde": "van de", "ttin": "thong tin", "fb": "facebook", "thg": "thang", "cty": "cong ty", "qd": "quyet dinh",
    "sk": "suc khoe", "dv": "dich vu", "mxh": "mang xa hoi", "thcs": "trung hoc co so", "thpt": "trung hoc pho thong",
    "vacxin": "vac xin", "vaccine": "vac xin", "app": "ung dung", "link": "duong dan", "tr": "trieu", "vnd": "dong",
    "d": "dong", "t2": "thu hai", "t3": "thu ba", "t4": "thu tu", "t5": "thu nam", "t6": "thu sau", "t7": "thu bay",
}  # fmt: skip
# Behind a figure the same letters are a unit.
_UNITS = {
    "k": "nghin", "n": "nghin", "ng": "nguoi", "tr": "trieu", "d": "dong", "kg": "ky", "h": "gio", "t": "tuoi", "p": "phut",
    "m": "met", "km": "cay so", "m2": "met vuong",
}  # fmt: skip
# The same thing in the south and in the north.
_SAME = {
    "heo": "lon", "chich": "tiem", "hu": "hong", "xai": "dung", "coi": "xem", "rot": "roi", "xiu": "ngat", "cup": "cat",
    "sanh": "sinh", "li": "ly", "mi": "my",
}  # fmt: skip
_FIGURES = "khong mot hai ba bon nam sau bay tam chin".split()
_COUNTS = frozenset([*_FIGURES, "muoi", "chuc", "tram", "may", "lam"])
_MIXED = re.compile(r"(\d+)([a-z][a-z0-9]*)")

# Syllables that hold a sentence together, and those with which anything is sent on: they say little of what it is about.
_LITTLE = frozenset(
    "la va cua cac nhung co khong duoc cho voi khi da dang se bi tu den o trong ngoai tren duoi nay kia do day thi ma"
    " nhu nguoi moi ai gi nao sao the vay roi nua cung chi con lai ra vao vo len xuong di ve theo tai vi nen boi hay"
    " hoac neu tuy rang phai can hien rat qua lam noi biet thay nghe minh ban toi em anh chi ong ba bac chu nha nhe a"
    " oi nhi ah uh ok xin vui long giup tin thong bao khan cap gap nong hot canh chia se share gui nhan doc ngay luon"
    " het ca nhat that su thuc te dung sai ho ta tung cai chiec viec nguon chuyen tiep luu y tat tu de cu vua sap tuc"
    " hom qua truoc sau dum dua may chung".split()
)
# Where and when, how much, and who in office: many texts share them that tell different things.
_LESS = frozenset(
    "mot hai ba bon nam sau bay tam chin muoi tram nghin trieu ty dong lan gio phut thang tuan sang trua chieu toi dem"
    " mai thu xa phuong huyen tinh thon ban ap khu pho to thi tran truong cho benh vien tram y te uy nhan dan cong an"
    " trung tam hoc sinh tieu so vien can bo trang hop tac chinh quyen ubnd ky tuoi phan".split()
)


def _in_words(figure: str) -> str:
    """A figure as it is read, up to nine hundred and ninety-nine; longer ones as they are."""
    number = int(figure)
    if number > 999:
        return figure
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = [f"{_FIGURES[hundreds]} tram"] if hundreds else []
    if tens:
        said.append("muoi" if tens == 1 else f"{_FIGURES[tens]} muoi")
    if ones or not said:
        said.append(_FIGURES[ones])
    return " ".join(said)


def _spelt_out(piece: str, before: str) -> tuple[str, ...]:
    if piece == "ngan" and (before.isdigit() or before in _COUNTS):
        return ("nghin",)
    if piece.isalpha() and not before.isdigit():
        return tuple(_SHORT[piece].split()) if piece in _SHORT else (_SAME.get(piece, piece),)
    if piece.isdigit():
        # A group of three zeros behind a figure is a thousand: "500.000".
        return ("nghin",) if piece == "000" and before.isdigit() else tuple(_in_words(piece).split())
    if before.isdigit() and piece in _UNITS:
        return tuple(_UNITS[piece].split())
    if both := _MIXED.fullmatch(piece):
        unit = _UNITS.get(both[2]) or _SHORT.get(both[2])
        if unit:
            return (*_in_words(both[1]).split(), *unit.split())
        if both[2] == "tr5":
            return (*_in_words(both[1]).split(), "trieu", "ruoi")
    return tuple(_SAME.get(name, name) for name in _SHORT.get(piece, piece).split())


@dataclass(slots=True)
class Word:
    """One syllable of a text as it is compared, and where in the text it was read."""

    name: str
    start: int
    end: int
    is_name: bool


def _pieces(chunk: str) -> list[str]:
    return fold(chunk.replace("%", " phan tram ")).split()


# Of our own answers only: of what a reader pastes not a word is kept.
_pieces_of_answers = lru_cache(maxsize=16_384)(_pieces)


def words_of(text: str, is_answer: bool = False) -> Iterator[Word]:
    """The syllables of a text as it would be read aloud."""
    pieces_of = _pieces_of_answers if is_answer else _pieces
    before = ""
    is_first = True
    chunks = list(re.finditer(r"\S+", text))
    for chunk, following in zip(chunks, [*chunks[1:], None], strict=False):
        is_large = chunk[0][0].isupper()
        # At the beginning of a sentence a capital says nothing, unless the next word has one too.
        is_name = is_large and (not is_first or (following is not None and following[0][0].isupper()))
        for piece in pieces_of(chunk[0]):
            for name in _spelt_out(piece, before):
                yield Word(name, chunk.start(), chunk.end(), is_name)
            before = piece
        is_first = chunk[0][-1] in ".!?:"


def weight_of(name: str) -> float:
    """How much a syllable says of what a text is about."""
    if name in _LITTLE:
        return 0.2
    return 0.5 if name in _LESS or name.isdigit() else 1.0


class Reading:
    """A text read once. What is compared is made when it is first asked for."""

    def __init__(self, text: str, is_answer: bool = False) -> None:
        self.words = list(words_of(text, is_answer))

    @cached_property
    def weights(self) -> dict[str, float]:
        """{syllable: how much it says}. A name says where or who, which other texts share."""
        weights: dict[str, float] = {}
        for word in self.words:
            own = weight_of(word.name)
            weights[word.name] = max(weights.get(word.name, 0), min(own, 0.5) if word.is_name else own)
        return weights

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Neighbouring syllables that say something."""
        near = ((first.name, second.name) for first, second in pairwise(self.words))
        return frozenset(f"{one} {two}" for one, two in near if weight_of(one) + weight_of(two) > 0.5)

    @cached_property
    def grams(self) -> frozenset[str]:
        """Runs of four letters, which outlive a slip of the pen."""
        line = f" {' '.join(word.name for word in self.words)} "
        return frozenset(line[at : at + 4] for at in range(len(line) - 3))
