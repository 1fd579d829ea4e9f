"""The channel of sandbox/youtube.py as its viewers see it."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from publishing.sandbox.server import Reply

STYLE = """body{margin:0;background:#f6f6f6;color:#0f0f0f;font:16px/1.5 system-ui,sans-serif}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
.top{background:#fff;border-bottom:1px solid #ddd;padding:.8rem 1rem;font-weight:700}
main{max-width:56rem;margin:0 auto;padding:1rem}h1{font-size:1.25rem;line-height:1.3;margin:.8rem 0 .3rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}
.card{color:inherit;text-decoration:none}.card b{display:block;margin:.4rem 0 .1rem;overflow-wrap:anywhere}
.still{display:flex;aspect-ratio:16/9;align-items:center;justify-content:center;background:#222;color:#fff;border-radius:.6rem;overflow:hidden}
.still img{width:100%;height:100%;object-fit:cover}video{width:100%;background:#000;border-radius:.6rem;aspect-ratio:16/9}
.told{background:#ececec;border-radius:.6rem;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
a{color:#0b57a4}small{color:#555}"""


def channel(name: str, films: list[Any]) -> Reply:
    """The list of public films."""
    cards = "".join(
        f'<a class="card" href="/watch?v={film.id}">{_still(film)}<b>{html.escape(film.snippet["title"])}</b>'
        f"<small>{film.views} lượt xem</small></a>"
        for film in films
    )
    return _page(name, name, f'<div class="grid">{cards}</div>' if cards else "<p>Chưa có video nào.</p>")


def watch(name: str, film: Any, made: datetime) -> Reply:
    """One film."""
    told = re.sub(
        r"https?://[^\s<]+", r'<a href="\g<0>" rel="nofollow">\g<0></a>', html.escape(film.snippet["description"])
    )
    poster = f' poster="/picture/{film.id}"' if film.has_picture else ""
    body = f"""<video controls preload="metadata" src="/film/{film.id}"{poster}></video>
<h1>{html.escape(film.snippet["title"])}</h1><p><b>{html.escape(name)}</b></p>
<div class="told"><small>{film.views} lượt xem · <time datetime="{made.isoformat()}">{made:%d/%m/%Y %H:%M}</time></small>
{told}</div><p><a href="/">Tất cả video của {html.escape(name)}</a></p>"""
    return _page(film.snippet["title"], name, body)


def not_found() -> Reply:
    return _page("Không xem được", "YouTube", "<p>Video này không còn hoặc ở chế độ riêng tư.</p>", status=404)


def _still(film: Any) -> str:
    inner = f'<img src="/picture/{film.id}" alt="">' if film.has_picture else "▶"
    return f'<span class="still">{inner}</span>'


def _page(title: str, name: str, body: str, status: int = 200) -> Reply:
    """A page for people. ``title`` and ``name`` are text, ``body`` is HTML."""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{html.escape(title)} (mô phỏng)</title><style>{STYLE}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải YouTube thật</p>
<div class="top">{html.escape(name)}</div><main>{body}</main></html>"""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'"
    return Reply(status, whole, {"Content-Security-Policy": policy})
