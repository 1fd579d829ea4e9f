"""Warnings by mail: only who confirmed, each once, nothing lost, and one click ends it."""

from __future__ import annotations

import email
import logging
import re
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from email.policy import default
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns import tasks
from campaigns.alerts import deeds, letters, mails, subscribers, wake
from campaigns.models import Alert, AlertMail, Subscriber
from cms import people
from cms.celery import app
from cms.mail_outcome import Outcome, outcome_of
from cms.public.submit import TRAP, Token
from publishing.signals import sweeping
from publishing.tasks import sweep as sweep_task
from tests.make import approved_alert, make_campaign, make_user

pytestmark = pytest.mark.django_db
ANNA, BINH = "anna@example.vn", "binh@example.vn"
LATER = timedelta(hours=2)


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    cache.clear()


def subscriber(address: str = ANNA, **kw: Any) -> Subscriber:
    known: dict[str, Any] = {
        "token": f"t-{address}",
        "confirmed_at": timezone.now() - LATER,
        "link_sent_at": timezone.now(),
    }
    return Subscriber.objects.create(**{"address": address, **known, **kw})


def form(address: str = ANNA, age: int = 60, **more: str) -> dict[str, str]:
    with time_machine.travel(timezone.now() - timedelta(seconds=age), tick=False):
        return {"address": address, "token": Token.fresh().signed(), **more}


def ask(client: Any, **kw: Any) -> Any:
    return client.post(reverse("alerts_by_mail"), form(**kw))


def to() -> list[str]:
    return [each.to[0] for each in mail.outbox]


# Asking and confirming ----------------------------------------------------------------------------------------


def test_an_address_gets_warnings_only_after_the_button_behind_the_link(client):
    ask(client, address="Anna@Example.vn")
    mails.turn()
    assert to() == [ANNA]
    links = re.findall(r"https?://\S+", str(mail.outbox[0].body))
    link = next(one for one in links if one.endswith(reverse("alerts_confirm", args=[Subscriber.objects.get().token])))
    for _program_that_looks_into_mails in range(2):
        assert client.get(urlsplit(link).path).status_code == 200
    approved_alert()
    mails.turn()
    assert len(mail.outbox) == 1, "not confirmed: no warning"
    assert client.post(urlsplit(link).path).status_code == 200
    later = approved_alert(headline="Cảnh báo thứ hai")
    mails.turn()
    assert len(mail.outbox) == 2 and later.headline in mail.outbox[1].subject


def test_nobody_can_tell_from_the_answer_whether_an_address_is_known(client):
    subscriber(ANNA)
    seen = {address: ask(client, address=address) for address in (ANNA, BINH)}
    assert {answer.status_code for answer in seen.values()} == {200}
    assert seen[ANNA].content == seen[BINH].content
    assert mail.outbox == [], "no mail is sent while somebody waits for the answer"
    mails.turn()
    assert to() == [BINH]


def test_asking_again_sends_another_link_but_not_at_once(client):
    ask(client)
    for _turn in range(3):
        mails.turn()
        ask(client)
    assert len(mail.outbox) == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        subscribers.ask(ANNA, "vi")
        mails.turn()
    assert len(mail.outbox) == 2


def test_an_address_that_was_never_confirmed_is_deleted_after_two_days(client):
    ask(client)
    subscriber(BINH)
    token = Subscriber.objects.get(address=ANNA).token
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1), tick=False):
        assert client.post(reverse("alerts_confirm", args=[token])).status_code == 404
        sweeping.send(sender=None)
    assert list(Subscriber.objects.values_list("address", flat=True)) == [BINH]


@pytest.mark.parametrize(
    ("kw", "status"),
    [({TRAP: "x"}, 400), ({"age": 1}, 400), ({"age": 90000}, 400), ({"token": "?"}, 400), ({"address": "anna@"}, 422)],
)
def test_programs_and_mistakes_are_told_and_nothing_is_kept(client, kw, status):
    answer = ask(client, **kw)
    assert answer.status_code == status
    assert not Subscriber.objects.exists()


