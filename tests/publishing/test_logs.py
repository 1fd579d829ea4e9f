"""The log: one id from the click to the call, lines that programs can read, and no secret in any of them."""

from __future__ import annotations

import json
import logging
import re
import threading

import pytest
from django.urls import reverse
from django.utils import timezone

from cms import people
from publishing import by_hand, logs, outbox, trace, turn, vault, worker
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.facebook import Facebook
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action, Receipt
from tests.make import make_user
from tests.publishing.stories import fresh_story

SECRET = 'Kẹo "dừa"/4711'
TEXT = logs.Text("{levelname} {name} [{trace}] {message}", style="{")


def written(
    formatter: logging.Formatter, message: str, *args: object, error: BaseException | None = None, **extra: object
):
    record = logging.LogRecord("publishing.test", logging.INFO, __file__, 1, message, args, None)
    record.exc_info = (type(error), error, error.__traceback__) if error else None
    record.__dict__.update(extra)
    return formatter.format(record)


@pytest.mark.parametrize("formatter", [TEXT, logs.Json()], ids=["text", "json"])
def test_credentials_that_were_opened_are_in_no_line_however_they_got_there(formatter):
    vault.unseal(vault.seal({"password": SECRET, "key": "first line\nsecond line", "short": "abc"}))
    error = ChannelError(Outcome.AUTH, f"refused: {SECRET}")
    lines = [
        written(formatter, "log-in with %s", SECRET),
        written(formatter, "asked https://bao.example/?p=K%E1%BA%B9o%20%22d%E1%BB%ABa%22%2F4711"),
        written(formatter, "it failed", error=error),
        written(formatter, "the key is %s", "first line\nsecond line"),
        written(formatter, "more of it", answer=SECRET),
    ]
    for line in lines:
        assert "4711" not in line and "second" not in line, line
        assert logs.HIDDEN in line or "more of it" in line
    assert "an abc of it" in written(formatter, "an abc of it"), "a short one would blot out half of the log"


def test_secrets_of_the_settings_are_in_no_line(settings):
    settings.WATCH_TOKEN, settings.CELERY_BROKER_URL = "ein-langes-zeichen", "redis://:mittel-lang@127.0.0.1/0"
    settings.DATABASES["default"]["PASSWORD"] = "datenbank-wort"
    try:
        line = written(TEXT, f"ein-langes-zeichen {settings.SECRET_KEY} datenbank-wort mittel-lang")
    finally:
        settings.DATABASES["default"]["PASSWORD"] = ""
    assert line.endswith(" ".join([logs.HIDDEN] * 4))


