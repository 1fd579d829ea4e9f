"""The outermost layer of the site: a page that was made for one reader is given to the next from memory.

What it gives was public within the last half second (ASKED_EVERY): a page counts for as long as ``public_now`` says
what it said before the page was made. Where the database does not answer, the last copy goes out, marked; never one of
which is known that something changed since.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from cms.page_cache import copies
from cms.page_cache.addresses import place_of
from cms.page_cache.copies import Copies, Copy, Headers, StartResponse
from cms.page_cache.marking import MARK
from cms.page_cache.watch import VERSION, Known, Watch

# How old, in seconds, what we know of the database may be. Behind a proxy that keeps pages for a second itself, that
# second is all there is.
ASKED_EVERY, ASKED_BEHIND_PROXY = 0.5, 0.01
# A page is made anew after this, should it depend on anything that neither the database nor the clock tells.
LONGEST_SECONDS = 60.0
# So long others wait for the one who makes a page; then each makes it for itself.
WAIT_SECONDS = 10.0
# Of so many addresses is remembered that their page is not the same for everybody.
MOST_OTHERS = 10_000

Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class PublicPages:
    """A WSGI application around another, which marks what may be kept (marking.py)."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.behind_proxy = settings.BEHIND_PROXY
        self.watch = Watch(ASKED_BEHIND_PROXY if self.behind_proxy else ASKED_EVERY)
        self.copies = Copies(settings.PAGE_CACHE_MB * 1024 * 1024)
        self.old_seconds = settings.STALE_SECONDS
        self._being_made: dict[tuple[str, str], threading.Lock] = {}
        self._others: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        place = place_of(environ, self.behind_proxy)
        if place is None:
            return self.application(environ, start_response)
        known, copy = self.watch.known(), self.copies.get(place)
        if copy is not None and not known.is_answering and not self._may_be_given(copy, known):
            known = self.watch.known(is_patient=True)
        if copy is not None and self._holds(copy, known):
            return copies.give(copy, environ, start_response, self._for_the_proxy())
        if not known.is_answering:
            return self._without_database(copy, known, environ, start_response)
        if environ["REQUEST_METHOD"] != "GET" or not known.version:
            return self.application(environ, start_response)
        if place[0] in self._others:
            return self._make(place, copy, known, environ, start_response)
        # One makes it, the others wait: after a correction everybody asks at once.
        lock = self._being_made.setdefault(place, threading.Lock())
        is_ours = lock.acquire(timeout=WAIT_SECONDS)
        try:
            made = self.copies.get(place)
            if made is not copy and made is not None and self._holds(made, known):
                return copies.give(made, environ, start_response, self._for_the_proxy())
            return self._make(place, copy, known, environ, start_response)
        finally:
            if is_ours:
                self._being_made.pop(place, None)
                lock.release()

    @staticmethod
    def _holds(copy: Copy, known: Known) -> bool:
        return (
            known.is_answering
            and copy.version == known.version
            and known.version != ""
            and time.monotonic() - copy.made_at < LONGEST_SECONDS
        )

    def _for_the_proxy(self) -> Headers:
        """nginx counts in whole seconds: until the end of this one, so never longer than a second in all."""
        return [("X-Accel-Expires", f"@{int(time.time())}")] if self.behind_proxy else []

    def _may_be_given(self, copy: Copy | None, known: Known) -> bool:
        """Whether an old copy is better than none: nothing is known to have changed since it was made."""
        return copy is not None and copy.version == known.version and time.monotonic() - copy.made_at < self.old_seconds

    def _without_database(
        self, copy: Copy | None, known: Known, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        if copy is None:
            return self.application(environ, start_response)
        if self._may_be_given(copy, known):
            return copies.give_old(copy, environ, start_response, self._for_the_proxy())
        # A proxy must not help itself to an older copy of its own either: what changed may have been a retraction.
        body = b"This page cannot be shown just now. Please try again in a minute.\n"
        told = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "10"), ("Cache-Control", "no-store")]
        start_response("503 Service Unavailable", [*told, ("Content-Length", str(len(body)))])
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _make(
        self,
        place: tuple[str, str],
        before: Copy | None,
        known: Known,
        environ: dict[str, Any],
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        inside = {**environ, MARK: False, VERSION: known.version}
        said: list[Any] = []

        def listen(status: str, headers: Headers, *more: Any) -> None:
            said[:] = [status, headers, *more]

        parts = self.application(inside, listen)
        status, headers = said[0], said[1]
        if status.startswith("5") and before is not None and self._may_be_given(before, known):
            _close(parts)
            return copies.give_old(before, environ, start_response, self._for_the_proxy())
        if not inside[MARK] or status != "200 OK" or _is_for_one(headers):
            if len(self._others) >= MOST_OTHERS:
                self._others.clear()
            self._others.add(place[0])
            start_response(*said)
            return parts
        try:
            body = b"".join(parts)
        finally:
            _close(parts)
        copy = copies.make(known.version, headers, body)
        self.copies.keep(place, copy)
        self._others.discard(place[0])
        return copies.give(copy, environ, start_response, self._for_the_proxy())


def _is_for_one(headers: Headers) -> bool:
    """Whether an answer says itself that it is not for everybody, or not to be kept."""
    told = {name.lower(): value for name, value in headers}
    words = told.get("cache-control", "")
    return "set-cookie" in told or "no-store" in words or "private" in words


def _close(parts: Any) -> None:
    if hasattr(parts, "close"):
        parts.close()
