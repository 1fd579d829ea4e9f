"""A pause finds posts in a worker's hands: what gets through is out, nothing else is tried again before the plan goes on."""

# ruff: noqa: F811 - fixtures of another module
from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cms import people
from publishing import outbox, together
from publishing.channels.base import ChannelError, Outcome
from publishing.models import PAUSED, Attempt, Delivery, State
from tests.make import make_user
from tests.publishing.stories import make_story
from tests.publishing.test_outbox import again, channel, due_now, fake, owe, run  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
AWAY = ChannelError(Outcome.TRANSIENT, "Not now.")


@pytest.fixture
def person():
    return make_user(people.PUBLISHER)


def pause(person) -> int:
    return together.pause([make_story().key], person, plan="Khởi động", reason="Số sai")


def go_on(person) -> together.LetGo:
    return together.release([make_story().key], person, plan="Khởi động", later=timedelta(), sends_missed=True)


def calls_meanwhile(fake, monkeypatch, deed) -> None:
    """``deed()`` is done while the channel is being called, and then the call ends as the script says."""
    send = fake.send

    def sending(self, post, marker):
        deed()
        return send(self, post, marker)

    monkeypatch.setattr(fake, "send", sending)


def assert_rests(delivery, fake) -> None:
    """It is held in the words of the pause, and no worker takes it, whatever time goes by."""
    again(delivery)
    assert (delivery.state, delivery.words) == (State.HELD, PAUSED)
    assert "Khởi động" in delivery.words_text() and "Số sai" in delivery.words_text()
    calls = len(fake.sends)
    Delivery.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert run() == [] and len(fake.sends) == calls


@pytest.mark.parametrize("outcome", [Outcome.TRANSIENT, Outcome.THROTTLED, Outcome.AUTH, Outcome.UNKNOWN])
def test_what_did_not_get_through_is_held_at_once_and_goes_on_with_its_plan(
    channel, fake, person, monkeypatch, outcome
):
    delivery = owe(channel)
    with monkeypatch.context() as patched:
        calls_meanwhile(fake, patched, lambda: pause(person))
        fake.script.append(ChannelError(outcome, "No."))
        run()
    assert_rests(delivery, fake)
    assert delivery.attempts.get().outcome == outcome, "what the channel said is on record"
    channel.__class__.objects.update(stopped_at=None, not_before=None)
    assert go_on(person).going == 1
    delivery.tried_at and Delivery.objects.update(tried_at=timezone.now() - timedelta(minutes=5))
    assert run() == [State.SENT] and len(fake.posts) == 1


def test_what_got_through_is_out(channel, fake, person, monkeypatch):
    delivery = owe(channel)
    calls_meanwhile(fake, monkeypatch, lambda: pause(person))
    assert run() == [State.SENT]
    again(delivery)
    assert (delivery.state, delivery.words, delivery.words_values) == (State.SENT, "", {})
    assert go_on(person).going == 0


def test_what_was_refused_for_good_says_so_and_pauses_with_the_rest_at_the_next_look(
    channel, fake, person, monkeypatch
):
    delivery = owe(channel)
    calls_meanwhile(fake, monkeypatch, lambda: pause(person))
    fake.script.append(ChannelError(Outcome.PERMANENT, "Too long."))
    run()
    assert (again(delivery).state, delivery.words) == (State.FAILED, "Too long.")
    assert pause(person) == 1
    go_on(person)
    assert (again(delivery).state, delivery.words) == (State.FAILED, "Too long.")


def test_what_was_claimed_and_not_yet_called_is_not_called(channel, fake, person):
    delivery = owe(channel)
    (claimed,) = outbox.claim(5)
    assert pause(person) == 0, "it is in a worker's hands"
    outbox.deliver(claimed)
    assert fake.sends == []
    assert_rests(delivery, fake)
    assert not delivery.tried_at and not delivery.doubts
    go_on(person)
    assert run() == [State.SENT]


@pytest.mark.parametrize("is_out", [True, False])
def test_a_worker_that_died_over_it_is_followed_by_a_look_and_by_no_second_post(
    channel, fake, person, is_out, time_machine
):
    delivery = owe(channel)
    (claimed,) = outbox.claim(5)
    Delivery.objects.update(tried_at=timezone.now())  # its call began, and nobody knows how it ended
    if is_out:
        fake.posts[delivery.marker] = "out"
    pause(person)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    assert [one.pk for one in outbox.claim(0)] == []
    run()
    if is_out:
        assert again(delivery).state == State.SENT
    else:
        assert_rests(delivery, fake)
    assert fake.sends == []
    assert outbox.deliver(claimed) is None, "the one that died and comes back does nothing more"
    assert fake.sends == []


def test_a_plan_that_goes_on_before_the_call_ended_tries_again_as_ever(channel, fake, person, monkeypatch):
    delivery = owe(channel)

    def change_of_mind():
        pause(person)
        go_on(person)

    with monkeypatch.context() as patched:
        calls_meanwhile(fake, patched, change_of_mind)
        fake.script.append(AWAY)
        run()
    assert (again(delivery).state, delivery.words) == (State.DUE, "Not now.")
    due_now()
    assert run() == [State.SENT]


def test_a_pause_twice_is_one_pause(channel, person):
    delivery = owe(channel)
    outbox.claim(5)
    for _turn in range(2):
        pause(person)
    assert again(delivery).words_values["was"]["words"] == ""
    assert not Attempt.objects.exists()
