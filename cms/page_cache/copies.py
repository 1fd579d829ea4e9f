"""Copies of pages in the memory of one process, and how they are given out."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]

# Of one address at most so many parts of its list: who invents queries can push out nothing else.
MOST_OF_ONE = 40
_LEVEL = 6
# Said anew for each reader, or true of one answer only.
_NOT_KEPT = frozenset({"content-length", "vary", "set-cookie", "date"})
# In every page, hidden: shown where the page may be out of date (templates/components/may_be_old.html).
_HIDDEN, _SHOWN = b'class="may-be-old" hidden', b'class="may-be-old"'


@dataclass(frozen=True)
class Copy:
    """One page. ``version`` is what was public when its making began; ``made_at`` in seconds of time.monotonic."""

    version: str
    made_at: float
    headers: Headers
    body: bytes
    packed: bytes
    etag: str

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.body) + len(self.packed) + 1000


def make(version: str, headers: Headers, body: bytes) -> Copy:
    """A copy of an answer with these headers."""
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    kept = [(name, value) for name, value in headers if name.lower() not in _NOT_KEPT and name.lower() != "etag"]
    if not any(name.lower() == "cache-control" for name, _value in kept):
        # A browser asks each time, and gets an empty answer while nothing changed.
        kept.append(("Cache-Control", "public, max-age=0, must-revalidate"))
    kept += [("Vary", "Accept-Encoding"), ("ETag", f'W/"{etag}"')]
    return Copy(version, time.monotonic(), kept, body, gzip.compress(body, _LEVEL), etag)


def give(copy: Copy, environ: dict[str, Any], start_response: StartResponse, more: Headers) -> Iterable[bytes]:
    """Answers with the copy as it is."""
    if copy.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", copy.headers + more)
        return []
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body, more = copy.packed, [*more, ("Content-Encoding", "gzip")]
    else:
        body = copy.body
    start_response("200 OK", [*copy.headers, *more, ("Content-Length", str(len(body)))])
    return [body] if environ["REQUEST_METHOD"] == "GET" else []


def give_old(copy: Copy, environ: dict[str, Any], start_response: StartResponse, more: Headers) -> Iterable[bytes]:
    """Answers with the copy, which nobody can compare with the database now, and says so: in a header and on the page."""
    body = copy.body.replace(_HIDDEN, _SHOWN, 1)
    kept = [(name, value) for name, value in copy.headers if name not in ("Cache-Control", "ETag")]
    told = [
        ("Cache-Control", "no-cache"),
        ("Warning", '110 - "Response is Stale"'),
        ("X-Stale", f"{time.monotonic() - copy.made_at:.0f}"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", kept + more + told)
    return [body] if environ["REQUEST_METHOD"] == "GET" else []


@dataclass
class Copies:
    """What fits into ``most`` bytes; what was made longest ago goes first."""

    most: int
    size: int = 0
    _of: dict[str, dict[str, Copy]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, place: tuple[str, str]) -> Copy | None:
        """The copy kept for a place, whatever its age."""
        address, query = place
        of_one = self._of.get(address)
        return of_one.get(query) if of_one else None

    def keep(self, place: tuple[str, str], copy: Copy) -> None:
        """Puts it in the place of an older one."""
        address, query = place
        with self._lock:
            of_one = self._of.pop(address, {})
            if (before := of_one.pop(query, None)) is not None:
                self.size -= before.size
            if len(of_one) < MOST_OF_ONE and copy.size <= self.most:
                # A new dictionary: readers of the old one take no lock.
                of_one = {**of_one, query: copy}
                self.size += copy.size
            if of_one:
                self._of[address] = of_one  # now the last in order
            while self.size > self.most:
                oldest = self._of.pop(next(iter(self._of)))
                self.size -= sum(one.size for one in oldest.values())
