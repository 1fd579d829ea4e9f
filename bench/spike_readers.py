"""Readers who all want one page: ``python bench/spike_readers.py`` with a line of JSON on its standard input.

    {"port", "path", "rate" (a second), "seconds", "begins_at" (time of day), "old", "new" (words of the page)}

Each reader comes at a moment of the plan, whether or not those before were served, on a connection of its own and from
one of 250 addresses of the loopback, asks once and leaves. Written against epoll, so that asking costs the machine as
little as it can: what is measured is the site. Prints one line of JSON, a ``Told``.
"""

from __future__ import annotations

import gzip
import json
import re
import select
import socket
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

ADDRESSES = 250
GIVES_UP = 15.0  # seconds a reader waits
MOST_AT_ONCE, AT_A_TURN = 2_000, 20
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PACKED = re.compile(rb"\r\ncontent-encoding: *gzip", re.IGNORECASE)


@dataclass
class Told:
    """``samples``: the beginning of answers with neither words; ``marked``: answers that said of themselves
    that they may be old; ``took``: seconds from the connecting to the last byte; ``lag``: seconds that a reader came later than planned,
    which is this program's fault and not the site's. ``old_asked_at``: when those asked who got the old words."""

    planned: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    old_asked_at: list[float] = field(default_factory=list)
    new_asked_at: list[float] = field(default_factory=list)
    neither: int = 0
    marked: int = 0
    samples: list[str] = field(default_factory=list)


class Reader:
    """One of them: its connection, when it came, and what it got so far."""

    __slots__ = ("asked_at", "began", "got", "socket")

    def __init__(self, number: int, port: int) -> None:
        self.asked_at, self.began, self.got = time.time(), time.monotonic(), b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.bind((f"127.0.1.{1 + number % ADDRESSES}", 0))
        self.socket.connect_ex(("127.0.0.1", port))

    def is_complete(self) -> bool:
        head, found, body = self.got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        return bool(found and length and len(body) >= int(length[1]))


class Crowd:
    """All of them."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted, self.told = wanted, Told()
        self.request = (
            f"GET {wanted['path']} HTTP/1.1\r\nHost: 127.0.0.1:{wanted['port']}\r\nAccept-Encoding: gzip\r\n"
            "Accept: text/html\r\nAccept-Language: vi\r\nUser-Agent: reader\r\n\r\n"
        ).encode()
        self.waiting: dict[int, Reader] = {}
        self.in_order: deque[Reader] = deque()  # as they came: the first is the first to give up
        self.poll = select.epoll()
        self._words: dict[bytes, str] = {}

    def come(self) -> Told:
        """Everybody comes in turn, and the last one has been served or gave up."""
        rate, begins_at = self.wanted["rate"], self.wanted["begins_at"]
        self.told.planned = int(rate * self.wanted["seconds"])
        number = 0
        while number < self.told.planned or self.waiting:
            for _turn in range(AT_A_TURN):
                due = begins_at + number / rate
                if number == self.told.planned or time.time() < due or len(self.waiting) >= MOST_AT_ONCE:
                    break
                self.told.lag.append(time.time() - due)
                self._enter(number)
                number += 1
            next_one = begins_at + number / rate - time.time() if number < self.told.planned else 0.2
            self._serve(min(0.2, max(0.0, next_one)))
            self._give_up()
        self.told.seconds = time.time() - begins_at
        return self.told

    def _enter(self, number: int) -> None:
        try:
            reader = Reader(number, self.wanted["port"])
        except OSError as error:
            self.told.errors[type(error).__name__] += 1
            return
        self.waiting[reader.socket.fileno()] = reader
        self.in_order.append(reader)
        self.poll.register(reader.socket, select.EPOLLOUT)

    def _serve(self, seconds: float) -> None:
        for number, event in self.poll.poll(seconds):
            reader = self.waiting[number]
            try:
                if not reader.got and (failed := reader.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                    raise OSError(failed, "connecting")
                if event & select.EPOLLOUT:
                    reader.socket.send(self.request)  # 200 bytes: a new connection has room for them
                    self.poll.modify(number, select.EPOLLIN)
                    continue
                more = reader.socket.recv(262_144)
            except OSError as error:
                self._leave(number, type(error).__name__)
                continue
            reader.got += more
            if reader.is_complete():
                self._leave(number)
            elif not more:
                self._leave(number, "cut off")

    def _give_up(self) -> None:
        while self.in_order and (
            self.in_order[0].socket.fileno() < 0 or time.monotonic() - self.in_order[0].began > GIVES_UP
        ):
            reader = self.in_order.popleft()
            if reader.socket.fileno() >= 0:
                self._leave(reader.socket.fileno(), "no answer")

    def _leave(self, number: int, error: str = "") -> None:
        reader = self.waiting.pop(number)
        self.poll.unregister(number)
        reader.socket.close()
        if error:
            self.told.errors[error] += 1
            return
        self.told.took.append(time.monotonic() - reader.began)
        head, _blank, body = reader.got.partition(b"\r\n\r\n")
        self.told.statuses[head[9:12].decode()] += 1
        self.told.marked += b"\r\nx-stale:" in head.lower() or b"\r\nwarning: 110" in head.lower()
        match self._word(body, bool(_PACKED.search(head))):
            case "old":
                self.told.old_asked_at.append(reader.asked_at)
            case "new":
                self.told.new_asked_at.append(reader.asked_at)
            case _:
                self.told.neither += 1
                self.told.samples.append(f"at {reader.asked_at:.2f}: {reader.got[:700]!r}")

    def _word(self, body: bytes, is_packed: bool) -> str:
        """Which words are in an answer. Most bodies are one of a few: each is looked at once."""
        if body not in self._words:
            text = (gzip.decompress(body) if is_packed else body).decode(errors="replace")
            found = [name for name in ("old", "new") if self.wanted[name] in text]
            self._words[body] = found[0] if found else ""
        return self._words[body]


if __name__ == "__main__":
    print(json.dumps(vars(Crowd(json.loads(sys.stdin.readline())).come())))
