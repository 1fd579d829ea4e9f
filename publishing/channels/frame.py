"""What every post in a feed has around its wording: verdict, notice of a change, link to the evidence, owner.

Words of the post itself, in the story's language; the interface's own words go through gettext. All pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, urlsplit, urlunsplit

from publishing.story import Action, Story
from publishing.text import clip

PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "correct": "ĐÍNH CHÍNH: %s",
        "correct_unsaid": "ĐÍNH CHÍNH: nội dung đã được sửa, xem tại liên kết dưới đây.",
        "update": "CẬP NHẬT: %s",
        "update_unsaid": "CẬP NHẬT: nội dung đã được bổ sung, xem tại liên kết dưới đây.",
        "verdict": "ĐÃ CÓ KẾT LUẬN: %s",
        "verdict_unsaid": "ĐÃ CÓ KẾT LUẬN, xem tại liên kết dưới đây.",
        "retract": "RÚT BÀI: %s",
        "retract_unsaid": "RÚT BÀI: lý do được nêu tại liên kết dưới đây.",
        "retract_alone": "RÚT BÀI",
        "withdrawn": "Chúng tôi rút lại bài này. Nội dung đã đăng không còn giá trị, xin đừng dựa vào và đừng chia sẻ tiếp.",
        "link": "Xem bằng chứng: %s",
        "credit": "Ảnh: %s",
    },
    "en": {
        "correct": "CORRECTION: %s",
        "correct_unsaid": "CORRECTION: the text was changed, see the link below.",
        "update": "UPDATE: %s",
        "update_unsaid": "UPDATE: the text was added to, see the link below.",
        "verdict": "THE CHECK IS FINISHED: %s",
        "verdict_unsaid": "THE CHECK IS FINISHED, see the link below.",
        "retract": "RETRACTED: %s",
        "retract_unsaid": "RETRACTED: the reason is given at the link below.",
        "retract_alone": "RETRACTED",
        "withdrawn": "We withdraw this post. What it said no longer stands: please do not rely on it or share it further.",
        "link": "See the evidence: %s",
        "credit": "Picture: %s",
    },
}

Length = Callable[[str], int]


def phrases(story: Story) -> dict[str, str]:
    """The fixed words in the story's language; English where it has none of its own."""
    return PHRASES.get(story.language.partition("-")[0], PHRASES["en"])


def nfc(text: str) -> str:
    """Composed letters, as every keyboard and search writes them."""
    return unicodedata.normalize("NFC", text)


def fit(text: str, room: int, length: Length = len) -> str:
    """``text`` cut to ``room`` as ``length`` counts, never inside a letter or an emoji."""
    text = text[: room + 200]  # what is beyond cannot fit: a text of any length costs the same
    limit = room
    kept = clip(text, limit)
    while (excess := length(kept) - room) > 0 and limit > 0:
        limit = max(0, min(limit, len(kept)) - max(1, excess // 2))
        kept = clip(text, limit)
    return kept


def headline(story: Story, room: int, length: Length = len) -> str:
    """[VERDICT] claim, or the title of an answer to no claim."""
    verdict = f"[{fit(nfc(story.verdict).upper(), 60, length)}] " if story.verdict else ""
    return verdict + fit(nfc(story.claim or story.title).strip(), room - length(verdict), length)


def notice(story: Story, action: Action, room: int, length: Length = len) -> str:
    """What a correction, update, finished check or retraction changed; empty for a first post."""
    if action == Action.POST:
        return ""
    words, word = phrases(story), story.told_as(action)
    change = nfc(story.change).strip()
    if not change:
        return words[f"{word}_unsaid"]
    return words[word] % fit(change, room - length(words[word] % ""), length)


def wording(story: Story, action: Action, room: int, length: Length = len) -> str:
    """The short answer and the beginning of the body; for a retraction only that the post no longer stands."""
    if action == Action.RETRACT:
        return fit(phrases(story)["withdrawn"], room, length)
    whole = nfc(story.short_answer).strip()
    short = fit(whole, room, length)
    body = nfc(story.body_text).removeprefix(whole).strip()
    left = room - length(short) - 2
    if not body or left < 80:  # less than a sentence
        return short
    return f"{short}\n\n{fit(body, left, length)}".strip()


def joined(story: Story, action: Action, parts: tuple[str, str, str], ending: str) -> str:
    """(headline, wording, notice) and the ending as one text.

    A retraction opens it: in a feed only the first lines are read, and the verdict that is being withdrawn must not be
    what they say.
    """
    head, words, change = parts
    order = [change, head, words] if action == Action.RETRACT else [head, words, change]
    return "\n\n".join(filter(None, [*order, ending]))


def naming_nobody(text: str) -> str:
    """``text`` in which no "@name" calls or links an account; addresses of mail and pages stay as they are.

    One letter for another, so that it is as long as before.
    """
    return re.sub(r"(?<![\w/=])@(?=\w)", "＠", text)


def marked(url: str, marker: str) -> str:
    """``url`` with the marker as its ``utm_id``, in place of any other."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and not pair.startswith("utm_id=")]
    return urlunsplit(parts._replace(query="&".join([*kept, f"utm_id={quote(marker, safe='')}"])))


def markers_in(text: str) -> set[str]:
    """Every marker that marked() planted in ``text``."""
    return set(re.findall(r"[?&]utm_id=([A-Za-z0-9_.~-]+)", text))
