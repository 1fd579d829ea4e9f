"""The loop around the outbox: claims what is due, delivers it in threads, stops cleanly.

One class for both drivers: ``manage.py work`` runs it for ever, a Celery task runs it until nothing is due. It sleeps
until something falls due, a delivery ends, or somebody says that there is something to look for.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from publishing import outbox, pulse, steady, trace
from publishing.models import Delivery
from publishing.records import commit
from publishing.signals import sweeping

log = logging.getLogger("publishing.worker")

STAYS = 2.0  # seconds that drain() waits for what falls due next: longer than beat's tick
GATHERS = 0.02  # seconds between two claims of a busy worker, in which threads get free: each claim is a transaction
LOOKS = 4  # in vain, with 60, 180 and 540 ms between them, before a worker that was busy believes that nothing is left
SWITCHES = 0.0005  # seconds a thread keeps Python to itself: many threads wait for it, and each has little to do


def _deliver(delivery: Delivery) -> None:
    try:
        with trace.tracing(delivery.trace):
            outbox.deliver(delivery)
    except Exception:
        # The lease runs out and another try reads back first: nothing is lost.
        log.exception("delivery %s broke off", delivery.pk)
    finally:
        connection.close()  # most deliveries need none of their own, and so many threads must not keep one each


def sweep() -> None:
    """Asks every part of the project for what is owed and not yet planned. Receivers' errors are logged."""
    began, failed = time.monotonic(), []
    for receiver, answer in sweeping.send_robust(sender=None):
        if isinstance(answer, Exception):
            log.error("sweep %s failed: %r", receiver, answer)
            failed.append(str(receiver.__module__).rpartition(".")[2])
    pulse.note(pulse.Parts.SWEEP, {"seconds": round(time.monotonic() - began, 2), "failed": failed})


class Worker:
    """Delivers with a fixed number of threads. Claims only what a free thread can start at once, so that no lease
    runs while its delivery waits in a queue."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or settings.DELIVERY_THREADS
        self.stopping = threading.Event()
        self.look = threading.Event()  # something may be there to claim
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="deliver")
        self._running: set[Future[None]] = set()
        self._claimed_at = 0.0
        self._in_vain = LOOKS  # since something was claimed: others may have all that the channels take at once
        sys.setswitchinterval(SWITCHES)

    def turn(self) -> int:
        """One claim; returns how many deliveries it started."""
        self._running = {future for future in self._running if not future.done()}
        steady.clock.notice()
        claimed = outbox.claim(self.threads - len(self._running), forgiven=steady.clock.forgiven())
        pulse.note(pulse.Parts.WORKER)
        self._claimed_at = time.monotonic()
        self._in_vain = 0 if claimed else min(LOOKS, self._in_vain + 1)
        for delivery in claimed:
            future = self._pool.submit(_deliver, delivery)
            self._running.add(future)
            future.add_done_callback(lambda _future: self.look.set())
        return len(claimed)

    def drain(self) -> None:
        """Delivers until nothing is due, or will be in a moment, and nothing is under way; or until told to stop."""
        with commit.served():
            while not self.stopping.is_set():
                self.look.clear()
                started, following = self._step()
                if started == self.threads:
                    outbox.wake()  # more than one worker's fill: another may help
                is_near = following is not None and (following - timezone.now()).total_seconds() <= STAYS
                if self._in_vain >= LOOKS and not self._running and not is_near:
                    return
                self._wait(following)
            self._pool.shutdown(wait=True)

    def run(self) -> None:
        """Loops until stopping is set, then finishes what is in flight."""
        with commit.served():
            while not self.stopping.is_set():
                self.look.clear()
                following = None
                try:
                    _started, following = self._step()
                except Exception:
                    log.exception("could not claim; trying again")
                    close_old_connections()
                    self.stopping.wait(settings.DELIVERY_POLL_SECONDS)
                self._wait(following)
            self.finish()

    def _step(self) -> tuple[int, datetime | None]:
        """(deliveries started, when the next falls due); None also where it looks again in a moment, or has all it takes."""
        started = self.turn()
        is_busy = started or len(self._running) >= self.threads
        return started, None if is_busy else outbox.next_due(timezone.now())

    def stop(self) -> None:
        """Claim nothing more. May be called from a signal handler."""
        self.stopping.set()
        self.look.set()

    def _wait(self, following: datetime | None) -> None:
        """Until there may be something to claim and a thread for it."""
        seconds = settings.DELIVERY_POLL_SECONDS
        if self._in_vain < LOOKS:
            seconds = min(seconds, GATHERS * 3**self._in_vain)
        if following:
            seconds = min(seconds, max(0.0, (following - timezone.now()).total_seconds()))
        self.look.wait(seconds)
        if len(self._running) > self.threads // 2:
            self.stopping.wait(max(0.0, self._claimed_at + GATHERS - time.monotonic()))

    def finish(self) -> None:
        """Waits for what is in flight; claims nothing more."""
        self.stop()
        self._pool.shutdown(wait=True)