def test_one_sender_does_not_fill_the_mailboxes_of_others(client):
    answers = [ask(client, address=f"nguoi-{number}@example.vn").status_code for number in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert Subscriber.objects.count() == 5


# Ending it ----------------------------------------------------------------------------------------------------


def test_one_click_in_the_mail_program_deletes_the_address_and_a_look_does_not(client):
    subscriber()
    approved_alert()
    mails.turn()
    sent = mail.outbox[0].message()
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(sent["List-Unsubscribe"].strip("<>")).path
    assert client.get(path).status_code == 200 and Subscriber.objects.exists()
    strict = type(client)(enforce_csrf_checks=True)
    for _click in range(2):
        answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and not answer.cookies
    assert not Subscriber.objects.exists() and not AlertMail.objects.exists()


def test_the_pages_behind_a_link_are_told_to_nobody(client):
    subscriber()
    answer = client.get(reverse("alerts_stop", args=[f"t-{ANNA}"]))
    assert answer["X-Robots-Tag"] == "noindex" and answer["Referrer-Policy"] == "no-referrer"


# Who is owed what ---------------------------------------------------------------------------------------------


def test_each_is_sent_each_warning_once_however_often_the_worker_looks():
    for address in (ANNA, BINH):
        subscriber(address)
    first = approved_alert()
    for _turn in range(3):
        mails.turn()
    assert sorted(to()) == [ANNA, BINH]
    assert len({each.message()["Message-ID"] for each in mail.outbox}) == 2
    assert AlertMail.objects.filter(alert=first, sent_at__isnull=False, tries=1).count() == 2


def test_who_confirms_after_a_warning_gets_the_next_one_only():
    approved_alert()
    subscriber(confirmed_at=timezone.now() + timedelta(seconds=1))
    mails.turn()
    assert to() == []


def test_a_warning_that_is_for_the_site_only_or_has_not_begun_or_is_over_is_not_sent():
    subscriber()
    approved_alert(sends_mail=False)
    approved_alert(starts_at=timezone.now() + LATER)
    late = approved_alert(expires_at=timezone.now() + timedelta(minutes=1), headline="Đã hết hạn")
    with time_machine.travel(late.expires_at + timedelta(minutes=1), tick=False):
        mails.turn()
    assert to() == []
    with time_machine.travel(timezone.now() + LATER * 1.1, tick=False):
        mails.turn()
    assert len(to()) == 1


def test_what_was_taken_back_is_sent_to_nobody_any_more_and_its_end_to_those_who_got_it():
    told, untold = subscriber(ANNA), subscriber(BINH)
    alert = approved_alert()
    mails.owe(alert)
    AlertMail.objects.filter(subscriber=told).update(tried_at=timezone.now(), sent_at=timezone.now())
    cancel = deeds.take_back(alert, make_user(people.EDITOR), "Cuộc gọi là thật.")
    deeds.approve(cancel, make_user(people.APPROVER))
    mails.turn()
    assert to() == [ANNA] and untold.address == BINH
    assert "Cuộc gọi là thật." in mail.outbox[0].body
    assert alert.instruction not in mail.outbox[0].body


def test_each_gets_a_warning_in_their_language_and_the_vietnamese_one_where_there_is_none():
    subscriber(ANNA)
    subscriber(BINH, language="en")
    campaign = make_campaign()
    approved_alert(headline="Chỉ có tiếng Việt")
    approved_alert(headline="In English", language="en", campaign=campaign)
    approved_alert(headline="Bản tiếng Việt", campaign=campaign)
    mails.turn()
    got = {address: [each.subject for each in mail.outbox if each.to == [address]] for address in (ANNA, BINH)}
    assert sorted(subject.split(": ")[1] for subject in got[ANNA]) == ["Bản tiếng Việt", "Chỉ có tiếng Việt"]
    assert sorted(got[BINH]) == ["Warning: Chỉ có tiếng Việt", "Warning: In English"]


def test_planning_costs_the_same_for_many_subscribers():
    alert = approved_alert()
    subscriber()
    with CaptureQueriesContext(connection) as few:
        mails.owe(alert)
    for number in range(50):
        subscriber(f"nguoi-{number}@example.vn")
    with CaptureQueriesContext(connection) as many:
        assert mails.owe(alert) == 50
    assert len(many) == len(few)


# What the server says -----------------------------------------------------------------------------------------


class Server:
    """Takes mails in memory, and answers an address as it is told to."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return self.answers.get("data " + envelope.rcpt_tos[0], "250 OK")


class _Running(Controller):
    def _trigger_server(self) -> None:
        self.smtpd = self.factory()
        self._factory_invoked.set()


@pytest.fixture
def server(settings) -> Iterator[Server]:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    made = Server()
    running = _Running(made, hostname="127.0.0.1", port=0)
    running.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "127.0.0.1", False, False
    settings.EMAIL_PORT = running.server.sockets[0].getsockname()[1]
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    try:
        yield made
    finally:
        running.stop()


def test_a_real_server_gets_words_an_html_form_and_the_headers(server):
    subscriber()
    alert = approved_alert(campaign=make_campaign())
    mails.turn()
    sent = server.mails[0]
    assert sent["To"] == ANNA and alert.headline in sent["Subject"]
    parts = {part.get_content_type(): part.get_content() for part in sent.iter_parts()}
    assert set(parts) == {"text/plain", "text/html"}
    stop = sent["List-Unsubscribe"].strip(" <>")
    for said in parts.values():
        assert alert.description.split("“")[0] in said and stop in said
    assert sent["Message-ID"] == letters.message_id(alert, Subscriber.objects.get())


def test_a_refused_address_is_told_once_and_the_others_get_theirs(server, caplog):
    server.answers[ANNA] = "550 5.1.1 anna@example.vn does not exist"
    for address in (ANNA, BINH):
        subscriber(address)
    approved_alert()
    for hours in range(3):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            mails.turn()
    assert [each["To"] for each in server.mails] == [BINH]
    row = AlertMail.objects.get(subscriber__address=ANNA)
    assert (row.tries, row.words, bool(row.refused_at)) == (1, mails.REFUSED, True)
    assert caplog.records and ANNA not in caplog.text and BINH not in caplog.text


def test_a_server_that_says_not_now_is_asked_again_less_and_less_often(server):
    server.answers[ANNA] = "451 4.7.1 greylisted"
    subscriber()
    approved_alert()
    begun = timezone.now()
    tries = []
    for minute in range(40):
        with time_machine.travel(begun + timedelta(minutes=minute, seconds=minute), tick=False):
            mails.turn()
        tries.append(AlertMail.objects.get().tries)
    asked = [minute for minute in range(40) if minute == 0 or tries[minute] > tries[minute - 1]]
    assert asked == [0, 2, 6, 14, 30]
    del server.answers[ANNA]
    with time_machine.travel(begun + timedelta(hours=2), tick=False):
        mails.turn()
    assert len(server.mails) == 1


def test_a_server_that_is_away_costs_no_letter_a_try(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    subscriber()
    approved_alert()
    mails.turn()
    assert AlertMail.objects.get().tried_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mails.turn()
    assert to() == [ANNA]


def test_a_call_that_was_cut_off_is_made_once_more_with_the_same_message_id_and_then_left(server, monkeypatch):
    """A worker that is killed leaves exactly this behind: tried, not sent, no words."""
    subscriber()
    approved_alert()
    cut = monkeypatch.context
    begun = timezone.now()
    with cut() as patched:
        patched.setattr(mails, "_note", lambda row, outcome: None)  # killed before it could write anything down
        for hours in (0, 1):
            with time_machine.travel(begun + timedelta(hours=hours), tick=False):
                mails.turn()
                mails.turn()
    assert len(server.mails) == 2
    assert len({each["Message-ID"] for each in server.mails}) == 1
    for hours in (2, 3):
        with time_machine.travel(begun + timedelta(hours=hours), tick=False):
            mails.turn()
    row = AlertMail.objects.get()
    assert len(server.mails) == 2 and row.words == mails.NOBODY_KNOWS and row.refused_at


def test_two_workers_that_look_at_once_send_one_mail(monkeypatch):
    subscriber()
    alert = approved_alert()
    mails.owe(alert)
    seen = list(mails._due(timezone.now()))
    mails.turn()
    monkeypatch.setattr(mails, "_due", lambda now: _Rows(seen))
    mails.turn()
    assert len(to()) == 1


class _Rows(list):  # type: ignore[type-arg]
    def filter(self, *conditions: Any) -> _Rows:
        return self


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"")}), Outcome.REFUSED),
        (smtplib.SMTPRecipientsRefused({"a": (452, b"")}), Outcome.LATER),
        (smtplib.SMTPDataError(554, b""), Outcome.REFUSED),
        (smtplib.SMTPDataError(451, b""), Outcome.LATER),
        (smtplib.SMTPSenderRefused(550, b"", "x"), Outcome.AWAY),
        (smtplib.SMTPServerDisconnected(), Outcome.CUT),
        (TimeoutError(), Outcome.CUT),
        (ValueError(), Outcome.LATER),
    ],
)
def test_what_an_error_means_for_the_letter(error, outcome):
    assert outcome_of(error) is outcome


def test_a_turn_ends_in_time_and_says_that_there_is_more():
    for number in range(3):
        subscriber(f"nguoi-{number}@example.vn")
    approved_alert()
    assert mails.turn(seconds=0) is True
    assert len(to()) == 1
    assert mails.turn() is False
    assert len(to()) == 3
    assert Alert.objects.count() == 1


# The worker's entrances -----------------------------------------------------------------------------------------


@pytest.fixture
def celery_at_once():
    """Celery's tasks run where they are asked for."""
    app.conf.update(task_always_eager=True)
    yield
    app.conf.update(task_always_eager=False)


def test_the_worker_that_celery_runs_sends_at_once_what_was_approved(
    settings, celery_at_once, django_capture_on_commit_callbacks
):
    """From the approver's click to the mail, through the task and without the sweep."""
    subscriber()
    settings.CELERY_BROKER_URL = "memory://"
    with django_capture_on_commit_callbacks(execute=True):
        warning = approved_alert()
    assert to() == [ANNA] and AlertMail.objects.get().alert == warning


def test_the_task_calls_itself_again_as_long_as_there_is_more(monkeypatch):
    more, called = iter([True, False]), []
    monkeypatch.setattr(mails, "turn", lambda: next(more))
    monkeypatch.setattr(wake, "mails", lambda: called.append(1))
    tasks.send_alert_mails()
    assert called == [1]
    tasks.send_alert_mails()
    assert called == [1]


def test_a_broker_that_is_away_costs_no_warning(settings, monkeypatch, django_capture_on_commit_callbacks):
    def away(*args, **kwargs):
        raise ConnectionError("no broker")

    subscriber()
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(tasks.send_alert_mails, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        approved_alert()
    assert to() == []
    sweep_task()
    assert to() == [ANNA]


def test_celerys_clock_reaches_the_mails(settings):
    app.loader.import_default_modules()  # as a worker does when it starts
    assert {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
    assert settings.CELERY_BEAT_SCHEDULE["sweep"]["task"] == sweep_task.name
    subscriber()
    approved_alert()
    app.tasks[settings.CELERY_BEAT_SCHEDULE["sweep"]["task"]]()
    assert to() == [ANNA]


def test_after_a_restore_nobody_is_sent_again_what_was_owed_before():
    subscriber(ANNA)
    approved_alert(headline="Trước khi khôi phục")
    mails.end_owed()
    mails.turn()
    assert to() == []
    approved_alert(headline="Sau khi khôi phục")
    mails.turn()
    assert to() == [ANNA]
