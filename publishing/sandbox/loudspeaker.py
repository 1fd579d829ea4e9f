"""The stand-in of a loudspeaker station with a folder: that of sandbox.sftp, and a page that shows its bulletins."""

from __future__ import annotations

import html
from pathlib import Path
from typing import ClassVar

from publishing.sandbox.server import Reply, Request
from publishing.sandbox.sftp import SftpPage, SftpSandbox

NAME = "Đài Truyền thanh xã Bình Minh (hư cấu)"

_STYLE = """body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:44rem;padding:1rem;color:#1b1b1b;background:#fafafa}
.mock{background:#fff3cd;border:1px solid #8a6d00;padding:.5rem .75rem;font-weight:600}
article{background:#fff;border:1px solid #ccc;border-radius:.5rem;padding:1rem;margin:1rem 0}
.sound audio{display:block;width:100%;margin-bottom:.25rem}.sound a{overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:0 0 .5rem;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.75rem 0}"""


class StationSandbox(SftpSandbox):
    """The station."""

    watched: ClassVar[str] = ".txt"

    def make_page(self, port: int) -> Page:
        return Page(self, port)

    def bulletins(self) -> list[Path]:
        """The files that are whole, oldest first."""
        return sorted(self.inbox.glob("[!.]*.txt"), key=lambda path: (path.stat().st_mtime_ns, path.name))


class Page(SftpPage):
    """What the station's announcer sees, newest first."""

    def __init__(self, station: StationSandbox, port: int) -> None:
        super().__init__(station, port)
        self.station = station
        self.route("GET", "/", self.home)

    def home(self, request: Request) -> Reply:
        boxes = "".join(
            f"<article><h2>{html.escape(path.name)}</h2>{self.player(path.name)}"
            f"<pre>{html.escape(path.read_text())}</pre></article>"
            for path in reversed(self.station.bulletins())
        )
        name = html.escape(NAME)
        return Reply(
            200,
            f'<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{name}</title><style>{_STYLE}</style><h1>{name}</h1>"
            f'<p class="mock">MÔ PHỎNG – không phải đài thật</p>{boxes or "<p>Chưa có bản tin nào.</p>"}</html>',
        )
