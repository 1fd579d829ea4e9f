"""The loop: it sleeps until something falls due, hears a message while it works, and ends when nothing is left."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from publishing import outbox, tasks, worker
from tests.servers.local import wait_until


class Outbox:
    """What falls due when, in memory; ``taken`` says when it was taken."""

    def __init__(self) -> None:
        self.due: list[float] = []
        self.taken: list[float] = []
        self.looks = 0

    def claim(self, limit, forgiven=None):
        self.looks += 1
        now = time.monotonic()
        ready = [at for at in self.due if at <= now][:limit]
        for at in ready:
            self.due.remove(at)
            self.taken.append(now - at)
        return ready

    def next_due(self, now):
        if not self.due:
            return None
        return now + timedelta(seconds=min(self.due) - time.monotonic())


@pytest.fixture
def box(monkeypatch):
    made = Outbox()
    monkeypatch.setattr(outbox, "claim", made.claim)
    monkeypatch.setattr(outbox, "next_due", made.next_due)
    monkeypatch.setattr(outbox, "wake", lambda: None)
    monkeypatch.setattr(worker, "_deliver", lambda delivery: None)
    return made


@pytest.fixture
def at_work(settings):
    settings.DELIVERY_POLL_SECONDS = 30
    made = worker.Worker(4)
    yield made
    made.finish()


def test_it_wakes_for_what_falls_due_and_not_by_its_clock(box, at_work):
    box.due = [time.monotonic() + 0.4, time.monotonic() + 0.8]
    running = threading.Thread(target=at_work.run)
    running.start()
    wait_until(lambda: len(box.taken) == 2, 5, "both")
    at_work.stop()
    running.join(5)
    assert max(box.taken) < 0.3
    assert box.looks < 12, "it does not look all the time"


def test_it_ends_when_nothing_is_left_but_waits_for_what_is_due_in_a_moment(box, at_work):
    started = time.monotonic()
    box.due = [started + 0.5, started + worker.STAYS + 60]
    at_work.drain()
    assert len(box.taken) == 1 and 0.5 <= time.monotonic() - started < 5


def test_it_stays_while_others_have_all_that_the_channels_take_at_once(box, at_work, monkeypatch):
    started = time.monotonic()
    box.due = [started] * 2
    # Its second and third look find every channel full; nothing tells when one is free.
    full = [False, True, True, False]

    def claim(limit, forgiven):
        return [] if full and full.pop(0) else box.claim(1)

    monkeypatch.setattr(outbox, "claim", claim)
    monkeypatch.setattr(outbox, "next_due", lambda now: None)
    at_work.drain()
    assert len(box.taken) == 2 and max(box.taken) < 1
    assert box.looks < 12, "and then it ends"


def test_one_that_finds_nothing_at_all_ends_at_once(box, at_work):
    at_work.drain()
    assert box.looks == 1


def test_a_message_makes_a_loop_that_waits_look_at_once(box, at_work, monkeypatch):
    monkeypatch.setattr(tasks, "_worker", at_work)
    box.due = [time.monotonic() + 1.5]  # it waits for this one
    running = threading.Thread(target=tasks.deliver_due)
    running.start()
    wait_until(lambda: box.looks > 0, 5, "the loop")
    time.sleep(0.1)
    box.due.append(time.monotonic())
    tasks.deliver_due()
    wait_until(lambda: len(box.taken) == 1, 1, "the new one")
    assert box.taken[0] < 0.5
    at_work.stop()
    running.join(5)


def test_a_worker_with_more_than_its_fill_calls_another(box, at_work, monkeypatch):
    woken = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(1))
    box.due = [time.monotonic()] * 9
    at_work.drain()
    assert len(box.taken) == 9 and woken


def test_one_that_cannot_reach_the_database_tries_again(box, at_work, settings, monkeypatch):
    settings.DELIVERY_POLL_SECONDS = 0.05
    failures = [OSError("away"), OSError("away")]

    def claim(limit, forgiven):
        if failures:
            raise failures.pop()
        return box.claim(limit)

    monkeypatch.setattr(outbox, "claim", claim)
    box.due = [time.monotonic()]
    running = threading.Thread(target=at_work.run)
    running.start()
    wait_until(lambda: len(box.taken) == 1, 5, "the delivery")
    at_work.stop()
    running.join(5)
    assert not running.is_alive()
