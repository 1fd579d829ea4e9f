"""The Official Account of sandbox/zalo.py as its readers see it."""

from __future__ import annotations

import html
import re
import struct
import zlib
from datetime import datetime
from typing import Any

from publishing.sandbox.server import Reply
from publishing.text import clean_html, plain_text


def _picture(width: int = 640, height: int = 360) -> bytes:
    """A plain PNG, darker towards the bottom: a picture that can be opened."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(
        b"\0" + bytes((20, 90 - row * 40 // height, 160 - row * 60 // height)) * width for row in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows, 9)) + part(b"IEND", b"")


PICTURE = _picture()

STYLE = """body{margin:0;background:#e9ecf1;color:#0d1b2e;font:16px/1.55 system-ui,sans-serif}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
.top{background:#0050b8;color:#fff;padding:.9rem 1rem;font-weight:600}.top small{display:block;font-weight:400;color:#dce9fb}
main{max-width:40rem;margin:0 auto;padding:1rem}
article,.card{display:block;background:#fff;border-radius:.75rem;margin:0 0 1rem;padding:1rem;color:inherit;text-decoration:none;overflow-wrap:anywhere}
.card h2{font-size:1.05rem;margin:0 0 .3rem;color:#0b4f9e}.card p{margin:0;color:#33435a}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .3rem}article h2{font-size:1.15rem}article h3{font-size:1.05rem}article small{color:#4a5a70}
.lead{font-weight:600}blockquote{margin:1rem 0;padding:.1rem 1rem;border-left:4px solid #b3261e;background:#fdf1f0}
img{max-width:100%;height:auto;border-radius:.4rem}img.cover{width:100%;max-height:14rem;object-fit:cover;background:#c9d3e0}
a{color:#0b4f9e}figure{margin:1rem 0}figcaption{color:#4a5a70;font-size:.9rem}"""


def text_of(given: dict[str, Any]) -> str:
    """All that a reader of the article can see, and the addresses its links lead to."""
    markup = "\n".join(block.get("content", "") for block in given["body"])
    links = re.findall(r'href="([^"]+)"', markup)
    told = [given["title"], given["author"], given["description"], plain_text(markup), *map(html.unescape, links)]
    return "\n".join(told)


def account(name: str, articles: list[Any]) -> Reply:
    """The list of articles."""
    cards = "".join(
        f'<a class="card" href="/bai-viet/{one.id}"><h2>{html.escape(one.given["title"])}</h2>'
        f"<p>{html.escape(one.given['description'])}</p></a>"
        for one in articles
    )
    return _page(name, name, cards or "<p>Chưa có bài viết nào.</p>")


def article(name: str, given: dict[str, Any], made: datetime, is_edited: bool) -> Reply:
    """One article."""
    body = "".join(map(_block, given["body"]))
    edited = " · đã chỉnh sửa" if is_edited else ""
    cover = html.escape(given["cover"]["photo_url"])
    whole = f"""<article><h1>{html.escape(given["title"])}</h1>
<p><small>{html.escape(given["author"])} · <time datetime="{made.isoformat()}">{made:%d/%m/%Y %H:%M}</time>{edited}</small></p>
<img class="cover" src="{cover}" alt=""><p class="lead">{html.escape(given["description"])}</p>{body}</article>
<p><a href="/">Tất cả bài viết của {html.escape(name)}</a></p>"""
    return _page(given["title"], name, whole)


def not_found() -> Reply:
    return _page("Không tìm thấy", "Zalo", "<p>Bài viết này không có hoặc đã bị gỡ.</p>", status=404)


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "image":
        caption = html.escape(block.get("caption", ""))
        return f'<figure><img src="{html.escape(block["url"])}" alt=""><figcaption>{caption}</figcaption></figure>'
    return clean_html(block.get("content", ""))


def _page(title: str, name: str, body: str, status: int = 200) -> Reply:
    """A page for people. ``title`` and ``name`` are text, ``body`` is HTML."""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{html.escape(title)} (mô phỏng)</title><style>{STYLE}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải Zalo thật</p>
<div class="top">{html.escape(name)}<small>Official Account</small></div><main>{body}</main></html>"""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https:"
    return Reply(status, whole, {"Content-Security-Policy": policy})
