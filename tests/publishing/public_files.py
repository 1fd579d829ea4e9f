"""Our own site as far as a channel needs it: pictures, a film and a recording at addresses that anybody may fetch."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Self

from publishing.sandbox.server import Reply, Request, Sandbox

SOUND = b"ID3" + bytes(range(256)) * 80
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"film " * 200


def png(number: int, width: int = 16, height: int = 9) -> bytes:
    """A small picture of one colour: another one for another number."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = (b"\0" + bytes((number * 37 % 256, 90, 160)) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


class PublicFiles(Sandbox):
    """/<number>.png, /film.mp4, /sound.mp3, and what is no picture, too large, gone, or not there right now."""

    def __init__(self) -> None:
        super().__init__()
        self.sound = SOUND
        self.route("GET", r"/(\d+)\.png", self._picture)
        self.route("GET", r"/film\.mp4", lambda request: Reply(200, MP4, content_type="video/mp4"))
        self.route("GET", r"/sound\.mp3", lambda request: Reply(200, self.sound, content_type="audio/mpeg"))
        self.route("GET", r"/moved\.png", lambda request: Reply(302, "", headers={"Location": "/1.png"}))
        self.route("GET", r"/page\.png", lambda request: Reply(200, "<!doctype html><title>Không phải ảnh</title>"))
        self.route("GET", r"/large\.png", lambda request: Reply(200, png(1) + b"\0" * 12_000_000))
        self.route("GET", r"/away\.png", lambda request: Reply(503, "Bảo trì"))

    def _picture(self, request: Request, number: str) -> Reply:
        return Reply(200, png(int(number)), content_type="image/png")


class WithFiles:
    """For a rig, before its own class: our site runs as long as the channel's stand-in, as ``files``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.files = PublicFiles()

    def __enter__(self) -> Self:
        self.files.start()
        super().__enter__()  # type: ignore[misc]
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)  # type: ignore[misc]
        self.files.stop()
