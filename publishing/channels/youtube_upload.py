"""Hands a film over in pieces, from its public address to an upload session of YouTube, and goes on where it broke off.

Part of youtube.py. Source: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol. A session becomes a
film only with its last byte: until that was sent, whatever goes wrong, nothing is out.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Answer, Download, Http, NoAnswer, NotSent
from publishing.channels.youtube_errors import FILM_AWAY, FILM_BROKE_OFF, TOO_SLOW, UNCLEAR

PIECE_BYTES = 16 * 256 * 1024  # a multiple of 256 KiB, as YouTube demands, and all that is held in memory
UPLOAD_SECONDS = 1_200.0
LOOKS = 3  # how often the session is asked after an answer was lost
STANDSTILLS = 5  # answers in a row that no byte came of


class Film:
    """A film at its public address, read once from start to end, or again from where it must be read again.

    Entered it is open and ``total``, its size in bytes, is known. Raises ChannelError: nothing was sent to anybody yet.
    """

    def __init__(self, http: Http, url: str) -> None:
        self.http, self.url = http, url
        self.total = 0
        self._stack = ExitStack()
        self._file: Download | None = None
        self._place = 0

    def __enter__(self) -> Film:
        self._open(0)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _open(self, start: int) -> None:
        self._stack.close()
        try:
            file = self._stack.enter_context(self.http.download(self.url, start))
        except (NotSent, NoAnswer):
            raise ChannelError(Outcome.TRANSIENT, FILM_BROKE_OFF) from None
        if file.status not in {200, 206} or not file.total:
            outcome = Outcome.TRANSIENT if file.status >= 500 else Outcome.PERMANENT
            raise ChannelError(outcome, FILM_AWAY, http_status=file.status)
        if self.total and file.total != self.total:
            raise ChannelError(Outcome.TRANSIENT, FILM_BROKE_OFF)  # another file stands there now
        self.total, self._file, self._place = file.total, file, start

    def read(self, start: int) -> bytes:
        """The piece from byte ``start`` on. Never short of what is there."""
        if self._place != start or self._file is None:
            self._open(start)
        assert self._file is not None
        wanted = min(PIECE_BYTES, self.total - start)
        try:
            piece = self._file.read(wanted)
        except NoAnswer:
            piece = b""
        if len(piece) < wanted:
            self._file = None
            raise ChannelError(Outcome.TRANSIENT, FILM_BROKE_OFF)
        self._place = start + wanted
        return piece


@dataclass
class Upload:
    """One session. ``refusal`` makes the ChannelError of a refusal; ``pause`` waits."""

    http: Http
    session: str
    headers: Mapping[str, str]
    refusal: Callable[[Answer], ChannelError]
    pause: Callable[[float], None] = time.sleep
    until: float = field(default_factory=lambda: time.monotonic() + UPLOAD_SECONDS)
    is_last_sent: bool = False

    def carry(self, film: Film) -> Answer:
        """The answer with the finished film. Raises ChannelError: UNKNOWN only once the last byte was sent."""
        start = standstills = 0
        while standstills <= STANDSTILLS:
            if time.monotonic() > self.until:
                raise self._doubt(TOO_SLOW, minutes=int(UPLOAD_SECONDS // 60))
            try:
                piece = film.read(start)
            except ChannelError as error:
                if error.words != FILM_BROKE_OFF or standstills == STANDSTILLS:
                    raise self._doubt(error.words, error.outcome, error.http_status) from None
                standstills += 1
                self.pause(1.0)
                continue
            answer = self._put(piece, start, film.total)
            if _is_done(answer):
                return answer
            received = _received(answer)
            standstills = standstills + 1 if received <= start else 0
            start = received
        raise self._doubt(UNCLEAR)

    def _put(self, piece: bytes, start: int, total: int) -> Answer:
        """One piece; if that brings no clear answer, what the session says it has."""
        end = start + len(piece)
        self.is_last_sent = self.is_last_sent or end == total
        try:
            answer = self._call(io.BytesIO(piece), f"bytes {start}-{end - 1}/{total}")
        except (NotSent, NoAnswer):
            return self._ask(total)
        if answer.status == 308 or _is_done(answer):
            return answer
        if 400 <= answer.status < 500 and isinstance(answer.json, dict) and answer.status not in {404, 410}:
            raise self.refusal(answer)  # refused in so many words: surely not taken
        return self._ask(total)

    def _ask(self, total: int) -> Answer:
        for look in range(LOOKS):
            self.pause(2.0 * (look + 1))
            try:
                answer = self._call(b"", f"bytes */{total}")
            except (NotSent, NoAnswer):
                continue
            if answer.status == 308 or _is_done(answer):
                return answer
            if answer.status in {404, 410}:
                break  # the session is gone, with or without the film in it
        raise self._doubt(UNCLEAR)

    def _call(self, body: object, what: str) -> Answer:
        # A file-like body is sent in small blocks, each with its own time limit: a slow line is not a dead one.
        headers = {**self.headers, "Content-Range": what, "Content-Type": "application/octet-stream"}
        return self.http.call("PUT", self.session, headers=headers, data=body)

    def _doubt(
        self, words: str, otherwise: Outcome = Outcome.TRANSIENT, status: int = 0, **values: int
    ) -> ChannelError:
        outcome = Outcome.UNKNOWN if self.is_last_sent else otherwise
        return ChannelError(outcome, words, values=values, http_status=status)


def _is_done(answer: Answer) -> bool:
    return answer.status in {200, 201} and isinstance(answer.json, dict) and isinstance(answer.json.get("id"), str)


def _received(answer: Answer) -> int:
    """How many bytes the session has: "Range: bytes=0-N", or no such header for none."""
    last = str(answer.headers.get("Range", "")).rpartition("-")[2]
    return int(last) + 1 if last.isdecimal() else 0
