"""A story as an article of a Zalo Official Account: title, description, cover, and a body of blocks. Pure; part of zalo.py.

Zalo publishes 150 letters for a title and 300 for a description, and refuses texts of exactly that length (field): the
limits here are what people who run the API send. How long a body may be nobody says: ours is an assumption.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from publishing.story import Action, Image, Story
from publishing.text import clean_html, clip

TITLE_LENGTH = 140
DESCRIPTION_LENGTH = 250
AUTHOR_LENGTH = 50
BODY_LENGTH = 20_000
MOST_PICTURES = 10
READERS_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

# Words of the article itself, in the story's language (the interface's own words go through gettext).
PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "claim": "Nội dung được kiểm chứng",
        "verdict": "Kết luận",
        "correct": "Đính chính ngày %s",
        "correct_unsaid": "Nội dung bài đã được sửa; xem chi tiết tại liên kết cuối bài.",
        "update": "Cập nhật ngày %s",
        "update_unsaid": "Nội dung bài đã được bổ sung; xem chi tiết tại liên kết cuối bài.",
        "finished": "Có kết luận ngày %s",
        "finished_unsaid": "Việc kiểm chứng đã xong; xem chi tiết tại liên kết cuối bài.",
        "retract": "Bài đã được rút ngày %s",
        "retract_unsaid": "Lý do được nêu tại liên kết cuối bài.",
        "withdrawn": "Bài này đã được rút. Nội dung đã đăng không còn giá trị, xin đừng dựa vào và đừng chia sẻ tiếp.",
        "withdrawn_title": "[Đã rút bài] %s",
        "evidence": "Bằng chứng",
        "link": "Xem đầy đủ bằng chứng",
        "date": "%d/%m/%Y",
    },
    "en": {
        "claim": "What was checked",
        "verdict": "Verdict",
        "correct": "Correction of %s",
        "correct_unsaid": "The text was changed; see the link at the end.",
        "update": "Update of %s",
        "update_unsaid": "The text was added to; see the link at the end.",
        "finished": "Check finished on %s",
        "finished_unsaid": "The check is finished; see the link at the end.",
        "retract": "Retracted on %s",
        "retract_unsaid": "The reason is given at the link at the end.",
        "withdrawn": "This article was retracted. What it said no longer stands: please do not rely on it or share it further.",
        "withdrawn_title": "[Retracted] %s",
        "evidence": "Evidence",
        "link": "See all the evidence",
        "date": "%Y-%m-%d",
    },
}


def headline(story: Story, action: Action) -> str:
    """Plain text, short enough."""
    title = nfc(story.title).strip()
    return clip(_phrases(story)["withdrawn_title"] % title if action == Action.RETRACT else title, TITLE_LENGTH)


def frame(story: Story, action: Action) -> str:
    """What stands before the wording in the description, so that a list of articles tells the verdict."""
    is_told = story.verdict and action != Action.RETRACT
    return f"[{clip(nfc(story.verdict).upper(), 60)}] " if is_told else ""


def lead(story: Story, action: Action) -> str:
    """The automatic wording: it fits behind frame()."""
    if action == Action.RETRACT:
        return _phrases(story)["withdrawn"]
    return clip(nfc(story.short_answer).strip(), DESCRIPTION_LENGTH - len(frame(story, action)))


def blocks(story: Story, action: Action, link: str, owner: str) -> list[dict[str, Any]]:
    """The body. For a retraction the notice alone: what was withdrawn must not stay readable."""
    parts = [] if action == Action.POST else [_notice(story, action)]
    if action != Action.RETRACT:
        parts += [_verdict(story), _body(story)]
    made = [_text("".join(parts))] if any(parts) else []
    if action != Action.RETRACT:
        made += [_picture(image) for image in story.images[:MOST_PICTURES]]
    end = _evidence(story) if action != Action.RETRACT else ""
    address = escape(link)
    end += f'<p>{_phrases(story)["link"]}: <a href="{address}">{escape(nfc(story.url))}</a></p>'
    return [*made, _text(f"{end}<p><i>{_lines(owner or story.office)}</i></p>")]


def as_html(description: str, body: list[dict[str, Any]]) -> str:
    """The article below its title, as a preview shows it."""
    shown = [f"<p><strong>{_lines(description)}</strong></p>"]
    shown += (
        block["content"]
        if block["type"] == "text"
        else f'<figure><img src="{escape(block["url"])}" alt="">'
        f"<figcaption>{escape(block.get('caption', ''), quote=False)}</figcaption></figure>"
        for block in body
    )
    return clean_html("\n".join(shown))


def markers(text: str) -> set[str]:
    """Every marker in ``text``, however it is quoted there."""
    return set(re.findall(r"utm_id(?:=|%3D)([A-Za-z0-9_.~-]+)", text, flags=re.IGNORECASE))


def ascii_url(url: str) -> str:
    """``url`` percent-encoded: Zalo refuses a picture whose address has blanks or letters with accents."""
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~")


def nfc(text: str) -> str:
    """Accented letters as one code point, as Vietnamese keyboards and searches have them."""
    return unicodedata.normalize("NFC", text)


def _phrases(story: Story) -> dict[str, str]:
    return PHRASES.get(story.language.partition("-")[0], PHRASES["en"])


def _text(markup: str) -> dict[str, Any]:
    return {"type": "text", "content": nfc(clean_html(markup))}


def _picture(image: Image) -> dict[str, Any]:
    caption = clip(nfc(" · ".join(filter(None, [image.alt, image.credit]))), 200)
    return {"type": "image", "url": ascii_url(image.url)} | ({"caption": caption} if caption else {})


def _lines(text: str) -> str:
    return "<br>".join(escape(line.strip(), quote=False) for line in nfc(text).splitlines() if line.strip())


def _notice(story: Story, action: Action) -> str:
    phrases = _phrases(story)
    word = {"verdict": "finished"}.get(story.told_as(action), story.told_as(action))
    when = phrases[word] % story.modified_at.astimezone(READERS_ZONE).strftime(phrases["date"])
    said = _lines(clip(nfc(story.change), 1000)) or phrases[f"{word}_unsaid"]
    return f"<blockquote><p><b>{when}</b></p><p>{said}</p></blockquote>"


def _verdict(story: Story) -> str:
    phrases = _phrases(story)
    rows = [("claim", clip(nfc(story.claim), 500)), ("verdict", clip(nfc(story.finding), 200))]
    return "".join(f"<p><b>{phrases[name]}:</b> {_lines(text)}</p>" for name, text in rows if text)


def _body(story: Story) -> str:
    """The answer as it is; as plain paragraphs, cut, if it is longer than we dare to send."""
    markup = story.body_html.strip()
    if len(markup) <= BODY_LENGTH:
        return markup
    text = clip(nfc(story.body_text), BODY_LENGTH)
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.splitlines() if line.strip())


def _evidence(story: Story) -> str:
    rows = []
    for source in story.sources[:50]:
        title = escape(clip(nfc(source.title), 300), quote=False)
        rows.append(f'<li><a href="{escape(source.url)}">{title}</a></li>' if source.url else f"<li>{title}</li>")
    return f"<h3>{_phrases(story)['evidence']}</h3><ul>{''.join(rows)}</ul>" if rows else ""
