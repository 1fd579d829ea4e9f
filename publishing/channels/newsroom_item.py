"""What a newsroom gets: a script to read aloud, and the same item as IPTC ninjs 3.1. Pure functions.

Source: iptc/newsinjson, specification/ninjs-schema_3.1.json. A ninjs item keeps its ``uri`` for life; a correction or
a withdrawal is a higher ``version`` under the same ``uri``, and the receiver works with the highest it has.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy

from publishing.story import Action, Audio, Story
from publishing.text import clean_html, clip, reading_seconds

NINJS_TYPE = "application/json"
SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"
CLAIM_LENGTH = 600  # a listener cannot follow a longer quotation
TITLE_LENGTH = 300
NEWSROOM_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # dates are read by Vietnamese newsrooms

# Words of the script itself, in the story's language (the interface's own words go through gettext).
PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "urgent": "Thông tin khẩn.",
        "from_office": "Sau đây là {what} của {office}.",
        "from_owner": "{owner} xin chuyển tới quý vị {what} của {office}.",
        "checked": "thông tin kiểm chứng",
        "official": "thông tin chính thức",
        "verdict": "Kết luận: {verdict}",
        "claim": "Có tin nói rằng: “{claim}”.",
        "truth": "Kết quả kiểm chứng: {answer}",
        "correct": "Đính chính thông tin ngày {date}.",
        "change": "Nội dung đính chính: {change}",
        "change_unsaid": "Nội dung đã được sửa lại.",
        "now": "Nội dung sau khi đính chính: {answer}",
        "update": "Cập nhật thông tin ngày {date}.",
        "update_change": "Nội dung cập nhật: {change}",
        "update_now": "Nội dung sau khi cập nhật: {answer}",
        "finished": "Đã có kết luận về thông tin đang xác minh ngày {date}.",
        "retract": "TIN ĐÃ RÚT. Đề nghị không đọc và không phát lại tin này.",
        "withdrawn_by_owner": "{owner} xin thông báo: {office} đã rút lại thông tin “{title}”.",
        "withdrawn": "{office} đã rút lại thông tin “{title}”.",
        "reason": "Lý do: {change}",
        "reason_unsaid": "Nội dung đã gửi không còn giá trị.",
        "more": "Mời quý vị đọc thêm tại trang {domain}.",
        "latest": "Tình trạng mới nhất được công bố tại trang {domain}.",
        "dot": " chấm ",
        "note_correct": "ĐÍNH CHÍNH: {change}",
        "note_update": "CẬP NHẬT: {change}",
        "note_verdict": "ĐÃ CÓ KẾT LUẬN: {change}",
        "note_retract": "RÚT TIN, KHÔNG SỬ DỤNG: {change}",
        "head_retract": "TIN ĐÃ RÚT: {title}",
        "head_correct": "Đính chính: {title}",
        "head_update": "Cập nhật: {title}",
        "head_verdict": "Đã có kết luận: {title}",
        "embargo": "KHÔNG PHÁT TRƯỚC {time}",
        "header": (
            "KỊCH BẢN ĐỌC\nTiêu đề: {title}\nCơ quan kiểm chứng: {office}\nNơi phát: {owner}\nNgày: {date}\n"
            "Thời lượng: khoảng {seconds} giây\nNgôn ngữ: tiếng Việt\nPhiên bản: {version}\nĐịa chỉ đầy đủ: {url}"
        ),
    },
    "en": {
        "urgent": "Urgent information.",
        "from_office": "Here is {what} from {office}.",
        "from_owner": "{owner} brings you {what} from {office}.",
        "checked": "a fact check",
        "official": "official information",
        "verdict": "The finding: {verdict}",
        "claim": "It has been claimed that: “{claim}”.",
        "truth": "Result of the check: {answer}",
        "correct": "A correction to the information of {date}.",
        "change": "What is corrected: {change}",
        "change_unsaid": "The text was corrected.",
        "now": "After the correction: {answer}",
        "update": "An update to the information of {date}.",
        "update_change": "What is new: {change}",
        "update_now": "After the update: {answer}",
        "finished": "The check announced on {date} is finished.",
        "retract": "WITHDRAWN. Please do not read out or repeat this item.",
        "withdrawn_by_owner": "{owner} informs you: {office} has withdrawn the item “{title}”.",
        "withdrawn": "{office} has withdrawn the item “{title}”.",
        "reason": "The reason: {change}",
        "reason_unsaid": "What was sent no longer stands.",
        "more": "Read more at {domain}.",
        "latest": "The latest state is published at {domain}.",
        "dot": " dot ",
        "note_correct": "CORRECTION: {change}",
        "note_update": "UPDATE: {change}",
        "note_verdict": "THE CHECK IS FINISHED: {change}",
        "note_retract": "WITHDRAWN, DO NOT USE: {change}",
        "head_retract": "WITHDRAWN: {title}",
        "head_correct": "Correction: {title}",
        "head_update": "Update: {title}",
        "head_verdict": "Check finished: {title}",
        "embargo": "EMBARGO: NOT BEFORE {time} (VIETNAM TIME)",
        "header": (
            "SCRIPT TO READ ALOUD\nTitle: {title}\nChecked by: {office}\nBroadcast by: {owner}\nDate: {date}\n"
            "Duration: about {seconds} seconds\nLanguage: English\nVersion: {version}\nFull address: {url}"
        ),
    },
}


def phrases(story: Story) -> dict[str, str]:
    """The words of the story's language; Vietnamese where there are none."""
    return PHRASES.get(story.language.split("-")[0].lower(), PHRASES["vi"])


