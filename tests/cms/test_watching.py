"""Health and figures for those who run it: what is asked, what is said, and who may ask."""

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from cms.watching import checks
from cms.watching.checkup import Check, Checkup
from cms.watching.metrics import Attempts, exposition
from publishing import pulse, stuck
from publishing.models import Attempt, Channel, Delivery, Organisation, State, StoryVersion
from tests.faults.installation import Installation
from tests.publishing.stories import make_story
from tests.servers.local import answers, free_port, stop, wait_until

NOW = timezone.now


@pytest.fixture
def channel(db) -> Channel:
    owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
    return Channel.objects.create(organisation=owner, kind="facebook", name="Trang riêng của Lan")


def owed(channel: Channel, key: str = "tin-001", **values) -> Delivery:
    version = StoryVersion.of(make_story(key=key, title="Tiêu đề không được lộ"))
    values.setdefault("due_at", NOW() - timedelta(minutes=10))
    return Delivery.objects.create(channel=channel, version=version, story=key, **values)


# Health


def test_alive_is_said_without_a_database(client):
    # No fixture of this test opens a database, so that a query would fail it.
    answer = client.get("/health/live")
    assert answer.status_code == 200 and answer.json() == {"ok": True}
    assert "no-store" in answer["Cache-Control"]


def test_a_neighbour_is_not_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/live").status_code == 200


def test_ready_says_what_is_missing_and_no_secret():
    def refused() -> str:
        raise DatabaseError("connection to postgres://redaktion:hunter22@db failed")

    found = Checkup([Check("database", refused), Check("cache", lambda: "")]).look()
    assert not found["ok"] and found["checks"]["cache"]["ok"]
    assert found["checks"]["database"]["wrong"] == "DatabaseError" and "hunter22" not in json.dumps(found)


def test_a_silent_server_costs_three_seconds_and_is_not_asked_again_while_it_hangs():
    asked, release = [], threading.Event()

    def hangs() -> str:
        asked.append(1)
        release.wait(20)
        return ""

    checkup = Checkup([Check("broker", hangs), Check("cache", lambda: "")], seconds=0.3)
    began = time.monotonic()
    first, second = checkup.look(), checkup.look()
    release.set()
    assert time.monotonic() - began < 2 and len(asked) == 1
    for found in (first, second):
        assert found["checks"]["broker"] == {"ok": False, "wrong": "no answer within 0.3 s"}
        assert found["checks"]["cache"]["ok"]


@pytest.mark.django_db
def test_ready_when_everything_a_request_needs_is_there(monkeypatch):
    monkeypatch.setattr(checks, "_is_migrated", False)
    assert [check.find() for check in checks.READY] == ["", "", "", ""]
    monkeypatch.setattr(checks, "_is_migrated", False)
    monkeypatch.setattr(checks.MigrationExecutor, "migration_plan", lambda *_: [("cms.0099", False)])
    assert "1 migrations are not applied" in checks.migrations()


@pytest.mark.django_db
def test_a_broker_that_is_away_is_found_in_time(settings):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    from cms.celery import app

    app.conf.broker_url = settings.CELERY_BROKER_URL
    began = time.monotonic()
    try:
        with pytest.raises(Exception, match="refused"):
            checks.broker()
    finally:
        app.conf.broker_url = ""
    assert time.monotonic() - began < 3


def test_what_is_due_and_nobody_tries_is_stuck_and_what_waits_for_a_reason_is_not(channel):
    one = owed(channel)
    assert "facebook" in checks.outbox() and "Lan" not in checks.outbox()
    for reason in ({"stopped_at": NOW()}, {"not_before": NOW() + timedelta(hours=1)}, {"is_active": False}):
        Channel.objects.filter(pk=channel.pk).update(**reason)
        assert checks.outbox() == "", reason
        Channel.objects.filter(pk=channel.pk).update(stopped_at=None, not_before=None, is_active=True)
    # A long queue that moves: something was tried at this channel a minute ago.
    other = owed(channel, "tin-002", state=State.SENT, sent_at=NOW(), tried_at=NOW() - timedelta(minutes=1))
    assert checks.outbox() == ""
    Delivery.objects.filter(pk=other.pk).update(tried_at=NOW() - timedelta(hours=1))
    assert checks.outbox() != ""
    # Behind one of the same story that a person must look at first.
    Delivery.objects.filter(pk=one.pk).update(state=State.FAILED)
    version = StoryVersion.of(make_story(key="tin-001", revision=2))
    Delivery.objects.create(channel=channel, version=version, story="tin-001", due_at=NOW() - timedelta(hours=1))
    assert checks.outbox() == "" and stuck.oldest_due(NOW()) is None


@pytest.mark.django_db
def test_a_worker_that_gives_no_sign_is_missed_and_one_that_comes_back_begins_anew():
    pulse._noted_at.clear()
    assert checks.worker() == "never seen" and checks.beat() == ""
    pulse.note(pulse.Parts.WORKER)
    assert checks.worker() == ""
    before = NOW() - timedelta(minutes=30)
    pulse.Pulse.objects.update(at=before, since=before)
    assert "last seen" in checks.worker()
    pulse._noted_at.clear()
    pulse.note(pulse.Parts.WORKER)
    assert NOW() - pulse.Pulse.objects.get().since < timedelta(minutes=1)
    pulse.note(pulse.Parts.SWEEP, {"seconds": 1.0, "failed": ["sealing"]})
    assert "sealing" in checks.sweep()


