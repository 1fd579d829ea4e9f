"""The loop around the outbox: claims what is due, delivers it in threads, stops cleanly.

One class for both drivers: ``manage.py work`` runs it for ever, a Celery task runs it until nothing is due.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.db import close_old_connections

from publishing import outbox
from publishing.signals import sweeping

log = logging.getLogger("publishing.worker")


def _deliver(claimed: outbox.Claimed) -> None:
    close_old_connections()
    try:
        outbox.deliver(claimed)
    except Exception:
        # The lease runs out and another try reads back first: nothing is lost.
        log.exception("delivery %s broke off", claimed.delivery_id)
    finally:
        close_old_connections()


def sweep() -> None:
    """Asks every part of the project for what is owed and not yet planned. Receivers' errors are logged."""
    for receiver, answer in sweeping.send_robust(sender=None):
        if isinstance(answer, Exception):
            log.error("sweep %s failed: %r", receiver, answer)


class Worker:
    """Delivers with a fixed number of threads. Claims only what a free thread can start at once, so that no lease
    runs while its delivery waits in a queue."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or settings.DELIVERY_THREADS
        self.stopping = threading.Event()
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="deliver")
        self._running: set[Future[None]] = set()

    def turn(self) -> int:
        """One claim; returns how many deliveries it started."""
        self._running = {future for future in self._running if not future.done()}
        claimed = outbox.claim(self.threads - len(self._running))
        self._running |= {self._pool.submit(_deliver, one) for one in claimed}
        return len(claimed)

    def drain(self) -> None:
        """Delivers until nothing is due and nothing is under way, or until told to stop."""
        while not self.stopping.is_set():
            started = self.turn()
            if not started and not self._running:
                return
            if not started or len(self._running) >= self.threads:
                wait(self._running, timeout=settings.DELIVERY_POLL_SECONDS, return_when=FIRST_COMPLETED)

    def run(self) -> None:
        """Loops until stopping is set, then finishes what is in flight."""
        while not self.stopping.is_set():
            try:
                started = self.turn()
            except Exception:
                log.exception("could not claim; trying again")
                started = 0
                close_old_connections()
            if self._running and (started == 0 or len(self._running) >= self.threads):
                wait(self._running, timeout=settings.DELIVERY_POLL_SECONDS, return_when=FIRST_COMPLETED)
            elif not started:
                self.stopping.wait(settings.DELIVERY_POLL_SECONDS)
        self.finish()

    def finish(self) -> None:
        """Waits for what is in flight; claims nothing more."""
        self.stopping.set()
        self._pool.shutdown(wait=True)
