"""Texts to be read aloud, for loudspeakers and radio: two lengths each, the same in words and figures for checking."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.materials.base import Content, Field, FileKind, Form, Telling
from campaigns.materials.wording import aloud, domain, filled, numbered, one_line, seconds, sentence
from campaigns.words import CampaignWords
from publishing.text import clip

SHORT_LENGTH, LONG_LENGTH = 1_200, 2_500
TITLE_LENGTH, ANSWER_LENGTH = 120, 300

PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "how_it_works": "Thủ đoạn của kẻ gian.",
        "signs": "Dấu hiệu nhận biết.",
        "do_now": "Việc cần làm ngay.",
        "if_paid": "Nếu đã lỡ chuyển tiền.",
        "report": "Khi nghi ngờ, xin báo {name}, gọi số {phone}.",
        "report_only": "Khi nghi ngờ, xin báo {name}.",
        "more": "Thông tin đầy đủ có tại trang {address}.",
        "short": "BẢN NGẮN (khoảng {seconds} giây)",
        "long": "BẢN ĐẦY ĐỦ (khoảng {seconds} giây)",
        "written": "BẢN VIẾT (để đối chiếu số liệu, không đọc)",
        "office": "Cơ quan ban hành: {office}",
        "url": "Địa chỉ đầy đủ: {url}",
    },
    "en": {
        "how_it_works": "How the scam works.",
        "signs": "How to recognise it.",
        "do_now": "What to do now.",
        "if_paid": "If you have paid already.",
        "report": "If you are in doubt, tell {name}, call {phone}.",
        "report_only": "If you are in doubt, tell {name}.",
        "more": "Read more at {address}.",
        "short": "SHORT VERSION (about {seconds} seconds)",
        "long": "FULL VERSION (about {seconds} seconds)",
        "written": "AS WRITTEN (to check figures, not to be read out)",
        "office": "Issued by: {office}",
        "url": "Full address: {url}",
    },
}


def phrases(language: str) -> dict[str, str]:
    """Vietnamese where there are none: the stations are in Vietnam."""
    return PHRASES["en" if language == "en" else "vi"]


class Script(Form):
    """What loudspeakers and radio have in common. Editors write figures; what is read aloud has them in words."""

    group = _("To be read aloud")
    has_sound = True
    short_seconds: ClassVar[int]
    long_seconds: ClassVar[int]
    file_name: ClassVar[str]
    # Who speaks: greeting, opening with {office} and {title}, thanks with {office}; by language.
    voice: ClassVar[dict[str, dict[str, str]]]
    fields = (
        Field("title", _("Title"), TITLE_LENGTH, 2),
        Field("short", _("Short version"), SHORT_LENGTH, 8, help_text=_("Figures stay figures: they are spelt out.")),
        Field("long", _("Full version"), LONG_LENGTH, 16, help_text=_("Figures stay figures: they are spelt out.")),
    )

    def draft(self, words: CampaignWords) -> Content:
        return {
            "title": clip(one_line(words.title), TITLE_LENGTH),
            "short": self._script(words, self.short_seconds, SHORT_LENGTH, is_long=False),
            "long": self._script(words, self.long_seconds, LONG_LENGTH, is_long=True),
        }

    def _script(self, words: CampaignWords, most_seconds: int, most_letters: int, *, is_long: bool) -> str:
        voice = self.voice["en" if words.language == "en" else "vi"]
        say = phrases(words.language)
        office = one_line(words.office)
        title = clip(one_line(words.title), TITLE_LENGTH).rstrip(".")
        answer = sentence(clip(one_line(words.short_answer), ANSWER_LENGTH))
        opening = voice["opening"].format(office=office, title=title) if office else f"{title}."
        opening = f"{voice['greeting']} {opening} {answer}"
        places = words.report_to[: 2 if is_long else 1]
        report = " ".join(
            say["report" if one.phone else "report_only"].format(
                name=clip(one_line(one.name), 120), phone=one_line(one.phone)
            )
            for one in places
        )
        address = domain(words.url)
        closing = " ".join(
            part
            for part in (
                report,
                say["more"].format(address=address) if address else "",
                voice["thanks"].format(office=office) if office and is_long else "",
            )
            if part
        )

        def whole(kept: dict[str, list[str]]) -> str:
            names = ("how_it_works", "signs", "do_now", "if_paid")
            middle = [f"{say[name]} {numbered(kept[name], words.language)}" for name in names if kept.get(name)]
            gap = "\n\n" if is_long else " "
            return gap.join(part for part in (opening, *middle, closing) if part)

        lists = [("do_now", words.do_now), ("signs", words.signs)]
        if is_long:
            lists += [("if_paid", words.if_paid), ("how_it_works", words.how_it_works)]
        text = filled(
            lists, whole, lambda text: len(text) <= most_letters and seconds(text, words.language) <= most_seconds
        )
        return clip(text, most_letters)

    def counts(self, content: Content, words: CampaignWords) -> list[tuple[str | Promise, str]]:
        said = gettext("about %(seconds)d seconds aloud, at most %(most)d are good")
        return [
            (field.label, said % {"seconds": seconds(content.get(field.name, ""), words.language), "most": most})
            for field, most in zip(self.fields[1:], (self.short_seconds, self.long_seconds), strict=True)
        ]

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        if name != self.file_name:
            raise KeyError(name)
        say = phrases(words.language)
        short, long = (aloud(content[field], words.language) for field in ("short", "long"))
        head = [content["title"]]
        head += [say["office"].format(office=words.office)] if words.office else []
        head += [say["url"].format(url=words.url)] if words.url else []
        parts = ["\n".join(head)]
        for field, text in (("short", short), ("long", long)):
            parts.append(f"{say[field].format(seconds=seconds(content[field], words.language))}\n\n{text}")
        parts.append(f"{say['written']}\n\n{content['long']}")
        return (("\n\n" + "-" * 40 + "\n\n").join(parts) + "\n").encode()

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        return Telling(
            title=content["title"],
            short_answer=clip(one_line(content["short"]), ANSWER_LENGTH),
            body=content["long"],
            spoken=aloud(content["long"], words.language),
        )


class Loudspeaker(Script):
    """For the loudspeakers of communes."""

    key = "loudspeaker"
    label = _("Loudspeaker script")
    order = 310
    is_sent = True
    made_for = frozenset({"loudspeaker"})
    short_seconds, long_seconds = 45, 120
    file_name = "loudspeaker.txt"
    files = (FileKind("loudspeaker.txt", _("Script in two lengths"), "text/plain; charset=utf-8"),)
    voice = {
        "vi": {
            "greeting": "Kính thưa bà con và các bạn.",
            "opening": "{office} xin thông báo. Cảnh báo lừa đảo: {title}.",
            "thanks": "{office} xin cảm ơn bà con đã lắng nghe.",
        },
        "en": {
            "greeting": "Good day to all listeners.",
            "opening": "{office} warns of a scam: {title}.",
            "thanks": "{office} thanks you for listening.",
        },
    }


class Radio(Script):
    """For the province's radio: a spot, and a talk."""

    key = "radio"
    label = _("Radio script")
    order = 320
    short_seconds, long_seconds = 30, 90
    file_name = "radio.txt"
    files = (FileKind("radio.txt", _("Script in two lengths"), "text/plain; charset=utf-8"),)
    voice = {
        "vi": {
            "greeting": "Quý vị và các bạn thân mến!",
            "opening": "Theo {office}: {title}.",
            "thanks": "Chương trình do {office} cung cấp thông tin.",
        },
        "en": {
            "greeting": "Dear listeners!",
            "opening": "A scam warning from {office}: {title}.",
            "thanks": "This information comes from {office}.",
        },
    }
