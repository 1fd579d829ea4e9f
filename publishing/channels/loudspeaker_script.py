"""What a commune's loudspeakers read out: one answer in two lengths, figures and addresses in words. Pure functions.

The words of opening and closing are the owner's own, in the story's language. Only Vietnamese is spelt out for
speaking; a text in another language stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from publishing.channels.newsroom_item import NEWSROOM_ZONE, composed, item_headline, one_line, spoken_domain, wording
from publishing.channels.spoken import spoken
from publishing.story import Action, Story
from publishing.text import clip, reading_seconds

SHORT_SECONDS, LONG_SECONDS = 45, 120
FRAMED_SECONDS = 150  # an approved speech of LONG_SECONDS between its opening and closing
LONG_LENGTH = 2_500
TITLE_LENGTH, CLAIM_LENGTH, VERDICT_LENGTH, WRITTEN_LENGTH = 120, 160, 60, 2_000

PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "greeting": "Kính thưa bà con và các bạn.",
        "urgent": "Thông tin khẩn.",
        "from_office": "{owner} xin thông báo {what} của {office}.",
        "from_owner": "{owner} xin thông báo {what}.",
        "checked": "kết quả kiểm chứng",
        "official": "thông tin chính thức",
        "about": "Về tin: “{claim}”.",
        "about_fact": "Nội dung: {title}.",
        "verdict": "Kết luận: {verdict}.",
        "correct": "Xin đính chính thông tin ngày {date}.",
        "update": "Xin cập nhật thông tin ngày {date}.",
        "finished": "Nay đã có kết luận về thông tin đang xác minh ngày {date}.",
        "retract": "Thông báo rút tin.",
        "withdrawn": "{office} đã rút lại thông tin “{title}”. Đề nghị bà con không dựa vào thông tin này và không truyền lại.",
        "more": "Bà con có thể xem thêm tại trang {domain}.",
        "thanks": "{owner} xin cảm ơn bà con đã lắng nghe.",
        "subject": "Bản tin truyền thanh: {title}",
        "subject_correct": "ĐÍNH CHÍNH – Bản tin truyền thanh: {title}",
        "subject_update": "CẬP NHẬT – Bản tin truyền thanh: {title}",
        "subject_verdict": "ĐÃ CÓ KẾT LUẬN – Bản tin truyền thanh: {title}",
        "subject_retract": "RÚT TIN – Bản tin truyền thanh: {title}",
        "header": (
            "BẢN TIN TRUYỀN THANH\nTiêu đề: {title}\nCơ quan kiểm chứng: {office}\nĐơn vị gửi: {owner}\nNgày: {date}\n"
            "Phiên bản: {version}\nĐịa chỉ đầy đủ: {url}"
        ),
        "short": "BẢN NGẮN (khoảng {seconds} giây)",
        "long": "BẢN ĐẦY ĐỦ (khoảng {seconds} giây)",
        "written": "BẢN VIẾT (để đối chiếu số liệu, không đọc)",
        "written_change": "Thay đổi: {text}",
        "written_claim": "Tin đang lan truyền: {text}",
        "written_verdict": "Kết luận: {text}",
        "written_answer": "Trả lời: {text}",
        "written_wording": "Lời phát: {text}",
    },
    "en": {
        "greeting": "Good day to all listeners.",
        "urgent": "Urgent information.",
        "from_office": "{owner} announces {what} of {office}.",
        "from_owner": "{owner} announces {what}.",
        "checked": "the result of a fact check",
        "official": "official information",
        "about": "It is about the claim: “{claim}”.",
        "about_fact": "It is about: {title}.",
        "verdict": "The finding: {verdict}.",
        "correct": "A correction to the information of {date}.",
        "update": "An update to the information of {date}.",
        "finished": "The check announced on {date} is finished.",
        "retract": "Notice of a withdrawal.",
        "withdrawn": "{office} has withdrawn the item “{title}”. Please do not rely on it or pass it on.",
        "more": "Read more at {domain}.",
        "thanks": "{owner} thanks you for listening.",
        "subject": "Loudspeaker bulletin: {title}",
        "subject_correct": "CORRECTION – Loudspeaker bulletin: {title}",
        "subject_update": "UPDATE – Loudspeaker bulletin: {title}",
        "subject_verdict": "CHECK FINISHED – Loudspeaker bulletin: {title}",
        "subject_retract": "WITHDRAWN – Loudspeaker bulletin: {title}",
        "header": (
            "LOUDSPEAKER BULLETIN\nTitle: {title}\nChecked by: {office}\nSent by: {owner}\nDate: {date}\n"
            "Version: {version}\nFull address: {url}"
        ),
        "short": "SHORT VERSION (about {seconds} seconds)",
        "long": "FULL VERSION (about {seconds} seconds)",
        "written": "AS WRITTEN (to check figures, not to be read out)",
        "written_change": "What changed: {text}",
        "written_claim": "The claim: {text}",
        "written_verdict": "The finding: {text}",
        "written_answer": "The answer: {text}",
        "written_wording": "As worded: {text}",
    },
}


def phrases(story: Story) -> dict[str, str]:
    """The words of the story's language; Vietnamese where there are none, as the stations are in Vietnam."""
    return PHRASES.get(story.language.partition("-")[0].lower(), PHRASES["vi"])


