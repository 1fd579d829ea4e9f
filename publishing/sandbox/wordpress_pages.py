"""The invented newspaper's pages. Every one says that it is a simulation: a screenshot must not pass for real news."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Any

ZONE = timezone(timedelta(hours=7))

_STYLE = """
:root{--ink:#1b1b1b;--soft:#5d5a55;--line:#d8d3ca;--red:#a3161c;--paper:#fffdf9}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.125rem/1.65 Georgia,"Noto Serif",serif;overflow-wrap:break-word}
.sim{background:#ffe08a;color:#3a2a00;text-align:center;font:700 .85rem/1.4 system-ui,sans-serif;padding:.5rem 1rem}
header.paper{border-bottom:4px double var(--ink);text-align:center;padding:1.1rem 1rem .8rem}
header.paper a{color:inherit;text-decoration:none;font-size:clamp(1.6rem,6vw,2.6rem);font-weight:700;letter-spacing:.01em}
main,footer{max-width:42rem;margin:0 auto;padding:1.2rem 1rem}
h1{font-size:clamp(1.6rem,5.5vw,2.3rem);line-height:1.25;margin:.2rem 0 .6rem}
h2{font-size:1.3rem;line-height:1.35;margin:1.6rem 0 .4rem}
.meta{color:var(--soft);font:.9rem/1.5 system-ui,sans-serif;margin:0 0 1rem}
.section{color:var(--red);font-weight:700}
article.card{border-bottom:1px solid var(--line);padding:.4rem 0 1rem}
article.card h2{margin:.6rem 0 .2rem}
article.card h2 a{color:inherit;text-decoration:none}
a{color:#0b4f8a}a:hover,a:focus{text-decoration:underline}
blockquote{margin:1rem 0;padding:.7rem 1rem;border-left:4px solid var(--red);background:#f6f1e7}
blockquote p{margin:.25rem 0}
figure{margin:1.2rem 0}img{max-width:100%;height:auto}figcaption{color:var(--soft);font-size:.9rem}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid var(--line);padding:.3rem .6rem}
footer{border-top:1px solid var(--line);color:var(--soft);font:.85rem/1.5 system-ui,sans-serif}
"""
_NOTICE = "MÔ PHỎNG – không phải báo thật"


def front(name: str, posts: Iterable[dict[str, Any]]) -> str:
    """The newest posts, each with ``link``. Titles and leads are HTML that WordPress has filtered already."""
    cards = "".join(
        f'<article class="card"><h2><a href="{escape(post["link"])}">{post["title"]}</a></h2>'
        f'<p class="meta">{_day(post)}</p><p>{post["excerpt"]}</p></article>'
        for post in posts
    )
    return _page(name, name, f"<h1>Tin mới</h1>{cards or '<p>Chưa có bài nào.</p>'}")


def article(name: str, post: dict[str, Any], section: str, picture: dict[str, Any] | None = None) -> str:
    """One post, with its own picture above the text. The lead is the first paragraph of its content."""
    changed = "" if post["modified_gmt"] == post["date_gmt"] else f" · Cập nhật {_day(post, 'modified_gmt')}"
    head = f'<p class="meta"><span class="section">{section}</span> · {_day(post)}{changed}</p>'
    return _page(
        name, post["title"], f"<article><h1>{post['title']}</h1>{head}{_picture(picture)}{post['content']}</article>"
    )


def _picture(picture: dict[str, Any] | None) -> str:
    if picture is None:
        return ""
    caption = f"<figcaption>{picture['caption']}</figcaption>" if picture["caption"] else ""
    return f'<figure><img src="{escape(picture["path"])}" alt="{escape(picture["alt_text"])}">{caption}</figure>'


def missing(name: str) -> str:
    """For what is not there, or no longer."""
    return _page(name, "Không tìm thấy", "<h1>Không tìm thấy bài này</h1><p>Bài có thể đã được gỡ.</p>")


def _page(name: str, title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        # Whatever a test or a demo puts in: nothing of it is ever run.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src *\">"
        f"<title>{title} – {escape(_NOTICE)}</title><style>{_STYLE}</style></head><body>"
        f'<div class="sim" role="note">{_NOTICE}. Tòa soạn và mọi nội dung ở đây là hư cấu.</div>'
        f'<header class="paper"><a href="/">{escape(name)}</a></header><main>{body}</main>'
        f"<footer>{_NOTICE}. Trang này thay cho trang WordPress của một tòa soạn.</footer></body></html>"
    )


def _day(post: dict[str, Any], name: str = "date_gmt") -> str:
    local = datetime.fromisoformat(post[name]).replace(tzinfo=UTC).astimezone(ZONE)
    return f"{local:%H:%M, %d/%m/%Y}"
