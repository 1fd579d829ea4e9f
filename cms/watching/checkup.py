"""Several questions at once, each in a thread of its own, with one deadline for all: an answer comes even where a server is
silent. Small and our own: what libraries offer here has no deadline, and knows nothing of an outbox, a sweep or a seal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

SECONDS = 3.0
FRESH = 1.0  # seconds for which an answer is given again: whoever asks often costs no more


@dataclass(frozen=True)
class Check:
    """``find`` returns what is wrong, in words for an operator and without secrets; empty if nothing is."""

    name: str
    find: Callable[[], str]


class Checkup:
    """A fixed list of checks. One that still hangs from an earlier round is not asked again."""

    def __init__(self, checks: Sequence[Check], seconds: float = SECONDS) -> None:
        self.checks = checks
        self.seconds = seconds
        self._lock = threading.Lock()
        self._asking: dict[str, threading.Thread] = {}
        self._last: tuple[float, dict[str, Any]] | None = None

    def result(self) -> dict[str, Any]:
        """``look()``, at most a second old."""
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > FRESH:
                self._last = (time.monotonic(), self.look())
            return self._last[1]

    def look(self) -> dict[str, Any]:
        """{"ok": bool, "checks": {name: {"ok": bool, "ms": int} or {"ok": false, "wrong": str}}}."""
        found: dict[str, dict[str, Any]] = {}
        until = time.monotonic() + self.seconds
        for check in self.checks:
            before = self._asking.get(check.name)
            if before is None or not before.is_alive():
                thread = threading.Thread(
                    target=self._ask, args=(check, found), daemon=True, name=f"check {check.name}"
                )
                self._asking[check.name] = thread
                thread.start()
        for thread in self._asking.values():
            thread.join(max(0.0, until - time.monotonic()))
        silent = {"ok": False, "wrong": f"no answer within {self.seconds:g} s"}
        checks = {check.name: found.get(check.name, silent) for check in self.checks}
        return {"ok": all(one["ok"] for one in checks.values()), "checks": checks}

    @staticmethod
    def _ask(check: Check, found: dict[str, dict[str, Any]]) -> None:
        began = time.monotonic()
        try:
            wrong = check.find()
        except Exception as error:
            wrong = type(error).__name__  # its text may name a host, a user, a password
        finally:
            connections.close_all()
        took = {"ok": not wrong, "ms": round((time.monotonic() - began) * 1000)}
        found[check.name] = took | ({"wrong": wrong} if wrong else {})