def _said(story: Story) -> Callable[[str], str]:
    return spoken if phrases(story) is PHRASES["vi"] else str


def opening(story: Story, action: Action, owner: str, *, is_approved: bool = False) -> str:
    """Who speaks, what about, and the verdict; of a withdrawal that, and that the item no longer stands.

    is_approved  a text to be read aloud follows that was approved as it is: only who speaks stands before it
    """
    say, office = phrases(story), one_line(story.office)
    owner = one_line(owner) or office
    title = clip(one_line(story.title), TITLE_LENGTH)
    is_greeted = is_approved and story.spoken.strip().startswith(say["greeting"])
    lines = [] if is_greeted else [say["greeting"]]
    if action == Action.RETRACT:
        return " ".join([*lines, say["retract"], say["withdrawn"].format(office=office, title=title)])
    if action == Action.CORRECT:
        word = {"update": "update", "verdict": "finished"}.get(story.told_as(action), "correct")
        lines.append(say[word].format(date=f"{story.published_at.astimezone(NEWSROOM_ZONE):%d/%m/%Y}"))
    elif story.is_urgent:
        lines.append(say["urgent"])
    what = say["checked" if story.finding and not is_approved else "official"]
    lines.append(say["from_owner" if owner == office else "from_office"].format(owner=owner, office=office, what=what))
    if is_approved:
        return " ".join(lines)
    # The verdict is on the claim: the title of an answer often says the opposite.
    claim = clip(one_line(story.claim), CLAIM_LENGTH).rstrip(".")
    lines.append(say["about"].format(claim=claim) if claim else say["about_fact"].format(title=title.rstrip(".")))
    if story.finding:
        lines.append(say["verdict"].format(verdict=clip(one_line(story.finding), VERDICT_LENGTH).rstrip(".")))
    return " ".join(lines)


def closing(story: Story, owner: str) -> str:
    """Where to read more, and thanks in the owner's name."""
    say = phrases(story)
    thanks = say["thanks"].format(owner=one_line(owner) or one_line(story.office))
    return f"{say['more'].format(domain=spoken_domain(story))} {thanks}"


def long_version(story: Story, action: Action, owner: str, middle: str, *, is_approved: bool = False) -> str:
    """The whole bulletin as it is read out. ``is_approved``: ``middle`` was approved as it is to be said."""
    said = _said(story)
    if is_approved:
        first = said(opening(story, action, owner, is_approved=True))
        return "\n\n".join((first, middle.strip(), said(closing(story, owner))))
    return said("\n\n".join((opening(story, action, owner), middle.strip(), closing(story, owner))))


