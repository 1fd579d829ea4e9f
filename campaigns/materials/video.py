"""A storyboard for a short film: scenes with picture, spoken text and seconds, and the subtitles that go with it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from html import escape

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.lines import lines
from campaigns.materials.base import Content, Field, FileKind, Form
from campaigns.materials.wording import aloud, domain, one_line, sentence
from campaigns.words import CampaignWords
from publishing.text import SYLLABLES_A_MINUTE, cell_text, clip

MOST_SCENES = 10
SCENE_LENGTH, PICTURE_LENGTH = 300, 160
LINE_LENGTH, MOST_LINES = 42, 2  # of a subtitle

PHRASES = {
    "vi": {
        "title": ("{title}", "Tên chiến dịch trên nền trơn, tên cơ quan ở góc dưới"),
        "answer": ("{text}", "Người dẫn nói thẳng với người xem"),
        "how_it_works": ("{text}", "Diễn lại cảnh bị tiếp cận, số và tên đều bịa ra"),
        "signs": ("{text}", "Dấu hiệu hiện thành chữ lớn trên màn hình"),
        "do_now": ("{text}", "Người được gọi làm đúng việc này"),
        "if_paid": ("Nếu đã chuyển tiền: {text}", "Người bị hại gọi điện cho ngân hàng"),
        "end": (
            "Thông tin đầy đủ có tại trang {address}.",
            "Địa chỉ và số điện thoại báo tin, giữ nguyên trong 3 giây",
        ),
        "head": ("Cảnh", "Hình", "Lời", "Giây"),
    },
    "en": {
        "title": ("{title}", "Title on a plain ground, name of the office below"),
        "answer": ("{text}", "The presenter speaks to the viewer"),
        "how_it_works": ("{text}", "The approach is acted; names and numbers are invented"),
        "signs": ("{text}", "The sign in large letters"),
        "do_now": ("{text}", "The person called does just that"),
        "if_paid": ("If you have paid: {text}", "The victim calls the bank"),
        "end": ("Read more at {address}.", "Address and number for reports, held for 3 seconds"),
        "head": ("Scene", "Picture", "Spoken", "Seconds"),
    },
}


@dataclass(frozen=True)
class Scene:
    """``milliseconds`` as long as its text is spoken."""

    picture: str
    text: str
    milliseconds: int


@dataclass(frozen=True)
class Cue:
    """One subtitle, with its time in milliseconds from the start."""

    start: int
    end: int
    lines: tuple[str, ...]


def speaking(text: str, language: str) -> int:
    """Milliseconds that ``text`` takes to say, at least a second."""
    return max(1000, len(aloud(text, language).split()) * 60_000 // SYLLABLES_A_MINUTE)


def scenes(content: Content, words: CampaignWords) -> list[Scene]:
    pictures, texts = lines(content.get("pictures", "")), lines(content.get("spoken", ""))
    padded = [*pictures, *[""] * len(texts)]
    return [Scene(picture, text, speaking(text, words.language)) for picture, text in zip(padded, texts, strict=False)]


def wrapped(text: str) -> list[str]:
    """Lines of at most LINE_LENGTH letters, broken at blanks; a word that is longer is broken too."""
    found, line = [], ""
    for word in text.split():
        while len(word) > LINE_LENGTH:
            if line:
                found.append(line)
                line = ""
            found.append(word[:LINE_LENGTH])
            word = word[LINE_LENGTH:]
        if line and len(line) + 1 + len(word) > LINE_LENGTH:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*found, line] if line else found


def cues(content: Content, words: CampaignWords) -> list[Cue]:
    """The subtitles of all scenes: no two at once, each as long as its part of the text is spoken."""
    found: list[Cue] = []
    start = 0
    for scene in scenes(content, words):
        rows = wrapped(scene.text)
        parts = [tuple(rows[first : first + MOST_LINES]) for first in range(0, len(rows), MOST_LINES)]
        sizes = [len(aloud(" ".join(part), words.language).split()) or 1 for part in parts]
        said = 0
        for part, size in zip(parts, sizes, strict=True):
            begin = start + scene.milliseconds * said // sum(sizes)
            said += size
            found.append(Cue(begin, start + scene.milliseconds * said // sum(sizes), part))
        start += scene.milliseconds
    return found


def _time(milliseconds: int, mark: str) -> str:
    rest, part = divmod(milliseconds, 1000)
    return f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}{mark}{part:03}"


class Video(Form):
    """What a film team needs to make it in an afternoon."""

    key = "video"
    label = _("Video storyboard")
    group = _("To be filmed")
    order = 400
    fields = (
        Field("title", _("Title"), 150, 2),
        Field(
            "spoken",
            _("Spoken text, one scene a line"),
            MOST_SCENES * (SCENE_LENGTH + 1),
            12,
            is_points=True,
            help_text=_("Subtitles and seconds are made of it."),
        ),
        Field("pictures", _("Picture, one scene a line"), MOST_SCENES * (PICTURE_LENGTH + 1), 12, is_points=True),
    )
    files = (
        FileKind("storyboard.html", _("Storyboard to print"), "text/html; charset=utf-8"),
        FileKind("storyboard.csv", _("Storyboard as a table"), "text/csv; charset=utf-8"),
        FileKind("subtitles.vtt", _("Subtitles (WebVTT)"), "text/vtt; charset=utf-8"),
        FileKind("subtitles.srt", _("Subtitles (SRT)"), "application/x-subrip; charset=utf-8"),
    )

    def draft(self, words: CampaignWords) -> Content:
        say = PHRASES["en" if words.language == "en" else "vi"]
        title = clip(one_line(words.title), 150)
        told = [("title", sentence(title)), ("answer", sentence(clip(one_line(words.short_answer), SCENE_LENGTH - 1)))]
        for name, most in (("how_it_works", 2), ("signs", 2), ("do_now", 2), ("if_paid", 1)):
            told += [(name, sentence(point)) for point in getattr(words, name)[:most]]
        rows = [(say[name][0].format(title=text, text=text), say[name][1]) for name, text in told]
        if address := domain(words.url):
            rows.append((say["end"][0].format(address=address), say["end"][1]))
        rows = [row for row in rows if row[0].strip()][:MOST_SCENES]
        return {
            "title": title,
            "spoken": "\n".join(clip(text, SCENE_LENGTH) for text, _picture in rows),
            "pictures": "\n".join(clip(picture, PICTURE_LENGTH) for _text, picture in rows),
        }

    def faults(self, content: Content, words: CampaignWords) -> list[str]:
        found = []
        texts, pictures = lines(content.get("spoken", "")), lines(content.get("pictures", ""))
        if len(texts) != len(pictures):
            said = gettext("There are %(texts)d spoken lines and %(pictures)d pictures; each scene has one of both.")
            found.append(said % {"texts": len(texts), "pictures": len(pictures)})
        if len(texts) > MOST_SCENES:
            found.append(
                gettext("There are %(count)d scenes; %(most)d are enough.") % {"count": len(texts), "most": MOST_SCENES}
            )
        for number, text in enumerate(texts, start=1):
            if len(text) > SCENE_LENGTH:
                said = gettext("Scene %(number)d has %(count)d characters of spoken text; there is room for %(most)d.")
                found.append(said % {"number": number, "count": len(text), "most": SCENE_LENGTH})
        return found

    def counts(self, content: Content, words: CampaignWords) -> list[tuple[str | Promise, str]]:
        found = scenes(content, words)
        said = gettext("%(scenes)d scenes, about %(seconds)d seconds")
        total = sum(scene.milliseconds for scene in found)
        return [(_("Length"), said % {"scenes": len(found), "seconds": round(total / 1000)})]

    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        makers = {
            "storyboard.html": self._page,
            "storyboard.csv": self._table,
            "subtitles.vtt": self._webvtt,
            "subtitles.srt": self._srt,
        }
        return makers[name](content, words).encode()

    def _rows(self, content: Content, words: CampaignWords) -> list[tuple[str, ...]]:
        head = PHRASES["en" if words.language == "en" else "vi"]["head"]
        body = [
            (str(number), scene.picture, scene.text, str(round(scene.milliseconds / 1000)))
            for number, scene in enumerate(scenes(content, words), start=1)
        ]
        return [head, *body]

    def _table(self, content: Content, words: CampaignWords) -> str:
        file = io.StringIO()
        rows = [[cell_text(cell) for cell in row] for row in self._rows(content, words)]
        csv.writer(file).writerows(rows)
        return "\ufeff" + file.getvalue()

    def _page(self, content: Content, words: CampaignWords) -> str:
        head, *body = self._rows(content, words)
        rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
        return (
            f'<!doctype html>\n<html lang="{escape(words.language)}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width">\n<title>{escape(content["title"])}</title>\n'
            "<style>body{font:1rem/1.5 sans-serif;margin:1rem auto;max-width:60rem;padding:0 1rem}"
            "table{border-collapse:collapse;width:100%}th,td{border:1px solid;padding:.375rem .5rem;text-align:start;"
            "vertical-align:top}tr{break-inside:avoid}</style></head>\n"
            f"<body><h1>{escape(content['title'])}</h1>\n<p>{escape(words.office)}<br>{escape(words.url)}</p>\n"
            f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></body></html>\n"
        )

    def _webvtt(self, content: Content, words: CampaignWords) -> str:
        parts = ["WEBVTT"]
        for cue in cues(content, words):
            text = "\n".join(escape(line, quote=False) for line in cue.lines)
            parts.append(f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{text}")
        return "\n\n".join(parts) + "\n"

    def _srt(self, content: Content, words: CampaignWords) -> str:
        parts = []
        for number, cue in enumerate(cues(content, words), start=1):
            parts.append(f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n" + "\n".join(cue.lines))
        return "\n\n".join(parts) + "\n"
