"""Figures are asked for politely: in turn, seldom, and never in the way of what has to go out."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from publishing import measuring, worker
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.facebook import Facebook
from publishing.models import Channel, Delivery, Measurement, State
from tests.publishing.rigs.facebook import Rig
from tests.publishing.test_desk import make_channel, owe

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    with Rig() as rig:
        yield rig


@pytest.fixture
def channel(page):
    config, secrets = page.settings()
    return make_channel(config=config, secrets=secrets)


@pytest.fixture
def asked(monkeypatch):
    """Posts that were asked about, by remote id; what is told or raised may be changed."""

    class Asked(list):
        tells = staticmethod(lambda remote_id: {"views": 5})

    seen = Asked()

    def metrics(adapter, receipt):
        seen.append(receipt.remote_id)
        return seen.tells(receipt.remote_id)

    monkeypatch.setattr(Facebook, "metrics", metrics)
    return seen


def refuse(outcome):
    def tells(remote_id):
        raise ChannelError(outcome, "Nothing can be told.")

    return tells


def out(channel, age=timedelta(hours=1), measured=None, **kw) -> Delivery:
    """A post that went out ``age`` ago and was last measured ``measured`` ago."""
    now = timezone.now()
    post = owe(channel, state=State.SENT, sent_at=now - age, **kw)
    at = now - measured if measured is not None else None
    Delivery.objects.filter(pk=post.pk).update(remote_id=f"p{post.pk}", measured_at=at)
    post.refresh_from_db()
    return post


def test_a_post_that_was_sent_is_measured_at_its_channel(page, channel):
    adapter = channel.adapter()
    post = out(channel)
    receipt = adapter.send(post.post(adapter), post.marker)
    Delivery.objects.update(remote_id=receipt.remote_id)
    page.sandbox.figures.views[receipt.remote_id] = 12
    worker.sweep()
    assert Measurement.objects.get().values == {"views": 12, "reach": 0, "reactions": 0, "comments": 0}
    channel.refresh_from_db()
    assert channel.headroom is not None and channel.headroom_at is not None


@pytest.mark.parametrize(
    ("age", "measured", "is_due"),
    [
        (timedelta(minutes=14), None, False),
        (timedelta(minutes=16), None, True),
        (timedelta(hours=5), timedelta(minutes=59), False),
        (timedelta(hours=5), timedelta(minutes=61), True),
        (timedelta(days=2), timedelta(hours=5), False),
        (timedelta(days=2), timedelta(hours=7), True),
        (timedelta(days=10), timedelta(hours=23), False),
        (timedelta(days=10), timedelta(hours=25), True),
        (timedelta(days=80), timedelta(days=2), False),
        (timedelta(days=80), timedelta(days=4), True),
        (timedelta(days=91), None, False),
    ],
)
def test_young_posts_are_asked_about_often_and_old_ones_seldom(channel, asked, age, measured, is_due):
    out(channel, age, measured)
    measuring.sweep()
    assert bool(asked) == is_due
    measuring.sweep()
    assert len(asked) <= 1, "asked twice in a row"


@pytest.mark.parametrize(
    "state",
    [
        {"is_active": False},
        {"stopped_at": timezone.now()},
        {"not_before": timezone.now() + timedelta(days=3650)},
        {"headroom": 0.2, "headroom_at": timezone.now() + timedelta(days=3650)},
        {"kind": "wordpress"},
    ],
)
def test_a_channel_that_is_off_waits_or_is_near_its_limit_is_not_asked(channel, asked, state):
    out(channel)
    Channel.objects.update(**state)
    measuring.sweep()
    assert not asked


def test_a_limit_that_was_read_long_ago_says_nothing(channel, asked):
    out(channel)
    Channel.objects.update(headroom=0.0, headroom_at=timezone.now() - timedelta(hours=2))
    measuring.sweep()
    assert asked


def test_what_has_to_go_out_comes_first(channel, asked):
    out(channel)
    waiting = owe(channel)
    measuring.sweep()
    assert not asked
    Delivery.objects.filter(pk=waiting.pk).update(due_at=timezone.now() + timedelta(hours=3))
    measuring.sweep()
    assert asked


@pytest.mark.parametrize("change", [{"remote_id": ""}, {"state": State.CANCELLED}, {"action": "retract"}])
def test_only_posts_that_are_out_and_known_are_asked_about(channel, asked, change):
    out(channel)
    Delivery.objects.update(**change)
    measuring.sweep()
    assert not asked


def test_a_sweep_asks_about_ten_posts_of_a_channel_the_longest_unmeasured_first(channel, asked):
    for number in range(12):
        out(channel, timedelta(days=5), timedelta(days=2, hours=number))
    never = out(channel, timedelta(days=5))
    measuring.sweep()
    assert len(asked) == measuring.A_CHANNEL and asked[0] == never.remote_id
    measuring.sweep()
    assert len(asked) == 13 and len(set(asked)) == 13


@pytest.mark.parametrize("outcome", [Outcome.TRANSIENT, Outcome.THROTTLED, Outcome.AUTH])
def test_a_channel_that_does_not_answer_is_asked_once_and_its_figures_stay(channel, asked, outcome):
    posts = [out(channel, timedelta(hours=9), timedelta(hours=2)) for _number in range(3)]
    Measurement.objects.create(delivery=posts[0], values={"views": 3})
    asked.tells = refuse(outcome)
    measuring.sweep()
    measuring.sweep()
    assert len(asked) == 1
    assert Measurement.objects.get().values == {"views": 3}
    channel.refresh_from_db()
    assert channel.status == "ready", "figures never stop a channel"


def test_a_post_that_is_gone_does_not_keep_the_others_from_being_measured(channel, asked):
    posts = [out(channel) for _number in range(3)]
    asked.tells = lambda remote_id: refuse(Outcome.PERMANENT)(remote_id) if remote_id == posts[0].remote_id else {}
    measuring.sweep()
    assert len(asked) == 3
    assert set(Measurement.objects.values_list("delivery", flat=True)) == {posts[1].pk, posts[2].pk}


def test_a_fault_of_an_adapter_costs_its_own_post_only(channel, asked, caplog):
    first, _second = out(channel), out(channel)
    asked.tells = lambda remote_id: {"views": "many" if remote_id == first.remote_id else 5}
    with caplog.at_level(logging.ERROR):
        measuring.sweep()
    assert Measurement.objects.count() == 1 and "could not be read" in caplog.text


def test_what_the_adapter_never_declared_is_not_kept(channel, asked):
    out(channel)
    asked.tells = lambda remote_id: {"views": 5, "clicks": 9}
    measuring.sweep()
    assert Measurement.objects.get().values == {"views": 5}


def test_a_sweep_ends_in_time_and_the_next_one_begins_with_what_was_left(channel, asked, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(measuring.time, "monotonic", lambda: now[0])

    def slow(remote_id):
        now[0] += measuring.SECONDS / 2 + 1
        return {}

    asked.tells = slow
    posts = [out(channel) for _number in range(3)]
    measuring.sweep()
    assert len(asked) == 2
    measuring.sweep()
    assert sorted(asked) == sorted(post.remote_id for post in posts)


def test_a_channel_that_was_slow_is_asked_after_the_others(channel, asked):
    slow = out(channel, timedelta(days=5), timedelta(days=2))
    other = make_channel(name="Trang khác", secrets={"access_token": "x"})
    quick = out(other, timedelta(days=5), timedelta(days=3))
    measuring.sweep()
    assert asked == [quick.remote_id, slow.remote_id]


def test_two_workers_do_not_ask_about_one_post_twice(channel, asked):
    first, second = out(channel), out(channel)

    def another_worker(remote_id):
        Delivery.objects.filter(pk=second.pk).update(measured_at=timezone.now())
        return {}

    asked.tells = another_worker
    measuring.sweep()
    assert asked == [first.remote_id]


def test_credentials_that_cannot_be_read_cost_nobody_anything(channel, asked, settings):
    out(channel)
    settings.CREDENTIAL_KEYS = ["another-key"]
    measuring.sweep()
    assert not asked and Delivery.objects.filter(measured_at__gt=F("made_at")).exists()
