"""Writes of many threads, committed together: while one transaction is on its way the next writes gather.

A delivery writes twice: that its call begins, and how it ended. Alone, each is a transaction, and on a busy worker the
database spends its time on beginning and ending them. A worker has one thread that serves: it commits for all who came
meanwhile, and the threads that call channels need no connection to the database for it. Where nobody serves, each
commits for itself. A single write does not wait for company.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from django.db import OperationalError, close_old_connections, connection, transaction

log = logging.getLogger("publishing.group_commit")

Write = TypeVar("Write")

TRIES = 30  # of what nobody waits for, one a second, while the database is away


class _Entry(Generic[Write]):
    def __init__(self, write: Write, is_awaited: bool) -> None:
        self.write = write
        self.result: Any = None
        self.error: BaseException | None = None
        self.tries = 0
        self.is_done = threading.Event() if is_awaited else None


class GroupCommit(Generic[Write]):
    """``carry_out(writes)`` is called inside a transaction and returns one result for each write, in their order."""

    def __init__(self, carry_out: Callable[[Sequence[Write]], Sequence[Any]]) -> None:
        self.carry_out = carry_out
        self._changed = threading.Condition()
        self._waiting: list[_Entry[Write]] = []
        self._servers = 0
        self._is_asleep = False

    def now(self, write: Write) -> Any:
        """The result of ``write`` once it is committed. Raises what the database raised for it."""
        entry = _Entry(write, True)
        if self._is_handed_over(entry):
            assert entry.is_done
            entry.is_done.wait()
        else:
            self._commit([entry])
        if entry.error:
            raise entry.error
        return entry.result

    def soon(self, write: Write) -> Any:
        """The same without waiting, where somebody serves: then None. A database that is away is tried again."""
        entry = _Entry(write, False)
        if self._is_handed_over(entry):
            return None
        self._commit([entry])
        if entry.error:
            raise entry.error
        return entry.result

    @contextmanager
    def served(self) -> Iterator[None]:
        """While this lasts, a thread of its own commits. What was written before the end is committed."""
        ending = threading.Event()
        server = threading.Thread(target=self._serve, args=(ending,), name="commit", daemon=True)
        with self._changed:
            self._servers += 1
        server.start()
        try:
            yield
        finally:
            with self._changed:
                self._servers -= 1
                ending.set()
                self._changed.notify_all()
            server.join()

    def _is_handed_over(self, entry: _Entry[Write]) -> bool:
        with self._changed:
            if not self._servers:
                return False
            self._waiting.append(entry)
            if self._is_asleep:
                self._changed.notify()
            return True

    def _serve(self, ending: threading.Event) -> None:
        try:
            while True:
                with self._changed:
                    while not self._waiting and not ending.is_set():
                        self._is_asleep = True
                        self._changed.wait()
                    self._is_asleep = False
                    group, self._waiting = self._waiting, []
                if not group:
                    return
                self._commit(group)
                again = [entry for entry in group if entry.error and self._is_tried_again(entry)]
                if again:
                    time.sleep(1.0)
                    with self._changed:
                        self._waiting[:0] = again
        finally:
            connection.close()

    @staticmethod
    def _is_tried_again(entry: _Entry[Write]) -> bool:
        if entry.is_done:
            return False  # whoever waits knows
        entry.tries += 1
        if isinstance(entry.error, OperationalError) and entry.tries < TRIES:
            entry.error = None
            return True
        log.error("a write was lost: %r", entry.error)
        return False

    def _commit(self, group: list[_Entry[Write]]) -> None:
        try:
            self._together(group)
        except OperationalError as error:  # the database is away: for one as for all
            for entry in group:
                entry.error = error
            close_old_connections()
        except BaseException as error:
            if len(group) == 1:
                group[0].error = error
            else:
                for entry in group:  # one that the database refuses must not take the others with it
                    self._commit([entry])
        finally:
            for entry in group:
                if entry.is_done:
                    entry.is_done.set()

    def _together(self, group: list[_Entry[Write]]) -> None:
        with transaction.atomic():
            results = self.carry_out([entry.write for entry in group])
        for entry, result in zip(group, results, strict=True):
            entry.result = result
