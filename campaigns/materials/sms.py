"""Text messages: short and long, with and without accents, with the number of messages each is charged as.

A message in the letters of GSM 03.38 holds 160 of them, parts of a longer one 153 each; with any other letter, which is
what Vietnamese accents are, 70 and 67. The signs ^{}\\[~]|€ count twice among the letters of GSM.
"""

from __future__ import annotations

import unicodedata

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.materials.base import Content, Field, FileKind, Form
from campaigns.materials.wording import domain, one_line, sentence
from campaigns.words import CampaignWords
from publishing.channels.loudspeaker_script import sentences
from publishing.text import clip

SHORT, LONG = 160, 306  # as much as one message holds, and two, in the letters of GSM

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")
# What typography has and GSM has not, in the letters of a keyboard.
_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "đ": "d", "Đ": "D"})


def unaccented(text: str) -> str:
    """Vietnamese without marks, in letters of GSM: "Đừng chuyển tiền" becomes "Dung chuyen tien"."""
    split = unicodedata.normalize("NFD", text.translate(_PLAIN))
    bare = unicodedata.normalize("NFC", "".join(sign for sign in split if unicodedata.category(sign) != "Mn"))
    return "".join(sign if sign in _GSM or sign in _TWICE else "?" for sign in bare.replace("\u00a0", " "))


def units(text: str) -> tuple[int, bool]:
    """(length as it is charged, whether all letters are of GSM)"""
    if all(letter in _GSM or letter in _TWICE for letter in text):
        return sum(2 if letter in _TWICE else 1 for letter in text), True
    return len(text.encode("utf-16-be")) // 2, False


def messages(text: str) -> int:
    """As how many messages ``text`` goes out. A sign of two units is not parted, so a part may hold one unit less."""
    length, is_gsm = units(text)
    if length <= (160 if is_gsm else 70):
        return 1
    room = 153 if is_gsm else 67
    parts, left = 1, room
    for letter in text:
        size = 2 if (letter in _TWICE if is_gsm else ord(letter) > 0xFFFF) else 1
        if size > left:
            parts, left = parts + 1, room
        left -= size
    return parts


def told(text: str) -> str:
    """The count in words, for editors."""
    length, is_gsm = units(text)
    count = messages(text)
    said = ngettext("%(count)d message", "%(count)d messages", count) % {"count": count}
    kind = gettext("without accents") if is_gsm else gettext("with accents")
    return gettext("%(messages)s (%(length)d characters, %(kind)s)") % {
        "messages": said,
        "length": length,
        "kind": kind,
    }


PHRASES = {
    "vi": {"head": "CẢNH BÁO: ", "call": " Gọi {phone}.", "more": " Xem {address}"},
    "en": {"head": "WARNING: ", "call": " Call {phone}.", "more": " See {address}"},
}


class Sms(Form):
    """The text messages an office has sent, or pastes into its provider's page."""

    key = "sms"
    label = _("SMS")
    group = _("Messages")
    order = 210
    fields = (
        Field("plain_short", _("Short, without accents"), SHORT, 4, help_text=_("One message on every phone.")),
        Field("accented_short", _("Short, with accents"), SHORT, 4, help_text=_("Accents make it several messages.")),
        Field("plain_long", _("Long, without accents"), LONG, 7, help_text=_("Two messages.")),
        Field("accented_long", _("Long, with accents"), LONG, 7),
    )
    files = (FileKind("sms.txt", _("Text messages"), "text/plain; charset=utf-8"),)

    def draft(self, words: CampaignWords) -> Content:
        return {
            "plain_short": unaccented(_within(words, SHORT, is_plain=True)),
            "accented_short": _within(words, SHORT),
            "plain_long": unaccented(_within(words, LONG, is_plain=True)),
            "accented_long": _within(words, LONG),
        }

    def faults(self, content: Content, words: CampaignWords) -> list[str]:
        found = []
        for name, most in (("plain_short", 1), ("plain_long", 2)):
            field = next(field for field in self.fields if field.name == name)
            text = content.get(name, "")
            if not units(text)[1]:
                others = sorted({letter for letter in text if letter not in _GSM and letter not in _TWICE})
                said = gettext("“%(field)s” has letters that make every message short: %(letters)s")
                found.append(said % {"field": field.label, "letters": " ".join(others[:10])})
            elif messages(text) > most:
                said = gettext("“%(field)s” is %(told)s.")
                found.append(said % {"field": field.label, "told": told(text)})
        for field in self.fields:
            text = content.get(field.name, "")
            if (address := domain(words.url)) and address not in text:
                said = gettext("“%(field)s” does not say where to read more: %(address)s")
                found.append(said % {"field": field.label, "address": address})
        return found

    def counts(self, content: Content, words: CampaignWords) -> list[tuple[str | Promise, str]]:
        return [(field.label, told(content.get(field.name, ""))) for field in self.fields]

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        if name != "sms.txt":
            raise KeyError(name)
        with translation.override(words.language):
            parts = [f"{field.label} – {told(content[field.name])}\n\n{content[field.name]}" for field in self.fields]
        return ("\n\n----\n\n".join(parts) + "\n").encode()


def _within(words: CampaignWords, room: int, *, is_plain: bool = False) -> str:
    """The warning, what to do and where to report, as much as there is room for, and always the address."""
    say = PHRASES["vi" if words.language != "en" else "en"]

    def length(text: str) -> int:
        return units(unaccented(text))[0] if is_plain else len(text)

    address = domain(words.url)
    end = say["more"].format(address=address) if address and len(address) < room // 2 else ""
    first, *more = sentences(one_line(words.short_answer)) or [""]
    start = sentence(say["head"] + first)
    while length(start + end) > room:
        start = clip(start, len(start) - max(1, length(start + end) - room))
    for each in more:
        if length(f"{start} {sentence(each)}{end}") > room:
            break
        start = f"{start} {sentence(each)}"
    phones = [one.phone for one in words.report_to if one.phone]
    call = say["call"].format(phone=phones[0]) if phones else ""
    if length(start + call + end) > room:
        call = ""
    kept = start
    for point in words.do_now:
        if length(f"{kept} {sentence(point)}{call}{end}") > room:
            break
        kept = f"{kept} {sentence(point)}"
    return kept + call + end