def one_line(text: str) -> str:
    """``text`` on one line, in composed letters."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def composed(text: str) -> str:
    """As it was approved, with every letter and its marks in one."""
    return unicodedata.normalize("NFC", text.strip())


def _sentence(text: str) -> str:
    text = one_line(text)
    return text if not text or text.endswith((".", "!", "?", "…", ".”")) else text + "."


def _date(story: Story, name: str = "modified_at") -> str:
    moment = getattr(story, name).astimezone(NEWSROOM_ZONE)
    return f"{moment:%d/%m/%Y}"


def formats_field(*formats: str) -> forms.ChoiceField:
    """What the newsroom's system reads; the first of ``formats`` (ninjs, newsml, both) unless it says otherwise."""
    labels = {
        "ninjs": gettext_lazy("ninjs 3.1 (JSON)"),
        "newsml": gettext_lazy("NewsML-G2 2.35 (XML)"),
        "both": gettext_lazy("both"),
    }
    return forms.ChoiceField(
        label=gettext_lazy("Format of the item"),
        required=False,
        initial=formats[0],
        choices=[(name, labels[name]) for name in formats],
        help_text=gettext_lazy("What the newsroom's system reads. The script comes as a text file in any case."),
    )


def embargo_field() -> forms.IntegerField:
    """The minutes that ``embargo_until`` counts."""
    return forms.IntegerField(
        label=gettext_lazy("Embargo in minutes"),
        required=False,
        initial=0,
        min_value=0,
        max_value=7 * 24 * 60,
        help_text=gettext_lazy(
            "The newsroom has the item at once, and may use it this long after it was published. Urgent answers have no embargo."
        ),
    )


def embargo_until(story: Story, action: Action, minutes: int) -> datetime | None:
    """Until when a newsroom may have this but not use it: ``minutes`` after the answer was published; None: use it now.

    A warning that is urgent and a withdrawal are never kept back, nor is a correction that comes after the time.
    """
    if minutes <= 0 or story.is_urgent or action == Action.RETRACT:
        return None
    until = story.published_at + timedelta(minutes=minutes)
    return until if until > story.modified_at else None


def embargo_words(story: Story, until: datetime) -> str:
    """The embargo as a person reads it, in the time of Vietnam."""
    return phrases(story)["embargo"].format(time=f"{until.astimezone(NEWSROOM_ZONE):%H:%M %d/%m/%Y}")


def editors_note(story: Story, action: Action, until: datetime | None = None) -> str:
    """What the newsroom's editors must know first: embargo, what was corrected, why it was withdrawn; may be empty."""
    say, notes = phrases(story), []
    if until:
        notes.append(embargo_words(story, until) + ".")
    if action != Action.POST:
        unsaid = say["reason_unsaid" if action == Action.RETRACT else "change_unsaid"]
        notes.append(say[f"note_{story.told_as(action)}"].format(change=_sentence(story.change) or unsaid))
    return " ".join(notes)