@pytest.mark.parametrize(
    ("line", "is_hidden"),
    [
        ("GET https://graph.example/me?access_token=EAAneverseen123&fields=id", True),
        ("Authorization: Bearer neverseen.abc-123", True),
        ("postgres://redaktion:neverseen@db.example/site refused", True),
        ("POST https://api.example/bot4711:neverseen-AAH/sendMessage", True),
        ('{"refresh_token": "neverseen-1234"}', True),
        ("delivery 7 attempt 2 ended: send transient, now due", False),
        ("could not wake the worker: OperationalError", False),
        ("sweep publishing.credentials failed: code 42, see https://kiemchung.example/a:b", False),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_sentences_stay(line, is_hidden):
    assert ("neverseen" not in logs.scrubbed(line) and logs.HIDDEN in logs.scrubbed(line)) is is_hidden
    assert is_hidden or logs.scrubbed(line) == line


def test_a_line_for_programs_is_one_object_with_trace_and_figures_and_without_the_request(rf):
    with trace.tracing("trace-0001"):
        line = written(logs.Json(), "xong: %s", "tiếng Việt", delivery=7, request=rf.get("/tim-kiem/?q=riêng"))
    said = json.loads(line)
    assert said["message"] == "xong: tiếng Việt" and said["delivery"] == 7 and said["trace"] == "trace-0001"
    assert said["level"] == "INFO" and said["logger"] == "publishing.test" and "riêng" not in line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said["time"])
    failed = json.loads(written(logs.Json(), "broke", error=ValueError("seven")))
    assert "ValueError: seven" in failed["error"] and "\n" not in json.dumps(failed)


@pytest.mark.parametrize(
    ("offered", "is_behind_proxy", "is_taken"),
    [
        ("a1b2c3d4e5f6", True, True),
        ("a1b2c3d4e5f6", False, False),
        ("short", True, False),
        ("two\nlines-of-log", True, False),
        ("x" * 65, True, False),
    ],
)
def test_a_trace_is_taken_over_from_a_proxy_only_and_made_otherwise(
    client, settings, offered, is_behind_proxy, is_taken
):
    settings.BEHIND_PROXY = is_behind_proxy
    given = client.get("/health/live", HTTP_X_REQUEST_ID=offered)["X-Request-ID"]
    assert (given == offered) is is_taken and (is_taken or re.fullmatch("[0-9a-f]{32}", given))
    assert trace.current() == "", "a request leaves its trace to nobody"


@pytest.fixture
def channel(db):
    owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
    made = Channel(organisation=owner, kind="facebook", name="Trang Ánh Dương", config={"page_id": "1"})
    made.set_secrets({"access_token": SECRET})
    made.save()
    return made


def test_one_id_leads_from_the_click_to_the_call_and_stands_on_the_deliverys_page(client, channel, monkeypatch, caplog):
    seen = []

    def send(self, post, marker):
        seen.append(trace.current())
        return Receipt("1", "https://fb.example/1")

    monkeypatch.setattr(Facebook, "send", send)
    monkeypatch.setattr(worker.connection, "close", lambda: None)  # it is the test's own here
    version = StoryVersion.of(fresh_story())
    with trace.tracing("trace-of-the-click"):
        (one,) = outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])
    with caplog.at_level(logging.INFO):
        (claimed,) = outbox.claim(1)
        assert trace.current() == ""  # a thread of the worker's has nothing of the click's
        worker._deliver(claimed)
    assert seen == ["trace-of-the-click"] and trace.current() == ""
    said = [record.getMessage() for record in caplog.records if record.name == "publishing.turn"]
    assert said == [
        f"delivery {one.pk} attempt 1 begins: send",
        f"delivery {one.pk} attempt 1 ended: send ok, now sent",
    ]
    page = reverse("publishing_delivery", args=[one.pk])
    for role, is_shown in ((people.ADMINISTRATOR, True), (people.PUBLISHER, False)):
        client.force_login(make_user(role))
        assert ("trace-of-the-click" in client.get(page).content.decode()) is is_shown


def test_who_sends_it_on_its_way_again_gives_it_a_new_id(channel):
    version = StoryVersion.of(fresh_story())
    with trace.tracing("trace-of-the-first"):
        (one,) = outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])
    Delivery.objects.filter(pk=one.pk).update(state=State.FAILED)
    one.refresh_from_db()
    with trace.tracing("trace-of-the-second"):
        by_hand.retry(one, make_user(people.PUBLISHER))
    assert Delivery.objects.get().trace == "trace-of-the-second"


def test_words_of_a_turn_name_no_text_and_no_secret(channel, caplog):
    version = StoryVersion.of(fresh_story(title="Một tiêu đề"))
    outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])
    with caplog.at_level(logging.DEBUG):
        for one in outbox.claim(1):
            turn.Turn(one, timezone.now()).failed(ChannelError(Outcome.AUTH, "No.", vendor_words=f"bad {SECRET}"))
    ours = [record for record in caplog.records if record.name.startswith("publishing")]
    assert ours and not any("4711" in str(record.__dict__) or "tiêu đề" in str(record.__dict__) for record in ours)


def test_a_task_works_under_the_id_of_who_sent_it_and_leaves_none_behind():
    """Through a real worker of Celery's; its broker is in memory."""
    from celery.contrib.testing.worker import start_worker

    from cms.celery import app

    seen, done = [], threading.Event()

    @app.task(name="tests.seen")
    def see() -> None:
        seen.append(trace.current())
        if len(seen) == 2:
            done.set()

    before = app.conf.broker_url
    app.conf.broker_url = "memory://"
    try:
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
            with trace.tracing("trace-of-the-click"):
                see.delay()
            see.delay()
            assert done.wait(20)
    finally:
        app.conf.broker_url = before
        app.tasks.pop("tests.seen")
    assert seen[0] == "trace-of-the-click" and re.fullmatch("[0-9a-f]{32}", seen[1])
