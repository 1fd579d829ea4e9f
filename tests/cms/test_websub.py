"""The hub is told of every change, in the background, also when it was down, slow or broken in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import time_machine
from django.utils import timezone
from wagtail.models import Site

from cms.feeds import websub
from cms.feeds.websub import HubPing, tell
from publishing.signals import sweeping
from publishing.worker import sweep
from tests.make import make_rebuttal, publish, team
from tests.servers.local import free_port

pytestmark = pytest.mark.django_db


class Hub:
    """A hub on the loopback. ``status`` is what it answers; ``hanging`` until set, it does not answer."""

    def __init__(self, port: int) -> None:
        self.status, self.told, self.elsewhere = 204, [], []
        self.types: list[str] = []
        self.hanging: threading.Event | None = None
        hub = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if hub.hanging:
                    hub.hanging.wait(10)
                    return
                if self.path != "/":
                    hub.elsewhere.append(self.path)
                hub.types.append(self.headers["Content-Type"])
                hub.told.append({name: values[0] for name, values in parse_qs(body).items()})
                self.send_response(hub.status)
                if hub.status == 307:
                    self.send_header("Location", "/inside")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def urls(self) -> list[str]:
        return [one["hub.url"] for one in self.told]

    def stop(self) -> None:
        if self.hanging:
            self.hanging.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(autouse=True)
def _site_addresses():
    Site.clear_site_root_paths_cache()
    yield
    Site.clear_site_root_paths_cache()


@pytest.fixture
def port(settings) -> int:
    found = free_port()
    settings.WEBSUB_HUB = f"http://127.0.0.1:{found}/"
    return found


@pytest.fixture
def hub(port) -> Iterator[Hub]:
    started = Hub(port)
    yield started
    started.stop()


@pytest.fixture
def page():
    people = team()
    made = publish(make_rebuttal(owner=people[0]), *people)
    made.people = people
    return made


FEEDS = {
    f"http://127.0.0.1:8000/feeds/vi/{name}.{form}" for name in ("answers", "topic/y-te") for form in ("atom", "rss", "json")
}  # fmt: skip


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_the_hub_is_told_of_each_feed_that_changed_once(hub, page):
    assert tell() == len(FEEDS)
    assert set(hub.urls) == FEEDS and len(hub.urls) == len(FEEDS)
    assert {one["hub.mode"] for one in hub.told} == {"publish"}
    assert set(hub.types) == {"application/x-www-form-urlencoded"}
    assert {ping.told_up_to for ping in HubPing.objects.all()} == {page.last_published_at}
    assert tell() == 0 and len(hub.told) == len(FEEDS)


def test_a_later_change_is_told_again_and_the_log_of_corrections_too(hub, page):
    tell()
    hub.told.clear()
    with later(5):
        draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
        draft.change_kind, draft.change_note = "update", "Thêm kết quả."
        draft.save_revision(user=page.people[0])
        publish(draft, *page.people)
        tell()
    assert set(hub.urls) == FEEDS | {
        f"http://127.0.0.1:8000/feeds/vi/corrections.{form}" for form in ("atom", "rss", "json")
    }


def test_without_a_hub_nobody_is_told_and_nothing_is_written(page, settings):
    settings.WEBSUB_HUB = ""
    assert tell() == 0 and not HubPing.objects.exists()


def test_publishing_tells_nobody_and_the_sweep_does(hub):
    people = team()
    publish(make_rebuttal(owner=people[0]), *people)
    assert hub.told == []
    sweep()
    assert set(hub.urls) == FEEDS


def test_a_hub_that_is_down_is_asked_once_a_sweep_and_told_when_it_is_back(page, port, monkeypatch):
    asked = []
    post = websub._post
    monkeypatch.setattr(websub, "_post", lambda url: asked.append(url) or post(url))
    assert tell() == 0
    assert len(asked) == 1, "the other feeds were not tried: the hub is away for all of them"
    assert not HubPing.objects.exclude(told_up_to=None).exists()
    assert tell() == 0 and len(asked) == 1, "too early to ask again"
    hub = Hub(port)
    try:
        with later(2):
            assert tell() == len(FEEDS)
        assert set(hub.urls) == FEEDS
        assert not HubPing.objects.exclude(failed_at=None).exists()
    finally:
        hub.stop()


def test_a_hub_that_does_not_answer_in_time_counts_as_not_told(hub, page, monkeypatch):
    monkeypatch.setattr(websub, "READ_SECONDS", 0.3)
    hub.hanging = threading.Event()
    assert tell() == 0
    assert not HubPing.objects.exclude(told_up_to=None).exists()
    hub.hanging.set()
    hub.hanging = None
    with later(2):
        assert tell() == len(FEEDS)


@pytest.mark.parametrize("status", [500, 429, 400, 307])
def test_a_hub_that_refuses_is_told_again_later(hub, page, status):
    hub.status = status
    assert tell() == 0
    assert len(hub.told) == len(FEEDS) and hub.elsewhere == [], "each feed tried, no redirect followed"
    hub.status = 204
    assert tell() == 0, "not before a minute has passed"
    with later(2):
        assert tell() == len(FEEDS)


def test_the_wait_doubles_up_to_an_hour():
    changed = timezone.now()
    ping = HubPing(feed_url="https://example.vn/feeds/vi/answers.atom")
    waits, now = [], changed
    for _ in range(10):
        assert ping.is_due(changed, now)
        ping.failed_at = failed = now
        while not ping.is_due(changed, now):
            now += timedelta(seconds=30)
        waits.append((now - failed) / timedelta(minutes=1))
    assert waits == [1, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    ping.told_up_to = changed
    assert not ping.is_due(changed, now)


def test_what_another_worker_told_meanwhile_is_not_taken_back(hub, page):
    newer = page.last_published_at + timedelta(minutes=1)
    due = websub._due()
    HubPing.objects.update(told_up_to=newer)
    websub._note_told(due[0])
    assert HubPing.objects.get(pk=due[0].ping.pk).told_up_to == newer


def test_an_error_of_the_hub_does_not_stop_the_sweep(page, port, monkeypatch):
    reached = []
    sweeping.connect(lambda **signal: reached.append(1), weak=False, dispatch_uid="after")
    try:
        sweep()
    finally:
        sweeping.disconnect(dispatch_uid="after")
    assert reached == [1]