def item_headline(story: Story, action: Action) -> str:
    """The title, with what it is in front of it: a correction, an update, withdrawn."""
    title = one_line(story.title)
    if action == Action.POST:
        return title
    return phrases(story)[f"head_{story.told_as(action)}"].format(title=title)


def spoken_domain(story: Story) -> str:
    """The host of the public address as one says it: ``kiemchung chấm example chấm vn``."""
    host = (urlsplit(story.url).hostname or "").removeprefix("www.")
    return host.replace(".", phrases(story)["dot"])


# The script --------------------------------------------------------------------------------------------------


def frame(story: Story, action: Action, owner: str) -> tuple[str, str]:
    """(opening, closing) of the script: who says it, what was found, where to read more. Not for the publisher to edit."""
    say = phrases(story)
    office, owner = one_line(story.office), one_line(owner)
    is_passed_on = bool(owner) and owner != office
    domain = spoken_domain(story)
    if action == Action.RETRACT:
        title = clip(one_line(story.title), TITLE_LENGTH)
        words = say["withdrawn_by_owner" if is_passed_on else "withdrawn"]
        opening = say["retract"] + "\n\n" + words.format(owner=owner, office=office, title=title)
        return opening, say["latest"].format(domain=domain)
    what = say["checked" if story.finding else "official"]
    lines = [say["from_owner" if is_passed_on else "from_office"].format(owner=owner, office=office, what=what)]
    if action == Action.CORRECT:
        word = {"update": "update", "verdict": "finished"}.get(story.told_as(action), "correct")
        lines.insert(0, say[word].format(date=_date(story, "published_at")))
    elif story.is_urgent:
        lines.insert(0, say["urgent"])
    if story.finding:
        lines.append(say["verdict"].format(verdict=_sentence(story.finding)))
    return " ".join(lines), say["more"].format(domain=domain)


def wording(story: Story, action: Action, room: int) -> str:
    """What is claimed and what is true, in at most ``room`` characters. A correction begins with what changed.

    A first post whose text to be read aloud was approved has that instead, where it fits whole.
    """
    if action == Action.POST and story.spoken and len(spoken := composed(story.spoken)) <= room:
        return spoken
    say = phrases(story)
    answer, change = _sentence(story.short_answer), _sentence(story.change)
    if action == Action.RETRACT:
        return clip(say["reason"].format(change=change) if change else say["reason_unsaid"], room)
    word = story.told_as(action)
    if word == "update":
        first = say["update_change"].format(change=change) if change else ""
        second = say["update_now"].format(answer=answer)
    elif word == "correct":
        first = say["change"].format(change=change) if change else say["change_unsaid"]
        second = say["now"].format(answer=answer)
    else:  # a first post, or a check that is finished: what is claimed and what is true
        first = say["claim"].format(claim=clip(one_line(story.claim), CLAIM_LENGTH).rstrip(".")) if story.claim else ""
        second = say["truth"].format(answer=answer) if story.claim else answer
    first = clip(first, room)
    return "\n".join(part for part in (first, clip(second, max(0, room - len(first) - 1))) if part)


def script(story: Story, action: Action, owner: str, middle: str) -> str:
    """The whole text a speaker reads."""
    opening, closing = frame(story, action, owner)
    return "\n\n".join((opening, unicodedata.normalize("NFC", middle.strip()), closing))


def script_file(story: Story, owner: str, text: str, until: datetime | None = None, note: str = "") -> str:
    """The script with its header, as the file a newsroom prints. ``until``: the embargo, which comes first; ``note``: more
    lines for the header."""
    header = phrases(story)["header"].format(
        title=one_line(story.title),
        office=one_line(story.office),
        owner=one_line(owner or story.office),
        date=_date(story),
        seconds=reading_seconds(text),
        version=story.revision,
        url=story.url,
    )
    warning = f"*** {embargo_words(story, until)} ***\n" if until else ""
    header += f"\n{note}" if note else ""
    return f"{warning}{header}\n{'-' * 40}\n\n{text}\n"


