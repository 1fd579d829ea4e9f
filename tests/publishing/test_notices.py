"""Mails about a channel: to those who look after it, in time, once, and without anything secret in them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from cms import people
from publishing import notices, worker
from publishing.channels.facebook import Facebook
from publishing.channels.facebook_errors import EXPIRED
from publishing.models import Attempt, Channel, Delivery, Notice, State
from tests.make import make_user
from tests.publishing.test_desk import TOKEN, make_channel, owe

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def channel(clock):
    return make_channel(notices_to="truc@example.vn, ky-thuat@example.vn")


def told() -> list[str]:
    """Subjects of the mails since the last look."""
    notices.sweep()
    subjects = [one.subject for one in mail.outbox]
    mail.outbox.clear()
    return subjects


def stop(channel, at=NOON, words=EXPIRED):
    Channel.objects.filter(pk=channel.pk).update(stopped_at=at, stopped_words=words)


def test_a_stopped_channel_is_told_once_to_those_who_look_after_it_and_to_nobody_else(channel, settings):
    make_user(people.ADMINISTRATOR)
    assert told() == []
    stop(channel)
    notices.sweep()
    (sent,) = mail.outbox
    assert sent.to == ["truc@example.vn", "ky-thuat@example.vn"] and not sent.cc and not sent.bcc
    assert sent.subject == "Trang Ánh Dương has stopped: please connect it again"
    assert "Connect the Page again." in sent.body and "24/11/2026 12:00" in sent.body
    assert settings.BASE_URL + reverse("publishing_channel", args=[channel.pk]) in sent.body
    assert TOKEN not in sent.message().as_string() and channel.sealed not in sent.body
    mail.outbox.clear()
    assert told() == []


def test_one_mail_a_day_for_each_kind_however_often_it_stops(channel, clock):
    stop(channel)
    assert len(told()) == 1
    stop(channel, NOON + timedelta(hours=2))
    clock.shift(timedelta(hours=2))
    assert told() == []
    clock.shift(timedelta(hours=22))
    assert len(told()) == 1, "it is still stopped, and that was another time"
    clock.shift(timedelta(days=3))
    assert told() == [], "nobody is told the same twice"


def test_a_channel_without_addresses_or_out_of_use_tells_nobody(channel):
    stop(channel)
    Channel.objects.update(notices_to="")
    assert told() == []
    Channel.objects.update(notices_to="a@example.vn", is_active=False)
    assert told() == []
    Channel.objects.update(is_active=True)
    assert len(told()) == 1


def test_access_that_runs_out_is_told_14_7_3_and_1_days_before(channel, clock):
    Channel.objects.update(expires_at=NOON + timedelta(days=20))
    days = {}
    for day in range(24):
        for _twice in range(2):
            if subjects := told():
                days.setdefault(day, []).extend(subjects)
        clock.shift(timedelta(days=1))
    assert sorted(days) == [6, 13, 17, 19, 20]
    assert days[6] == ["Trang Ánh Dương: the access runs out within 14 days"]
    assert days[19] == ["Trang Ánh Dương: the access runs out within 1 day"]
    assert days[20] == ["Trang Ánh Dương: the access has run out"]


def test_access_that_renews_itself_worries_nobody(channel, monkeypatch):
    Channel.objects.update(expires_at=NOON + timedelta(hours=1))
    monkeypatch.setattr(Facebook, "refresh", lambda adapter: {}, raising=False)
    assert told() == []


def test_when_access_runs_out_is_kept_up_to_date_by_the_sweep(channel, monkeypatch):
    runs_out = NOON + timedelta(days=2)
    monkeypatch.setattr(Facebook, "expires_at", lambda adapter: runs_out)
    worker.sweep()
    channel.refresh_from_db()
    assert channel.expires_at == runs_out
    assert [one.subject for one in mail.outbox] == ["Trang Ánh Dương: the access runs out within 2 days"]


def test_a_channel_that_is_silent_for_half_an_hour_is_told(channel, clock):
    Channel.objects.update(opened_at=NOON)
    clock.shift(timedelta(minutes=29))
    assert told() == []
    clock.shift(timedelta(minutes=1))
    assert told() == ["Trang Ánh Dương does not answer"]
    clock.shift(timedelta(days=2))
    assert told() == [], "the same silence"
    Channel.objects.update(opened_at=NOON + timedelta(days=1))
    assert len(told()) == 1


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_a_delivery_that_waits_for_a_person_for_half_an_hour_is_told_by_its_title(channel, clock, state):
    post = owe(channel, state=state, words=EXPIRED)
    Attempt.objects.create(
        delivery=post, number=1, step="send", outcome="permanent", started_at=NOON, vendor_words="vendor says"
    )
    clock.shift(timedelta(minutes=29))
    assert told() == []
    clock.shift(timedelta(minutes=1))
    notices.sweep()
    (sent,) = mail.outbox
    assert sent.subject == "Trang Ánh Dương: deliveries wait for you"
    assert post.version.title in sent.body and "vendor says" not in sent.body
    mail.outbox.clear()
    clock.shift(timedelta(days=2))
    assert told() == []
    newer = owe(channel, state=state)
    Delivery.objects.filter(pk=newer.pk).update(made_at=NOON + timedelta(days=1))
    assert told() == ["Trang Ánh Dương: deliveries wait for you"]


@pytest.mark.parametrize("state", [State.DUE, State.HELD, State.SENT, State.PLANNED, State.CANCELLED])
def test_a_delivery_that_waits_for_nobody_is_not_told(channel, clock, state):
    owe(channel, state=state, sent_at=NOON)
    clock.shift(timedelta(hours=3))
    assert told() == []


def test_a_mail_server_that_fails_costs_nothing_but_time(channel, monkeypatch, caplog):
    stop(channel)
    send = mail.EmailMessage.send

    def fail(*args, **kwargs):
        raise OSError("535 user kiemchung password hunter2")

    monkeypatch.setattr(mail.EmailMessage, "send", fail)
    with caplog.at_level(logging.WARNING):
        notices.sweep()
    assert "could not be sent: OSError" in caplog.text and "hunter2" not in caplog.text
    assert Notice.objects.get().at is None
    monkeypatch.setattr(mail.EmailMessage, "send", send)
    assert len(told()) == 1


def test_two_workers_do_not_both_send(channel, monkeypatch):
    stop(channel)
    get_or_create = Notice.objects.get_or_create

    def another_was_quicker(**kw):
        row = get_or_create(**kw)
        Notice.objects.update(at=NOON, about=NOON.isoformat())
        return row

    monkeypatch.setattr(Notice.objects, "get_or_create", another_was_quicker)
    assert told() == []


def test_a_name_with_a_line_break_cannot_write_headers(channel):
    Channel.objects.update(name="Trang\nBcc: la@example.com 100% (hư cấu)")
    stop(channel)
    notices.sweep()
    (sent,) = mail.outbox
    assert "\n" not in sent.subject and sent.message()["Bcc"] is None and "100% (hư cấu)" in sent.subject


def test_mails_are_in_the_offices_language(channel, settings):
    settings.LANGUAGE_CODE = "vi"
    owe(channel, state=State.FAILED)
    Delivery.objects.update(made_at=NOON - timedelta(hours=1))
    notices.sweep()
    assert "(thất bại)" in mail.outbox[0].body