@pytest.mark.django_db
def test_a_disk_that_is_full_or_read_only_and_an_event_nobody_seals_are_found(settings, tmp_path, monkeypatch, channel):
    assert checks.storage() == "" and checks.disk() == "" and checks.audit() == ""
    settings.DISK_FREE_MB = 10**9
    assert "MB free" in checks.disk()

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    assert checks.storage() == "default: No space left on device; private: No space left on device"
    owed(channel, made_at=NOW() - timedelta(hours=1))
    assert "is not sealed" in checks.audit()


@pytest.mark.parametrize(
    ("headers", "behind_proxy", "status"),
    [
        ({}, False, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, False, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer ein-langes-zeichen"}, False, 200),
        ({"HTTP_AUTHORIZATION": "Bearer etwas-anderes"}, False, 403),
        # Through a proxy: what it saw counts, and only where we know of it.
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, False, 403),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, True, 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1, 203.0.113.9"}, True, 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, True, 200),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, False, 200),
        ({"REMOTE_ADDR": ""}, False, 403),
    ],
)
def test_inside_looks_who_is_a_neighbour_or_has_the_token(client, settings, monkeypatch, headers, behind_proxy, status):
    settings.WATCH_TOKEN, settings.BEHIND_PROXY = "ein-langes-zeichen", behind_proxy
    well = {"ok": True, "checks": {"database": {"ok": False}}}
    monkeypatch.setattr("cms.watching.views.deep_checkup.result", lambda: well)
    monkeypatch.setattr("cms.watching.views.exposition", lambda: b"figures")
    for address in ("/health/deep", "/metrics"):
        assert client.get(address, **headers).status_code == status


def test_without_a_token_an_empty_one_opens_nothing(client, settings):
    settings.WATCH_TOKEN = ""
    for offered in ("Bearer ", "Bearer"):
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION=offered).status_code == 403


# Figures


def told() -> dict[tuple[str, ...], float]:
    """{(name, values of the labels in the order of their names …): value} of everything that is exposed."""
    families = text_string_to_metric_families(exposition().decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_figures_of_deliveries_come_from_the_tables_and_name_nobody(channel, client):
    late = owed(channel, state=State.SENT, scheduled_at=NOW() - timedelta(seconds=90), sent_at=NOW())
    owed(channel, "tin-002", scheduled_at=NOW() - timedelta(minutes=10))
    for number in (1, 2):
        Attempt.objects.create(delivery=late, number=number, step="send", outcome="transient", started_at=NOW())
    found = told()
    assert found["factcheck_deliveries", "facebook", "sent"] == found["factcheck_deliveries", "facebook", "due"] == 1
    assert found["factcheck_attempts_total", "facebook", "transient", "send"] == 2
    assert 89 < found["factcheck_lateness_seconds", "0.95"] < 95
    assert 599 < found["factcheck_queue_age_seconds", "facebook"] < 605
    assert found["factcheck_stuck_channels",] == 1 and found["factcheck_channels", "facebook", "ready"] == 1
    said = exposition().decode()
    assert not any(name in said for name in ("Lan", "Tiêu đề", "tin-001"))


def test_attempts_are_counted_on_and_none_is_missed_or_counted_twice(channel):
    one, counted = owed(channel), Attempts()
    for number, age in enumerate([60, 30, 5, 0], start=1):
        at = NOW() - timedelta(minutes=age)
        Attempt.objects.create(delivery=one, number=number, step="send", outcome="ok", started_at=at, ended_at=at)
        assert counted.count(NOW()) == {("facebook", "send", "ok"): number}
    assert counted.count(NOW() + timedelta(hours=1)) == counted.count(NOW()) == {("facebook", "send", "ok"): 4}


def test_requests_are_counted_by_route_and_not_by_address(client, db):
    before = told().get(("factcheck_requests_total", "GET", "submission", "404"), 0)
    client.get("/gui-tin/GEHEIM-4711/")
    client.get("/static/publishing/desk.css")
    found = told()
    assert found["factcheck_requests_total", "GET", "submission", "404"] == before + 1
    assert found["factcheck_requests_total", "GET", "static", "200"] >= 1
    assert found["factcheck_request_seconds_count", "submission"] >= 1 and "GEHEIM" not in exposition().decode()


def test_a_database_that_is_away_leaves_the_figures_of_requests(monkeypatch):
    def away(_now: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("cms.watching.metrics._figures", away)
    found = told()
    assert found["factcheck_database_up",] == 0 and found["factcheck_disk_free_bytes",] > 0


def test_two_processes_of_a_web_server_tell_the_figures_of_both(tmp_path: Path):
    """The web server as it is started in production, with the log as programs read it."""
    installation = Installation(tmp_path, LOG_FORMAT="json", TMPDIR=str(tmp_path), BEHIND_PROXY="1")
    port = free_port()
    server = installation.start(
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--no-ws", "cms.wsgi:application",
    )  # fmt: skip

    def get(path: str, trace: str = "") -> str:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", headers={"X-Request-ID": trace} if trace else {}
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            assert not trace or answer.headers["X-Request-ID"] == trace
            return answer.read().decode()

    def counted() -> float:
        families = text_string_to_metric_families(get("/metrics"))
        return sum(
            one.value
            for family in families
            for one in family.samples
            if one.name == "factcheck_requests_total" and one.labels["route"] == "health_live"
        )

    try:
        wait_until(lambda: answers(port), 60, "granian")
        for number in range(40):
            get("/health/live", f"trace-{number:04d}")
        # Whoever of the two answers: all forty.
        assert [counted() for _ in range(4)] == [40.0] * 4
        assert json.loads(get("/health/ready"))["ok"]
    finally:
        stop(server)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    asked = [line for line in lines if line.get("route") == "health_live"]
    assert {line["trace"] for line in asked} == {f"trace-{number:04d}" for number in range(40)}
    assert asked[0]["status"] == 200 and asked[0]["time"].endswith("Z")