def short_version(story: Story, action: Action, owner: str, middle: str, *, is_approved: bool = False) -> str:
    """Opening and closing, and between them as many whole sentences of ``middle`` as there is time for."""
    kept: list[str] = []
    for sentence in sentences(middle):
        whole = long_version(story, action, owner, " ".join([*kept, sentence]), is_approved=is_approved)
        if reading_seconds(whole) > SHORT_SECONDS or len(whole) > LONG_LENGTH // 2:
            break
        kept.append(sentence)
    return re.sub(r"\n{3,}", "\n\n", long_version(story, action, owner, " ".join(kept), is_approved=is_approved))


def long_wording(story: Story, action: Action, owner: str) -> str:
    """The automatic middle part, as written, short enough to be read out in LONG_SECONDS, if possible in whole sentences.

    A first post whose text to be read aloud was approved has that.
    """
    if speech := approved_speech(story, action, owner):
        return speech
    room = LONG_LENGTH
    asked = replace(story, claim="")  # the opening has told it
    while True:
        middle = wording(asked, action, room)
        if middle.endswith("…") and (whole := " ".join(sentences(middle)[:-1])) and len(whole) > len(middle) // 2:
            middle = whole
        text = long_version(story, action, owner, middle)
        if room < 20 or (reading_seconds(text) <= LONG_SECONDS and len(text) <= LONG_LENGTH):
            return middle
        room = room * 4 // 5


def approved_speech(story: Story, action: Action, owner: str) -> str:
    """The text to be read aloud that was approved for a first post; empty if there is none, or it would take too long:
    nothing is left out of it by a machine."""
    if action != Action.POST or not story.spoken:
        return ""
    text = long_version(story, action, owner, story.spoken, is_approved=True)
    fits = reading_seconds(text) <= FRAMED_SECONDS and len(text) <= LONG_LENGTH
    return composed(story.spoken) if fits else ""


def sentences(text: str) -> list[str]:
    """``text`` split after full stops; a dot in a number, an address or "TP." is none."""
    parts = re.split(r"(?<=[.!?…])(?<!\b[A-ZĐ]\.)(?<!\b[A-ZĐ][A-Za-z]\.)\s+|(?<=[.!?…]”)\s+|\n+", text.strip())
    return [part for part in parts if part]


def subject(story: Story, action: Action) -> str:
    """For a mail: what it is, then the title."""
    word = "subject" if action == Action.POST else f"subject_{story.told_as(action)}"
    return phrases(story)[word].format(title=clip(one_line(story.title), TITLE_LENGTH))


def sheet(
    story: Story,
    action: Action,
    owner: str,
    middle: str,
    by_hand: str = "",
    *,
    is_approved: bool = False,
    note: str = "",
) -> str:
    """The page a station prints: header, both versions, and what was written, to check the figures.

    by_hand  the publisher's own wording, or empty; ``middle`` is then the automatic one
    note     more lines for the header
    """
    say = phrases(story)
    header = say["header"].format(
        title=clip(item_headline(story, action), WRITTEN_LENGTH),
        office=one_line(story.office),
        owner=one_line(owner) or one_line(story.office),
        date=f"{story.modified_at.astimezone(NEWSROOM_ZONE):%d/%m/%Y}",
        version=story.revision,
        url=story.url,
    )
    header += f"\n{note}" if note else ""
    short, long = (
        version(story, action, owner, middle, is_approved=is_approved) for version in (short_version, long_version)
    )
    written = [("change", story.change if action != Action.POST else "")]
    if action != Action.RETRACT:
        written += [("claim", story.claim), ("verdict", story.finding), ("answer", story.short_answer)]
    written.append(("wording", by_hand))
    lines = [say[f"written_{name}"].format(text=clip(one_line(text), WRITTEN_LENGTH)) for name, text in written if text]
    line = "\n" + "-" * 40 + "\n"
    parts = [
        header,
        f"{say['short'].format(seconds=reading_seconds(short))}\n\n{short}",
        f"{say['long'].format(seconds=reading_seconds(long))}\n\n{long}",
        f"{say['written']}\n\n" + "\n".join(lines),
    ]
    return line.join(parts) + "\n"
