"""Celery's entrances to the outbox. Each only says "look"; what is owed stands in the tables."""

import threading

from celery import shared_task
from celery.signals import beat_init, worker_shutting_down

from publishing import pulse
from publishing.worker import Worker
from publishing.worker import sweep as sweep_now

_draining = threading.Lock()
_making = threading.Lock()
_worker: Worker | None = None


def _the_worker() -> Worker:
    global _worker
    with _making:
        _worker = _worker or Worker()
        return _worker


@shared_task
def deliver_due() -> None:
    """Delivers until nothing is due. One loop a process: a second message makes it look again, and returns."""
    worker = _the_worker()
    worker.look.set()
    # A message that comes while the loop ends is not lost: whoever ends it looks again.
    while worker.look.is_set() and not worker.stopping.is_set():
        if not _draining.acquire(blocking=False):
            return
        try:
            worker.drain()
        finally:
            _draining.release()


@shared_task
def sweep() -> None:
    """Plans what is owed and was not planned."""
    sweep_now()


@worker_shutting_down.connect
def _stop(**_signal: object) -> None:
    if _worker:
        _worker.stop()


@beat_init.connect
def _beat_lives(**_signal: object) -> None:
    pulse.keep_noting(pulse.Parts.BEAT)
