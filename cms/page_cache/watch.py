"""What a process knows of what is public: asked of the database seldom, by one thread for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from cms.page_cache import changes

# Under this name the layer tells a request what it knows.
VERSION = "cms.public_now"
# Nobody who has a copy to give waits longer than this for another thread's question; then the database counts as away.
PATIENCE_SECONDS = 0.3
# So long waits whoever has none: on a busy machine the database is slow, and that is no reason to show nobody the page.
LONG_PATIENCE_SECONDS = 5.0
# So long a database that did not answer is left alone.
AGAIN_SECONDS = 0.5

# Each says when something that readers see changes next by itself, with the time: a warning that runs out. None: never.
moments: list[Callable[[], datetime | None]] = []

_next_moment: tuple[str, datetime, datetime] = ("", datetime.max, datetime.min)


def public_now() -> str:
    """Another text whenever something public changed, by anybody or with the time; empty where nobody watches over that.

    One query; one more for each of ``moments`` after a change. Raises django.db.Error.
    """
    global _next_moment
    version = changes.version()
    if not version:
        return ""
    now = timezone.now()
    known, since, until = _next_moment
    if known != version or not since <= now < until:
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        found = [when for ask in moments if (when := ask()) is not None and when > now]
        until = min([midnight, *found])
        _next_moment = version, now, until
    return f"{version}/{until.timestamp():.3f}"


@dataclass(frozen=True)
class Known:
    """``version`` as ``public_now`` said it, ``at`` seconds of time.monotonic when the question began."""

    version: str
    at: float
    is_answering: bool


class Watch:
    """Knows ``public_now`` of at most ``seconds`` ago."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._known = Known("", float("-inf"), is_answering=True)
        self._asking_since = 0.0
        self._lock = threading.Lock()

    def known(self, is_patient: bool = False) -> Known:
        """What is known. Where the database does not answer: what was known last, and that it does not."""
        known = self._known
        if time.monotonic() - known.at < self.seconds:
            return known
        return self._ask(LONG_PATIENCE_SECONDS if is_patient else PATIENCE_SECONDS)

    def _ask(self, patience: float) -> Known:
        came = time.monotonic()
        if asking_since := self._asking_since:  # counted from there: where it hangs, those who come later wait no more
            patience = max(0.0, patience - (came - asking_since))
        if not self._lock.acquire(timeout=patience):
            return Known(self._known.version, came, is_answering=False)
        try:
            if self._known.at >= came - self.seconds / 2:
                return self._known  # another thread has just asked
            self._asking_since = time.monotonic()
            self._known = self._answer(self._asking_since)
            return self._known
        finally:
            self._asking_since = 0.0
            self._lock.release()

    def _answer(self, began: float) -> Known:
        try:
            return Known(public_now(), began, is_answering=True)
        except DatabaseError:
            return Known(self._known.version, time.monotonic() + AGAIN_SECONDS, is_answering=False)
        finally:
            close_old_connections()
