"""Text as a person says it: numbers, dates, times, telephone numbers and web addresses in words. Pure functions.

For Vietnamese. What stands beside a figure decides how it is read: 113 after "gọi" is a telephone number, 30/4 after
"ngày" a date, 1/2 elsewhere a fraction. In Vietnamese a dot groups thousands and a comma begins the decimals. What is
none of these (codes of letters and figures, figures too long to be a number) is read figure by figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LONGEST = 15  # figures of a number; a longer one is a code

_UNITS = {
    "km/h": "ki-lô-mét một giờ",
    "km²": "ki-lô-mét vuông",
    "km2": "ki-lô-mét vuông",
    "m²": "mét vuông",
    "m2": "mét vuông",
    "m³": "mét khối",
    "m3": "mét khối",
    "km": "ki-lô-mét",
    "cm": "xăng-ti-mét",
    "mm": "mi-li-mét",
    "kg": "ki-lô-gam",
    "mg": "mi-li-gam",
    "ml": "mi-li-lít",
    "ha": "héc-ta",
    "°C": "độ C",
    "VNĐ": "đồng",
    "VND": "đồng",
    "USD": "đô la Mỹ",
    "đ": "đồng",
    "m": "mét",
    "g": "gam",
    "%": "phần trăm",
    "‰": "phần nghìn",
}

# Words --------------------------------------------------------------------------------------------------------


def number(value: int) -> str:
    """A whole number in words: 21 hai mươi mốt, 105 một trăm linh năm, 1005 một nghìn không trăm linh năm."""
    if value < 0:
        return f"âm {number(-value)}"
    if value == 0:
        return DIGITS[0]
    if value >= 10**_LONGEST:
        return digits(str(value))
    billions, rest = divmod(value, 10**9)
    parts = [f"{number(billions)} tỷ"] if billions else []
    for size, name in ((10**6, " triệu"), (10**3, " nghìn"), (1, "")):
        group, rest = divmod(rest, size)
        if group:
            parts.append(_below_1000(group, is_first=not parts) + name)
    return " ".join(parts)


def _below_1000(value: int, *, is_first: bool) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds and is_first:
        return _below_100(rest)
    words = f"{DIGITS[hundreds]} trăm"
    if not rest:
        return words
    return f"{words} {_below_100(rest)}" if rest >= 10 else f"{words} linh {DIGITS[rest]}"


def _below_100(value: int) -> str:
    tens, ones = divmod(value, 10)
    if not tens:
        return DIGITS[ones]
    words = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    last = {0: "", 1: "một" if tens == 1 else "mốt", 4: "bốn" if tens == 1 else "tư", 5: "lăm"}.get(ones, DIGITS[ones])
    return f"{words} {last}".strip()


def digits(text: str) -> str:
    """Figure by figure."""
    return " ".join(DIGITS[int(letter)] for letter in text)


def decimals(text: str) -> str:
    """What stands after the comma: 5 năm, 25 hai mươi lăm, 05 không năm; more than two figures one by one."""
    if len(text) <= 2 and not text.startswith("0"):
        return number(int(text))
    return digits(text)


def amount(text: str) -> str:
    """A number as written, with dots between thousands and perhaps a comma: 1.234,5."""
    whole, _comma, rest = text.partition(",")
    bare = whole.replace(".", "")
    is_code = len(bare) > _LONGEST or (len(bare) > 1 and bare.startswith("0"))
    words = digits(bare) if is_code else number(int(bare))
    return f"{words} phẩy {decimals(rest)}" if rest else words


def telephone(text: str) -> str:
    """Figure by figure, with a pause where it is written in groups."""
    plus = "cộng " if text.lstrip("( ").startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", text))


def date(day: int, month: int, year: int | None = None) -> str:
    """Without the word "ngày": mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu."""
    words = f"{'mùng ' if day <= 10 else ''}{number(day)} {month_name(month)}"
    return f"{words} năm {number(year)}" if year is not None else words


def month_name(month: int) -> str:
    """tháng một … tháng tư … tháng mười hai."""
    return f"tháng {'tư' if month == 4 else number(month)}"


def clock(hour: int, minute: int | None) -> str:
    """tám giờ, tám giờ ba mươi phút."""
    return f"{number(hour)} giờ" + (f" {number(minute)} phút" if minute else "")


def address(text: str) -> str:
    """A web or mail address as one says it: the domain and at most a short path; the full one is to be printed."""
    bare = re.sub(r"^[a-z]+://", "", text, flags=re.IGNORECASE).removeprefix("www.")
    bare = re.split(r"[?#]", bare)[0].rstrip("/")
    host, slash, path = bare.partition("/")
    return _letters(host) + (f" gạch chéo {_letters(path)}" if slash and re.fullmatch(r"[\w.-]{1,20}", path) else "")


_SIGNS = {".": " chấm ", "@": " a còng ", "-": " gạch ngang ", "_": " gạch dưới ", "/": " gạch chéo "}


def _letters(text: str) -> str:
    words = re.sub(r"[.@_/-]", lambda found: _SIGNS[found[0]], text)
    return " ".join(re.sub(r"\d+", lambda found: f" {digits(found[0])} ", words).split())


# Text ---------------------------------------------------------------------------------------------------------

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?"
_END = r"(?![\w])"
_TLD = r"(?:vn|com|net|org|info|gov|edu|example|test|asia|biz|io|me|tv)"


def _date_found(found: re.Match[str]) -> str:
    day, month, year = (int(part) if part else None for part in found.group("day", "month", "year"))
    assert day is not None and month is not None
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return found[0]
    before = found["before"] or ""
    said = date(day, month, year)
    if "mùng" in before.lower():  # it is in the date already
        return re.sub(r"mùng\s+", "", before, flags=re.IGNORECASE) + (said if day <= 10 else f"mùng {said}")
    return (before or ("ngày " if year is not None else "")) + said


def _days_found(found: re.Match[str]) -> str:
    first, last, month = int(found["first"]), int(found["last"]), int(found["month"])
    if not (1 <= first < last <= 31 and 1 <= month <= 12):
        return found[0]
    year = int(found["year"]) if found["year"] else None
    return f"{'mùng ' if first <= 10 else ''}{number(first)} đến {date(last, month, year)}"


def _clock_found(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), found["minute"]
    if hour > 24 or (minute and int(minute) > 59):
        return found[0]
    return clock(hour, int(minute) if minute else None)


def _range_found(found: re.Match[str]) -> str:
    unit = f" {_UNITS[found['unit']]}" if found["unit"] else ""
    return f"{amount(found['from'])} đến {amount(found['to'])}{unit}"


def _day_found(found: re.Match[str]) -> str:
    day, month = int(found["day"]), int(found["month"])
    return f"ngày {date(day, month)}" if 1 <= day <= 31 and 1 <= month <= 12 else found[0]


def _dotted_found(found: re.Match[str]) -> str:
    """Figures that are joined by signs and yet no number, date or time: 192.168.1.1, 45/13/2026."""
    if re.fullmatch(_NUMBER, found[0]):
        return found[0]
    signs = {".": "chấm", ",": "phẩy", "/": "gạch chéo", ":": ","}
    parts = re.split(r"([.,/:])", found[0])
    return " ".join(signs.get(part) or digits(part) for part in parts).replace(" ,", ",")


def _fraction_found(found: re.Match[str]) -> str:
    top, below = int(found["top"]), int(found["below"])
    if below < top <= 31 and 1 <= below <= 12:  # nobody writes 21/11 for a share
        return date(top, below)
    return f"{amount(found['top'])} phần {'tư' if found['below'] == '4' else amount(found['below'])}"


def _document_found(found: re.Match[str]) -> str:
    parts = re.split(r"([/-])", found[0])
    return " ".join(
        {"/": "gạch chéo", "-": "gạch ngang"}.get(part) or (number(int(part)) if part.isdecimal() else part)
        for part in parts
        if part
    )


def _unit_found(found: re.Match[str]) -> str:
    return f"{found['amount']} {_UNITS[found['unit']]}"


def _code_found(found: re.Match[str]) -> str:
    return " ".join(re.sub(r"\d", lambda one: f" {DIGITS[int(one[0])]} ", found[0]).split())


_units = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    # Addresses first: the rest would read their dots and figures.
    (re.compile(r"(?:https?://|www\.)[^\s<>\"”’)]*[^\s<>\"”’).,;:!?]", re.IGNORECASE), lambda found: address(found[0])),
    (
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII),
        lambda found: address(found[0]),
    ),
    (
        re.compile(
            rf"(?<![\w.-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}{_TLD}\b(?:/[\w.-]*\w)?(?!\.?\w)", re.IGNORECASE | re.ASCII
        ),
        lambda found: address(found[0]),
    ),
    (
        re.compile(
            r"(?<![\w/.,-])(?P<first>\d{1,2})\s?[-–]\s?(?P<last>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?(?![\w/-])"
        ),
        _days_found,
    ),
    # Dates: 20/11/2026, 20-11-2026, 2026-11-20, tháng 11/2026, ngày 30/4.
    (
        re.compile(rf"(?<![\w/-])(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?P<before>){_END}"),
        _date_found,
    ),
    (
        re.compile(
            r"(?P<before>\b(?:ngày|hôm|sáng|trưa|chiều|tối|đêm)(?:\s+mùng)?\s+|\bmùng\s+)?(?<![\w/.,-])"
            r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})(?![\w/-])",
            re.IGNORECASE,
        ),
        _date_found,
    ),
    (
        re.compile(
            r"(?P<before>\b(?:ngày|hôm|sáng|trưa|chiều|tối|đêm)(?:\s+mùng)?\s+|\bmùng\s+)(?P<day>\d{1,2})/(?P<month>\d{1,2})(?P<year>)(?![\w/])",
            re.IGNORECASE,
        ),
        _date_found,
    ),
    (re.compile(r"\bngày\s+(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})(?![\w/])"), _day_found),
    (
        re.compile(r"\btháng\s+(?P<month>0?[1-9]|1[0-2])/(?P<year>\d{4})(?![\w/])", re.IGNORECASE),
        lambda found: f"{month_name(int(found['month']))} năm {number(int(found['year']))}",
    ),
    (
        re.compile(r"\btháng\s+(?P<month>0?[1-9]|1[0-2])(?![\w/]|[.,]\d)", re.IGNORECASE),
        lambda found: month_name(int(found["month"])),
    ),
    # Numbers of decrees: 15/2020/NĐ-CP, 12/QĐ-UBND.
    (re.compile(r"(?<![\w/])\d+(?:/\d{4})?/[A-ZĐ][A-ZĐ0-9]*(?:-[A-ZĐ]+)*\b"), _document_found),
    # Telephone numbers.
    (re.compile(r"(?<!\w)\+84[ .-]?\d{1,3}(?:[ .-]?\d{3,4}){2}(?!\d)"), lambda found: telephone(found[0])),
    (re.compile(r"(?<![\w.,])\(0\d{1,3}\)\s?\d{1,4}(?:[ .-]?\d{3,4}){1,2}(?!\d)"), lambda found: telephone(found[0])),
    (
        re.compile(r"(?<![\w.,])0\d{1,3}(?:[ .-]?\d{3,4}){2}(?!\d)|(?<![\w.,])0\d{8,10}(?!\d)"),
        lambda found: telephone(found[0]),
    ),
    (re.compile(r"(?<![\w.,])1[89]00[ .-]?\d{2,4}(?:[ .-]?\d{2,3})?(?![\d.,]*\d)"), lambda found: telephone(found[0])),
    (
        re.compile(
            r"\b(?P<word>(?:gọi|gọi số|gọi đến|số máy|điện thoại|đường dây nóng|tổng đài|hotline)(?:\s+số)?:?\s+)(?P<number>\d{3,6})(?![\w/%])",
            re.IGNORECASE,
        ),
        lambda found: found["word"] + telephone(found["number"]),
    ),
    # Times: 08:30, 8h30, 8h, 8 giờ 30 is read as it is.
    (re.compile(rf"(?<![\w:.,/])(?P<hour>\d{{1,2}})(?::|h)(?P<minute>\d{{2}})(?!:\d){_END}"), _clock_found),
    (re.compile(rf"(?<![\w:.,/])(?P<hour>\d{{1,2}})h(?P<minute>){_END}"), _clock_found),
    # A score is no range, and "Covid-19" no subtraction.
    (
        re.compile(r"\b(?P<word>t[ỷỉ] số\s+)(?P<one>\d{1,3})\s?[-–]\s?(?P<two>\d{1,3})(?![\w.,]*\d)", re.IGNORECASE),
        lambda found: f"{found['word']}{amount(found['one'])} {amount(found['two'])}",
    ),
    (re.compile(r"(?<=[^\W\d])-(?=\d)"), lambda found: " "),
    # Ranges and fractions, then units, which leave the number to the last rule.
    (
        re.compile(
            rf"(?<![\w.,/-])(?P<from>{_NUMBER})\s?[-–]\s?(?P<to>{_NUMBER})(?:\s?(?P<unit>{_units}))?(?![\w/-]|[.,]\d)"
        ),
        _range_found,
    ),
    (re.compile(r"(?<![\w.,/])(?P<top>\d{1,3})/(?P<below>\d{1,3})(?![\w/]|[.,]\d)"), _fraction_found),
    (re.compile(rf"(?<![\w.,])(?P<amount>{_NUMBER})\s?(?P<unit>{_units})(?!\w)"), _unit_found),
    # Figures joined by signs that are no number.
    (re.compile(r"(?<![\w.,/:])\d+(?:[.,/:]\d+)+(?!\w)"), _dotted_found),
    # Negative numbers, plain numbers, and what is neither.
    (re.compile(rf"(?<![\w)])[-−](?P<amount>{_NUMBER})(?![\w]|[.,]\d)"), lambda found: f"âm {amount(found['amount'])}"),
    (re.compile(rf"(?<![\w.,])(?:{_NUMBER})(?!\w|[.,]\d)"), lambda found: amount(found[0])),
    (re.compile(r"\b\w*\d\w*\b"), _code_found),
]


def spoken(text: str) -> str:
    """``text`` with every figure and address in words; there is no figure left in it. Paragraphs stay."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\d", lambda one: str(unicodedata.digit(one[0])), text)  # figures of other scripts too
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text
