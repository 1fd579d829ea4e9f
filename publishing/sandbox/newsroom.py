"""The stand-in of a broadcaster's newsroom: the folder of sandbox.sftp, and a page that shows its stories."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from publishing.sandbox.server import Reply, Request
from publishing.sandbox.sftp import SftpPage, SftpSandbox
from publishing.text import reading_seconds

NAME = "Đài Phát thanh – Truyền hình Ánh Dương (hư cấu)"


class NewsroomSandbox(SftpSandbox):
    """The newsroom."""

    watched: ClassVar[str] = ".json"

    def make_page(self, port: int) -> Page:
        return Page(self, port)

    def items(self) -> Iterator[dict[str, Any]]:
        """Every ninjs item received, in the order of their versions; what is none is left out."""
        found = []
        for path in self.inbox.glob("*.json"):
            try:
                item = json.loads(path.read_text())
                order = int(item["version"]), datetime.fromisoformat(item["versionCreated"])
                if item["uri"] and item["headlines"][0]["value"]:
                    found.append((order, item))
            except (ValueError, LookupError, TypeError):
                continue
        yield from (item for _order, item in sorted(found, key=lambda pair: pair[0]))


# The page for people -----------------------------------------------------------------------------------------

_STYLE = """body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:44rem;padding:1rem;color:#1b1b1b;background:#fafafa}
.mock{background:#fff3cd;border:1px solid #8a6d00;padding:.5rem .75rem;font-weight:600}
article{background:#fff;border:1px solid #ccc;border-radius:.5rem;padding:1rem;margin:1rem 0}
.sound audio{display:block;width:100%;margin-bottom:.25rem}.sound a{overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin:0 0 .5rem;overflow-wrap:anywhere}
.meta{color:#555;font-size:.9rem}.usable{color:#0b6b2e;font-weight:700}.canceled{color:#b00020;font-weight:700}
article.off{border-color:#b00020}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.75rem 0}
.note{border-left:4px solid #b00020;padding-left:.75rem}"""


class Page(SftpPage):
    """What the newsroom's editors see: one box a story, with its latest version."""

    def __init__(self, newsroom: NewsroomSandbox, port: int) -> None:
        super().__init__(newsroom, port)
        self.newsroom = newsroom
        self.route("GET", "/", self.home)

    def home(self, request: Request) -> Reply:
        stories: dict[str, list[dict[str, Any]]] = {}
        for item in self.newsroom.items():
            stories.setdefault(item["uri"], []).append(item)
        latest_first = sorted(stories.values(), key=lambda versions: versions[-1]["versionCreated"], reverse=True)
        boxes = (
            "".join(_box(versions, self.player(_sound_of(versions[-1]))) for versions in latest_first)
            or "<p>Chưa nhận được tin nào.</p>"
        )
        name = html.escape(NAME)
        return Reply(
            200,
            f'<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{name}</title><style>{_STYLE}</style><h1>{name}</h1>"
            f'<p class="mock">MÔ PHỎNG – không phải đài thật</p><p>Phòng tin đã nhận {len(stories)} tin.</p>{boxes}</html>',
        )


def _sound_of(item: dict[str, Any]) -> str:
    """Name of the file of the recording that the item speaks of; empty if it has none."""
    return next((str(one.get("title", "")) for one in item.get("renditions", []) if one.get("name") == "spoken"), "")


def _box(versions: list[dict[str, Any]], player: str) -> str:
    item = versions[-1]
    is_off = item.get("pubStatus") == "canceled"
    status = '<span class="canceled">ĐÃ RÚT – không đọc</span>' if is_off else '<span class="usable">Được dùng</span>'
    text = next((body["value"] for body in item.get("bodies", []) if body.get("role") == "script"), "")
    note = f'<p class="note">{html.escape(item["edNote"])}</p>' if item.get("edNote") else ""
    history = " · ".join(
        f"bản {html.escape(one['version'])}: {datetime.fromisoformat(one['versionCreated']):%d/%m/%Y %H:%M}"
        for one in versions
    )
    return (
        f'<article class="{"off" if is_off else "on"}"><h2>{html.escape(item["headlines"][0]["value"])}</h2>'
        f'<p class="meta">{status} · {html.escape(item.get("by", ""))} · khoảng {reading_seconds(text)} giây</p>{note}'
        f'{player}<pre>{html.escape(text)}</pre><p class="meta">{len(versions)} bản · {history}</p></article>'
    )
