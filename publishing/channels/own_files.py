"""Fetches a story's own file, a picture or a recording, from its public address on our site: bounded in time and size.

One way for all channels that want bytes and not addresses. Nothing public has happened at the channel by then: what goes
wrong here is no doubt. Raises ChannelError, TRANSIENT or PERMANENT, in words about the kind of file.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http, NoAnswer, NotSent

FETCH_SECONDS = 30.0
TIMEOUT = (5.0, 8.0)  # to connect, to wait for the next piece: the most by which FETCH_SECONDS can be overrun
PICTURE_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Words:
    """What an editor is told (msgids). away: it may be there later; gone: it will not; too_large has a place for ``limit``."""

    away: str
    gone: str
    too_large: str


PICTURE = Words(
    away=_("The picture of this answer could not be fetched from this site. It is tried again."),
    gone=_("The picture of this answer is no longer at its address. Choose a picture for the answer again."),
    too_large=_("The picture of this answer is larger than %(limit)s MB. Choose a smaller one."),
)
NO_PICTURE = _("The picture of this answer is no JPEG, PNG, GIF or WebP file. Choose another one.")


def fetch(http: Http, url: str, words: Words, most_bytes: int, seconds: float = FETCH_SECONDS) -> bytes:
    """The bytes at ``url``, whole, at most ``most_bytes``. A redirect is no file: what was approved is at its own address."""
    until = time.monotonic() + seconds
    body = bytearray()
    try:
        with http.download(url, timeout=TIMEOUT) as file:
            if file.status != 200:
                is_passing = file.status >= 500 or file.status in {408, 429}
                raise ChannelError(
                    Outcome.TRANSIENT if is_passing else Outcome.PERMANENT,
                    words.away if is_passing else words.gone,
                    http_status=file.status,
                )
            if (file.total or 0) > most_bytes:
                raise _too_large(words, most_bytes)
            while len(body) <= most_bytes and (piece := file.read_some(PIECE_BYTES)):
                body += piece
                if time.monotonic() > until:
                    raise ChannelError(Outcome.TRANSIENT, words.away)
            if file.total is not None and len(body) < min(file.total, most_bytes):
                raise ChannelError(Outcome.TRANSIENT, words.away)  # broken off
    except (NotSent, NoAnswer):
        raise ChannelError(Outcome.TRANSIENT, words.away) from None
    if len(body) > most_bytes:
        raise _too_large(words, most_bytes)
    return bytes(body)


def picture(http: Http, url: str, most_bytes: int = PICTURE_BYTES, seconds: float = FETCH_SECONDS) -> tuple[bytes, str]:
    """(bytes, content type) of a picture. PERMANENT if it is none."""
    body = fetch(http, url, PICTURE, most_bytes, seconds)
    return body, picture_type(body)


def picture_type(body: bytes) -> str:
    """The content type by the first bytes: what an address or a header says may be wrong. PERMANENT if it is no picture."""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    raise ChannelError(Outcome.PERMANENT, NO_PICTURE)


def _too_large(words: Words, most_bytes: int) -> ChannelError:
    return ChannelError(Outcome.PERMANENT, words.too_large, values={"limit": most_bytes // (1024 * 1024)})
