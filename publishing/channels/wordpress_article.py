"""A story as an article in HTML that WordPress keeps as it is. Pure; part of wordpress.py."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from zoneinfo import ZoneInfo

from publishing.story import Action, Image, Story
from publishing.text import clean_html, clip

TITLE_LENGTH = 300  # more is no headline; WordPress itself takes any length
SLUG_LENGTH = 190  # the column holds 200, and the bin appends "__trashed"
READERS_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # dates in the article are those of its readers

# Words of the article itself, in the story's language (the interface's own words go through gettext).
PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "claim": "Nội dung được kiểm chứng",
        "verdict": "Kết luận",
        "correct": "Đính chính ngày %s",
        "correct_unsaid": "Nội dung bài đã được sửa; xem chi tiết tại bài gốc.",
        "update": "Cập nhật ngày %s",
        "update_unsaid": "Nội dung bài đã được bổ sung; xem chi tiết tại bài gốc.",
        "finished": "Có kết luận ngày %s",
        "finished_unsaid": "Việc kiểm chứng đã xong; xem chi tiết tại bài gốc.",
        "retract": "Bài đã được rút ngày %s",
        "retract_unsaid": "Lý do được nêu tại bài gốc.",
        "withdrawn": "Bài này đã được rút. Nội dung đã đăng không còn giá trị, xin đừng dựa vào và đừng chia sẻ tiếp.",
        "withdrawn_title": "[Đã rút bài] %s",
        "evidence": "Bằng chứng",
        "source": "Theo",
        "picture": "Ảnh:",
        "date": "%d/%m/%Y",
    },
    "en": {
        "claim": "What was checked",
        "verdict": "Verdict",
        "correct": "Correction of %s",
        "correct_unsaid": "The text was changed; see the original answer.",
        "update": "Update of %s",
        "update_unsaid": "The text was added to; see the original answer.",
        "finished": "Check finished on %s",
        "finished_unsaid": "The check is finished; see the original answer.",
        "retract": "Retracted on %s",
        "retract_unsaid": "The reason is given with the original answer.",
        "withdrawn": "This article was retracted. What it said no longer stands: please do not rely on it or share it further.",
        "withdrawn_title": "[Retracted] %s",
        "evidence": "Evidence",
        "source": "Source:",
        "picture": "Picture:",
        "date": "%Y-%m-%d",
    },
}


def standfirst(story: Story, action: Action, limit: int) -> str:
    """The automatic lead."""
    if action == Action.RETRACT:
        return _phrases(story)["withdrawn"]
    return clip(nfc(story.short_answer).strip(), limit)


def headline(story: Story, action: Action) -> str:
    """Plain text."""
    title = clip(nfc(story.title).strip(), TITLE_LENGTH)
    return _phrases(story)["withdrawn_title"] % title if action == Action.RETRACT else title


def body(story: Story, action: Action, lead: str, owner: str, own: tuple[Image, ...] = ()) -> str:
    """Cleaned HTML. For a retraction the notice alone: what was withdrawn must not stay readable.

    ``own`` are pictures that the site shows outside the text. Their credit is in the text: not every site shows it.
    """
    parts = [] if action == Action.POST else [_notice(story, action)]
    parts.append(f"<p><strong>{_lines(lead)}</strong></p>" if lead else "")
    if action != Action.RETRACT:
        parts += [_verdict(story), story.body_html, *map(_figure, [one for one in story.images if one not in own])]
        parts += [_evidence(story), *(_credit(story, one) for one in own if one.credit)]
    signed = f'<a href="{escape(story.url)}">{escape(story.office, quote=False)}</a>'
    if owner and owner != story.office:
        signed += f" · {escape(owner, quote=False)}"
    parts.append(f"<p><em>{_phrases(story)['source']} {signed}</em></p>")
    return _inert(nfc(clean_html("\n".join(filter(None, parts)))))


def slug(words: str, marker: str) -> str:
    """What WordPress would make of it itself, so that it comes back unchanged: a-z, 0-9 and single hyphens."""
    folded = unicodedata.normalize("NFKD", words.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    tail = f"-{marker.lower()}"
    return (re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[: SLUG_LENGTH - len(tail)].rstrip("-") + tail).lstrip("-")


def nfc(text: str) -> str:
    """Accented letters as one code point, as Vietnamese keyboards and searches have them."""
    return unicodedata.normalize("NFC", text)


def _phrases(story: Story) -> dict[str, str]:
    return PHRASES.get(story.language, PHRASES["en"])


def _lines(text: str) -> str:
    return "<br>".join(escape(line.strip(), quote=False) for line in text.splitlines() if line.strip())


def _notice(story: Story, action: Action) -> str:
    phrases = _phrases(story)
    word = {"verdict": "finished"}.get(story.told_as(action), story.told_as(action))
    when = phrases[word] % story.modified_at.astimezone(READERS_ZONE).strftime(phrases["date"])
    said = _lines(story.change) or phrases[f"{word}_unsaid"]
    return f"<blockquote><p><strong>{when}</strong></p><p>{said}</p></blockquote>"


def _verdict(story: Story) -> str:
    phrases = _phrases(story)
    rows = [("claim", story.claim), ("verdict", story.finding)]
    shown = "".join(f"<p><strong>{phrases[name]}:</strong> {_lines(text)}</p>" for name, text in rows if text)
    return f"<blockquote>{shown}</blockquote>" if shown else ""


def _figure(image: Image) -> str:
    size = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
    credit = f"<figcaption>{escape(image.credit, quote=False)}</figcaption>" if image.credit else ""
    return f'<figure><img src="{escape(image.url)}" alt="{escape(image.alt)}"{size}>{credit}</figure>'


def _credit(story: Story, image: Image) -> str:
    return f"<p><em>{_phrases(story)['picture']} {escape(image.credit, quote=False)}</em></p>"


def _evidence(story: Story) -> str:
    rows = []
    for source in story.sources:
        title = escape(source.title, quote=False)
        rows.append(f'<li><a href="{escape(source.url)}">{title}</a></li>' if source.url else f"<li>{title}</li>")
    return f"<h2>{_phrases(story)['evidence']}</h2><ul>{''.join(rows)}</ul>" if rows else ""


def _inert(markup: str) -> str:
    """The same to a reader, but nothing in it that WordPress would carry out.

    A rumour is quoted word for word. ``[gallery]`` in it would be run as a shortcode, and an address that stands alone
    in a paragraph would be replaced by the video or post behind it: we must not show what we warn of.
    """
    return re.sub(r"(^|>)(\s*https?):(?=//)", r"\1\2&#58;", markup.replace("[", "&#91;"), flags=re.MULTILINE)