# ninjs -------------------------------------------------------------------------------------------------------


def item_uri(story: Story, uri_base: str = "") -> str:
    """The identity of the story for life: it depends on nothing that an editor may change later.

    Below ``uri_base`` if the newsroom wants addresses of a certain form, else a tag URI (RFC 4151).
    """
    if uri_base:
        return f"{uri_base.rstrip('/')}/{story.key}"
    return f"tag:{urlsplit(story.url).hostname},{story.published_at.astimezone(NEWSROOM_ZONE):%Y}:{story.key}"


def file_base(story: Story, marker: str) -> str:
    """Name of the files without suffix, safe on any file system: ``<slug>_<marker>_v<version>``."""
    slug = re.sub(r"[^a-z0-9]+", "-", story.slug.lower()).strip("-")[:60].rstrip("-") or "tin"
    return f"{slug}_{re.sub(r'[^A-Za-z0-9-]', '-', marker)}_v{story.revision}"


def ninjs(
    story: Story,
    action: Action,
    marker: str,
    text: str,
    uri_base: str = "",
    provider: str = "",
    until: datetime | None = None,
    audio_name: str = "",
) -> dict[str, Any]:
    """The item as ninjs 3.1. ``text`` is the script; ``audio_name`` the file of the recording that comes with it. A withdrawn
    item carries nothing of what it had said but its title."""
    is_withdrawn = action == Action.RETRACT
    item: dict[str, Any] = {
        "standard": {"name": "ninjs", "version": "3.1", "schema": SCHEMA},
        "uri": item_uri(story, uri_base),
        "type": "text",
        "version": str(story.revision),
        "firstCreated": story.published_at.isoformat(timespec="seconds"),
        "versionCreated": story.modified_at.isoformat(timespec="seconds"),
        "pubStatus": "canceled" if is_withdrawn else "usable",
        "urgency": 2 if story.is_urgent or is_withdrawn else 5,
        "language": story.language,
        "title": one_line(story.title),
        "slugline": story.slug,
        "by": one_line(story.office),
        "infoSources": [{"name": provider or one_line(story.office), "role": "provider"}],
        "altIds": [{"role": "key", "value": story.key}, {"role": "delivery", "value": marker}],
        "headlines": [_text("main", item_headline(story, action))],
        "bodies": [_text("script", text) | {"charCount": len(text), "wordCount": len(text.split())}],
        "renditions": [{"name": "web", "href": story.url, "contentType": "text/html"}],
    }
    if until:
        item["embargoedUntil"] = until.isoformat(timespec="seconds")
    if note := editors_note(story, action, until):
        item["edNote"] = note
    if is_withdrawn:
        return item
    if story.audio:
        item["renditions"].append(_spoken(story.audio, audio_name))
    if story.body_text:
        item["bodies"].append(_text("main", unicodedata.normalize("NFC", story.body_text)))
    if story.body_html:
        item["bodies"].append(_text("richtext", clean_html(story.body_html), "text/html"))
    described = {"summary": story.short_answer, "claim": story.claim, "verdict": story.verdict}
    item["descriptions"] = [_text(role, one_line(value)) for role, value in described.items() if value]
    if story.topics:
        item["subjects"] = [{"name": topic} for topic in story.topics]
    if story.place:
        item["places"] = [{"name": story.place}]
    if links := [source for source in story.sources if source.url]:
        item["trustIndicators"] = [{"title": source.title, "href": source.url} for source in links]
    return item


def ninjs_file(*about: Any, **more: Any) -> str:
    """ninjs() as the text of a file."""
    return json.dumps(ninjs(*about, **more), ensure_ascii=False, indent=2) + "\n"


def _spoken(audio: Audio, file_name: str) -> dict[str, Any]:
    """The recording: its public address, and as the title the name of the file that comes with the item, if it does."""
    known = {"name": "spoken", "href": audio.url, "contentType": audio.content_type, "sizeInBytes": audio.size}
    length = {"duration": audio.seconds} if audio.seconds else {}
    return known | length | {"title": file_name or one_line(audio.title)}


def _text(role: str, value: str, content_type: str = "text/plain") -> dict[str, Any]:
    return {"role": role, "contentType": content_type, "value": value}
