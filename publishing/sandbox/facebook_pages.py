"""The stand-in's Pages as their readers see them. Every one says that it is a simulation."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from publishing.sandbox.facebook_graph import Stored
from publishing.sandbox.server import Reply


def card(post: Stored, owner: str, address: str) -> str:
    """One post as HTML; ``address`` is its permanent link."""
    name = html.escape(owner)
    made = datetime.fromtimestamp(post.created, timezone(timedelta(hours=7)))
    edited = " · <b>Đã chỉnh sửa</b>" if post.edited else ""
    text = re.sub(r"https?://[^\s<]+", r'<a href="\g<0>" rel="nofollow">\g<0></a>', html.escape(post.message))
    link = html.escape(post.link)
    site = html.escape(urlsplit(post.link).netloc)
    preview = f'<a class="link" href="{link}" rel="nofollow"><small>{site}</small><br>{link}</a>' if link else ""
    when = f'<a href="{address}"><time datetime="{made.isoformat()}">{made:%d/%m/%Y %H:%M}</time></a>'
    preview += _media(post)
    return f"<article><header><b>{name}</b><br><small>{when}{edited}</small></header><p>{text}</p>{preview}</article>"


def _media(post: Stored) -> str:
    """Pictures side by side, or the film, as on the Page."""
    if post.film:
        return f'<video controls preload="metadata" src="{html.escape(post.film["url"])}"></video>'
    tags = "".join(f'<img src="{html.escape(one["url"])}" alt="{html.escape(one["alt"])}">' for one in post.pictures)
    return f'<div class="pictures n{min(2, len(post.pictures))}">{tags}</div>' if tags else ""


def page(title: str, body: str, status: int = 200) -> Reply:
    """A page for people. ``title`` and ``body`` are HTML."""
    style = """body{margin:0;background:#eef0f3;color:#1c1e21;font:16px/1.5 system-ui,sans-serif}
main{max-width:38rem;margin:0 auto;padding:1rem}h1{font-size:1.3rem}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
article{background:#fff;border:1px solid #d5d9de;border-radius:.6rem;margin:0 0 1rem;overflow:hidden}
header,article p{margin:0;padding:.8rem 1rem}article p{padding-top:0;white-space:pre-wrap;overflow-wrap:anywhere}
.pictures{display:grid;gap:2px}.n2{grid-template-columns:1fr 1fr}
img,video{display:block;width:100%;height:100%;max-height:32rem;object-fit:cover;background:#d5d9de}
a{color:#0b4f8a}small,small a{color:#50555c}
.link{display:block;padding:.7rem 1rem;background:#f4f6f8;border-top:1px solid #d5d9de;overflow-wrap:anywhere}"""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} (mô phỏng)</title><style>{style}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải Facebook thật</p><main>{body}</main></html>"""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https:; media-src http: https:"
    return Reply(status, whole, {"Content-Security-Policy": policy})
