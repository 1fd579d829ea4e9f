"""How a channel is: what stands on the list and on its page, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms import people
from publishing.channels.facebook import Facebook
from publishing.channels.facebook_errors import EXPIRED
from publishing.desk.health import health_of
from publishing.models import Attempt, Channel, Delivery, State
from tests.make import make_user
from tests.publishing.test_desk import channel_data, make_channel, owe

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def channel():
    return make_channel()


@pytest.fixture
def administrator(client):
    user = make_user(people.ADMINISTRATOR)
    client.force_login(user)
    return user


def facts() -> dict[str, tuple[str, str]]:
    (health,) = health_of(Channel.objects.all()).values()
    return {fact.label: (fact.text, fact.tone) for fact in health.facts}


def attempt(delivery, outcome, ago=timedelta(), **kw):
    number = delivery.attempts.count() + 1
    return Attempt.objects.create(
        delivery=delivery, number=number, outcome=outcome, started_at=NOON - ago, ended_at=NOON - ago,
        **{"step": "send", **kw},
    )  # fmt: skip


def test_a_new_channel_says_that_nothing_is_known_yet(channel):
    assert facts() == {
        "Access": ("no end is known", "quiet"),
        "Last connection test": ("none", "quiet"),
        "Left of the limit on calls": ("not told", "quiet"),
        "Waiting to be sent": ("nothing", "quiet"),
        "Last success": ("never", "quiet"),
        "Last failure": ("none", "quiet"),
    }


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=40, hours=1), ("40 days left, until 03/01/2027 13:00", "good")),
        (timedelta(days=1, hours=1), ("1 day left, until 25/11/2026 13:00", "care")),
        (timedelta(hours=1), ("0 days left, until 24/11/2026 13:00", "care")),
        (-timedelta(hours=1), ("ran out at 24/11/2026 11:00", "bad")),
    ],
)
def test_access_that_runs_out_says_when(channel, left, said):
    Channel.objects.update(expires_at=NOON + left)
    assert facts()["Access"] == said


def test_access_that_renews_itself_says_so(channel, monkeypatch):
    monkeypatch.setattr(Facebook, "refresh", lambda adapter: {}, raising=False)
    Channel.objects.update(expires_at=NOON + timedelta(hours=1))
    assert facts()["Access"] == ("renews itself", "good")


def test_what_is_left_of_the_limit_is_said_with_its_time(channel):
    Channel.objects.update(headroom=0.249, headroom_at=NOON)
    assert facts()["Left of the limit on calls"] == ("24 % (at 24/11/2026 12:00)", "care")
    Channel.objects.update(headroom=0.9)
    assert facts()["Left of the limit on calls"][1] == "good"


def test_a_silent_channel_says_since_when(channel):
    Channel.objects.update(opened_at=NOON, failures=7)
    assert facts()["Does not answer"] == ("since 24/11/2026 12:00, 7 calls in a row", "bad")


def test_the_queue_counts_what_should_have_gone_out(channel):
    owe(channel, at=NOON - timedelta(hours=1))
    owe(channel, at=NOON)
    owe(channel, at=NOON + timedelta(days=1))
    assert facts()["Waiting to be sent"] == ("2 deliveries, the oldest since 24/11/2026 11:00", "care")


def test_the_last_failure_is_told_in_our_words_until_something_works_again(channel):
    post = owe(channel, state=State.SENT, sent_at=NOON)
    attempt(post, "ok", timedelta(hours=3))
    attempt(post, "auth", timedelta(hours=2), words=EXPIRED, vendor_words="(#190) vendor says")
    assert facts()["Last success"] == ("24/11/2026 09:00", "good")
    assert facts()["Last failure"] == (f"24/11/2026 10:00: {EXPIRED}", "care")
    attempt(post, "ok", timedelta(hours=1))
    assert facts()["Last failure"][1] == "quiet"


def test_what_a_person_decided_is_no_call(channel):
    attempt(owe(channel), "ok", step="person")
    assert facts()["Last success"][0] == "never"


def test_the_list_warns_and_the_page_tells_all(client, administrator, channel):
    Channel.objects.update(expires_at=NOON + timedelta(days=2))
    soup = BeautifulSoup(client.get(reverse("publishing_channels")).content, "html.parser")
    warned, told = soup.select(".desk-health")
    assert [one.get_text(" ", strip=True) for one in warned.find_all("dt")] == ["Access"]
    assert len(told.find_all("dt")) == 6
    shown = BeautifulSoup(client.get(reverse("publishing_channel", args=[channel.pk])).content, "html.parser")
    assert "2 days left" in shown.select_one(".desk-health").get_text()


def test_when_access_runs_out_is_known_as_soon_as_the_channel_is_saved(client, administrator, channel, monkeypatch):
    monkeypatch.setattr(Facebook, "expires_at", lambda adapter: NOON + timedelta(days=60))
    client.post(reverse("publishing_channel", args=[channel.pk]), channel_data(channel))
    channel.refresh_from_db()
    assert channel.expires_at == NOON + timedelta(days=60)


def test_more_channels_and_attempts_cost_no_more_queries(client, administrator, channel):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            client.get(reverse("publishing_channels"))
        return len(taken)

    attempt(owe(channel), "auth", words=EXPIRED)
    queries()
    before = queries()
    for number in range(4):
        attempt(owe(make_channel(name=f"Trang {number}")), "transient")
    Delivery.objects.update(due_at=NOON)
    assert queries() == before
