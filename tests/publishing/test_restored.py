"""After a restore nothing goes by itself, a person decides with the channel asked first, and corrections still follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cms import people
from publishing import by_hand, outbox
from publishing.models import PAUSED, Attempt, Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.restored import CHANNEL_RESTORED, PLANNED_AFTER, RESTORED, hold
from publishing.story import Action
from tests.make import make_user
from tests.publishing.stories import make_correction, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    owner = Organisation.objects.create(name="Báo Ánh Dương (hư cấu)")
    return Channel.objects.create(
        organisation=owner, kind="webhook", name="Báo", config={"url": "https://bao.example/"}
    )


def owed(channel: Channel, at=None, **story) -> Delivery:
    version = StoryVersion.of(make_story(**story))
    [made] = outbox.enqueue(version, [Owed(channel.pk, Action.POST, at or timezone.now())])
    return made


def restore() -> None:
    hold(timezone.now() - timedelta(days=1), timezone.now())


@pytest.mark.parametrize("state", [State.DUE, State.PLANNED, State.SENDING])
def test_what_would_have_gone_by_itself_is_held_and_unclear(channel, state):
    one = owed(channel)
    Delivery.objects.update(state=state, lease_until=timezone.now() if state == State.SENDING else None)
    restore()
    one.refresh_from_db()
    assert (one.state, one.words, one.doubts, one.is_unclear, one.is_perhaps_out) == (
        State.HELD,
        RESTORED,
        1,
        True,
        True,
    )
    assert Attempt.objects.get().words == RESTORED
    assert outbox.claim(10, timezone.now() + timedelta(days=400)) == []


@pytest.mark.parametrize("state", [State.SENT, State.CANCELLED])
def test_what_was_settled_stays(channel, state):
    one = owed(channel)
    Delivery.objects.update(state=state, sent_at=timezone.now())
    restore()
    one.refresh_from_db()
    assert (one.state, one.doubts) == (state, 0)


def test_what_waited_for_a_person_keeps_its_words_and_is_looked_for_before_it_goes(channel):
    one = owed(channel)
    Delivery.objects.update(state=State.HELD, words=PAUSED, words_values={"was": {"state": "due"}})
    restore()
    one.refresh_from_db()
    assert (one.state, one.words, one.words_values, one.doubts) == (State.HELD, PAUSED, {"was": {"state": "due"}}, 1)


def test_what_is_planned_before_somebody_looked_is_held_as_well(channel):
    restore()
    channel.refresh_from_db()
    assert channel.status == "stopped" and channel.stopped_words == CHANNEL_RESTORED
    one = owed(channel)
    assert (one.state, one.words, one.doubts) == (State.HELD, PLANNED_AFTER, 1)
    by_hand.resume(channel)
    assert owed(channel, key="tin-khac").state == State.DUE


def test_a_correction_of_what_may_be_out_does_not_become_a_second_post(channel):
    restore()
    one = owed(channel)
    by_hand.resume(channel)
    changed = make_correction(make_story())
    [follow] = outbox.plan_change(changed)
    one.refresh_from_db()
    assert follow.action == Action.CORRECT and one.state == State.HELD
    assert outbox.claim(10) == []  # it waits until somebody has said whether the post is out


def test_a_post_for_tomorrow_that_is_not_out_goes_tomorrow(channel):
    tomorrow = timezone.now() + timedelta(days=1)
    one = owed(channel, at=tomorrow)
    restore()
    one.refresh_from_db()
    by_hand.settle(one, make_user(), is_there=False)
    assert (one.state, one.due_at, one.doubts) == (State.DUE, tomorrow, 0)


def test_wording_that_nobody_approved_waits_for_its_approval_still(channel):
    one = owed(channel)
    Delivery.objects.update(state=State.PLANNED, wording="Lời khác", wording_by=make_user())
    restore()
    one.refresh_from_db()
    by_hand.settle(one, make_user(), is_there=False)
    assert one.state == State.PLANNED


def test_a_person_who_does_not_find_it_may_decide_that_it_stays_so(channel):
    one = owed(channel)
    restore()
    one.refresh_from_db()
    by_hand.settle(one, make_user(), is_there=False, is_wanted=False)
    assert (one.state, one.doubts, one.is_perhaps_out) == (State.CANCELLED, 0, False)


def test_the_desk_offers_to_leave_out_what_is_not_there(channel, client):
    one = owed(channel)
    restore()
    client.force_login(make_user(people.PUBLISHER))
    assert b'name="is_wanted" value="no"' in client.get(reverse("publishing_delivery", args=[one.pk])).content
    client.post(
        reverse("publishing_deed", args=[one.pk, "settle"]), {"is_there": "no", "looked": "on", "is_wanted": "no"}
    )
    one.refresh_from_db()
    assert one.state == State.CANCELLED
