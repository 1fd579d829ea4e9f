"""A channel that answers nobody is left alone for a while, and its queue keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from publishing import circuit, outbox
from publishing.channels.base import Outcome
from publishing.models import Channel, Organisation, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from tests.publishing.stories import fresh_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    owner = Organisation.objects.create(name="Báo Ánh Dương (hư cấu)")
    return Channel.objects.create(organisation=owner, kind="wordpress", name="Báo")


def fail(channel, times, outcome=Outcome.TRANSIENT):
    for _time in range(times):
        circuit.note(channel, outcome)
    channel.refresh_from_db()


def test_it_opens_after_five_calls_in_a_row_and_says_since_when(channel):
    fail(channel, circuit.OPENS_AFTER - 1)
    assert channel.opened_at is None and channel.status == "ready"
    fail(channel, 1, Outcome.UNKNOWN)
    assert channel.opened_at is not None and channel.status == "waiting"
    since = channel.opened_at
    fail(channel, 1)
    assert channel.opened_at == since and channel.not_before - timezone.now() > timedelta(seconds=55)


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.PERMANENT, Outcome.AUTH, Outcome.THROTTLED])
def test_any_clear_answer_closes_it(channel, outcome):
    fail(channel, circuit.OPENS_AFTER)
    circuit.note(channel, outcome)
    channel.refresh_from_db()
    assert channel.opened_at is None and channel.failures == 0


def test_the_vendors_own_wait_is_not_shortened(channel):
    later = timezone.now() + timedelta(hours=6)
    Channel.objects.update(not_before=later)
    fail(channel, circuit.OPENS_AFTER)
    assert channel.not_before == later


def test_the_pause_grows_and_ends_at_ten_minutes():
    pauses = [circuit.pause(failures).total_seconds() for failures in (5, 6, 7, 9, 10, 1000)]
    assert pauses == [30, 60, 120, 480, 600, 600]


def test_while_it_answers_nobody_one_call_at_a_time_finds_out(channel):
    owed = [Owed(channel.pk, Action.POST, timezone.now())]
    for _story in range(3):
        outbox.enqueue(StoryVersion.of(fresh_story()), owed)
    fail(channel, 1)
    assert len(outbox.claim(9)) == 1 and outbox.claim(9) == []
    circuit.note(channel, Outcome.OK)
    assert len(outbox.claim(9)) == 1, "a WordPress takes two calls at once"
