"""Stories for every test of publishing: invented Vietnamese content, from tiny to huge."""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
import uuid
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any

from publishing.story import Audio, Source, Story

VIETNAM = timezone(timedelta(hours=7))
FAMILY = "👨‍👩‍👧‍👦"  # one letter to a reader, seven code points
FLAG = "🇻🇳"


def make_story(**kw: Any) -> Story:
    """A rebuttal as approved; the same every time. Keywords replace single fields."""
    values: dict[str, Any] = {
        "key": "rebuttal-7f3a9c-vi",
        "revision": 1,
        "kind": "rebuttal",
        "language": "vi",
        "url": "https://tinthat.example/bac-bo/nuoc-chanh-nong-chua-sot-xuat-huyet/",
        "slug": "nuoc-chanh-nong-chua-sot-xuat-huyet",
        "title": "Nước chanh nóng không chữa khỏi sốt xuất huyết",
        "claim": "Uống nước chanh nóng ba lần một ngày là khỏi sốt xuất huyết",
        "verdict": "Tin giả",
        "short_answer": "Không đúng. Sở Y tế tỉnh Sông Lam chưa từng đưa ra lời khuyên này; nước chanh nóng không chữa được bệnh.",
        "body_html": (
            "<h2>Điều đã được kiểm chứng</h2><p>Bài viết lan truyền dùng tên của Bệnh viện Sông Lam mà không được phép."
            '</p><p>Xem <a href="https://soyte.example/thong-bao">thông báo của Sở Y tế</a> &amp; số liệu tuần 46.</p>'
        ),
        "body_text": (
            "Điều đã được kiểm chứng\nBài viết lan truyền dùng tên của Bệnh viện Sông Lam mà không được phép.\n"
            "Xem thông báo của Sở Y tế & số liệu tuần 46."
        ),
        "office": "Trung tâm Xử lý tin giả tỉnh Sông Lam",
        "published_at": datetime(2026, 11, 20, 8, 0, tzinfo=VIETNAM),
        "modified_at": datetime(2026, 11, 20, 8, 0, tzinfo=VIETNAM),
        "topics": ("Sức khỏe", "Sốt xuất huyết"),
        "place": "Tỉnh Sông Lam",
        "sources": (
            Source("Thông báo số 12 của Sở Y tế tỉnh Sông Lam", "https://soyte.example/thong-bao", "document"),
        ),
    }
    return Story(**(values | kw))


_numbers = itertools.count(1)


def fresh_story(**kw: Any) -> Story:
    """A rebuttal that no other test has sent: ``token_of(story)`` is in its headline, claim, answer and address."""
    token = f"{uuid.uuid4().hex[:8]}{next(_numbers)}"
    values = {
        "key": f"rebuttal-{token}-vi",
        "url": f"https://tinthat.example/bac-bo/tin-{token}/",
        "slug": f"tin-{token}",
        "title": f"Không có chuyện phong tỏa cầu Lam Giang, tin số {token}",
        "claim": f"Cầu Lam Giang bị phong tỏa từ đêm nay, tin số {token}",
        "short_answer": f"Không đúng. Cầu Lam Giang vẫn thông xe bình thường, tin số {token}.",
    }
    return make_story(**(values | kw))


def make_audio(url: str, content: bytes, **kw: Any) -> Audio:
    """The recording ``content`` at ``url``, as approved."""
    known = {"title": "Lời đọc", "content_type": "audio/mpeg", "seconds": 65, "language": "vi"}
    return Audio(url=url, size=len(content), sha256=hashlib.sha256(content).hexdigest(), **(known | kw))


def token_of(story: Story) -> str:
    """What is unique to a fresh_story()."""
    return story.key.removeprefix("rebuttal-").removesuffix("-vi")


def make_correction(story: Story, **kw: Any) -> Story:
    """The next revision of ``story``, with what was changed."""
    changed = {
        "revision": story.revision + 1,
        "modified_at": story.modified_at + timedelta(hours=5),
        "change": "Số ca trong tuần 46 là 214, không phải 241.",
    }
    return _replaced(story, **(changed | kw))


def make_retraction(story: Story, **kw: Any) -> Story:
    """``story`` withdrawn, with the reason."""
    changed = {"is_retracted": True, "change": "Nguồn tin chính đã rút lại xác nhận."}
    return make_correction(story, **(changed | kw))


def variants() -> dict[str, Story]:
    """Stories at the edges, by name."""
    usual = make_story()
    long_line = "Nội dung kiểm chứng rất dài, nêu đủ từng nguồn và từng bước xác minh. "
    nfd = {name: unicodedata.normalize("NFD", value) for name, value in _texts(usual).items() if name not in _EXACT}
    return {
        "usual": usual,
        "fact": make_story(key="fact-1-vi", kind="verified_fact", claim="", verdict=""),
        "tiny": make_story(
            title="Có",
            claim="Mưa",
            verdict="Sai",
            short_answer="Sai.",
            body_html="",
            body_text="",
            topics=(),
            sources=(),
        ),
        "huge": make_story(
            title="Một tiêu đề dài " * 5_000,
            claim="Một lời đồn dài " * 5_000,
            short_answer=long_line * 60,
            body_text=(long_line * 3000)[:200_000],
            body_html=f"<p>{(long_line * 3000)[:200_000]}</p>",
            change="Một thay đổi dài " * 5_000,
        ),
        "unbroken": make_story(
            short_answer="a" * 5_000, body_text="b" * 200_000, body_html=f"<p>{'b' * 200_000}</p>", change="c" * 5_000
        ),
        "emoji": make_story(
            title=f"{FLAG} Cảnh báo {FAMILY * 40}",
            claim=f"{FAMILY * 90} chia sẻ ngay {FLAG}",
            short_answer=f"Không đúng {FAMILY} {FLAG} " * 60,
            body_text=FAMILY * 2_000,
            body_html=f"<p>{FAMILY * 2_000}</p>",
        ),
        "combining": _replaced(usual, **nfd),
        "english": make_story(
            key="rebuttal-7f3a9c-en",
            language="en",
            title="Hot lemon water does not cure dengue fever",
            claim="Hot lemon water three times a day cures dengue & more",
            verdict="False",
            short_answer="Not true. No health office has given this advice.",
        ),
        "recorded": make_story(audio=make_audio("https://tinthat.example/tai-lieu/7/sound.mp3", b"sound", seconds=0)),
        "query": make_story(url="https://tinthat.example/bac-bo/?id=7&utm_source=a%20b#ket-luan"),
    }


_EXACT = frozenset({"key", "kind", "language", "url", "slug"})


def _texts(story: Story) -> dict[str, str]:
    values = {field.name: getattr(story, field.name) for field in fields(story)}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _replaced(story: Story, **kw: Any) -> Story:
    return Story(**({field.name: getattr(story, field.name) for field in fields(story)} | kw))
