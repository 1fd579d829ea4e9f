"""What a channel takes by itself: by kind and topic, with a delay, outside quiet hours, and urgent answers at once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from publishing import by_hand, outbox
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import after_quiet, first_plan
from tests.make import make_user
from tests.publishing.stories import make_story

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("asked", "quiet", "given"),
    [
        (at(12), (None, None), at(12)),
        (at(12), (time(22), time(6)), at(12)),
        (at(23), (time(22), time(6)), at(6, day=25)),
        (at(2), (time(22), time(6)), at(6)),
        (at(6), (time(22), time(6)), at(6)),
        (at(12, 30), (time(12), time(13)), at(13)),
        (at(13), (time(12), time(13)), at(13)),
        (at(9), (time(9), time(9)), at(9)),
    ],
)
def test_quiet_hours_end_before_anything_goes_out(asked, quiet, given):
    assert after_quiet(asked, *quiet) == given


def channel(**kw) -> Channel:
    return Channel(pk=7, kind="facebook", plan_since=at(0, day=1), **kw)


def plan(story, **kw):
    return first_plan(story, [channel(**kw)], now=at(23))


def story(**kw):
    return make_story(modified_at=at(22), **kw)


def test_by_hand_and_proposed_channels_take_nothing_by_themselves():
    assert plan(story()) == [] and plan(story(), plan=Channel.Plan.PROPOSED) == []


def test_an_automatic_plan_waits_for_its_delay_and_for_the_end_of_quiet_hours():
    [owed] = plan(story(), plan=Channel.Plan.AUTOMATIC, plan_delay=30)
    assert owed.scheduled_at == at(23, 30)
    [owed] = plan(story(), plan=Channel.Plan.AUTOMATIC, plan_delay=30, quiet_from=time(22), quiet_to=time(6))
    assert owed.scheduled_at == at(6, day=25)


def test_a_plan_takes_its_kinds_and_topics_only():
    automatic = {"plan": Channel.Plan.AUTOMATIC}
    assert plan(
        story(kind="rebuttal", topic_keys=("y-te",)), **automatic, plan_kinds=["rebuttal"], plan_topics=["y-te"]
    )
    assert not plan(story(kind="verifiedfact"), **automatic, plan_kinds=["rebuttal"])
    assert not plan(story(topic_keys=("dat-dai",)), **automatic, plan_topics=["y-te"])


def test_an_urgent_answer_goes_at_once_whatever_the_hour():
    [owed] = plan(story(is_urgent=True), takes_urgent=True, plan_delay=60, quiet_from=time(22), quiet_to=time(6))
    assert owed.scheduled_at == at(23)


def test_what_was_approved_before_the_plan_was_made_is_left_alone():
    late = channel(plan=Channel.Plan.AUTOMATIC)
    late.plan_since = at(22, 30)
    assert first_plan(story(), [late], now=at(23)) == []


def test_a_retracted_story_is_planned_nowhere():
    assert plan(story(is_urgent=True, is_retracted=True), takes_urgent=True) == []


@pytest.mark.django_db
def test_what_a_publisher_cancelled_is_not_planned_again_by_the_sweep():
    owner = Organisation.objects.create(name="Báo Ánh Dương (hư cấu)")
    Channel.objects.create(
        organisation=owner, kind="wordpress", name="Báo", plan=Channel.Plan.AUTOMATIC,
        plan_since=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    approved = make_story(modified_at=timezone.now())
    StoryVersion.of(approved)
    [delivery] = outbox.plan_first(approved)
    assert outbox.plan_first(approved) == []
    by_hand.cancel(delivery, make_user())
    assert outbox.plan_first(approved) == []
    assert Delivery.objects.get().state == State.CANCELLED


@pytest.mark.django_db
def test_an_older_version_is_not_planned_once_there_is_a_newer_one():
    owner = Organisation.objects.create(name="Báo Ánh Dương (hư cấu)")
    Channel.objects.create(
        organisation=owner, kind="wordpress", name="Báo", plan=Channel.Plan.AUTOMATIC,
        plan_since=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    first = make_story(modified_at=timezone.now())
    StoryVersion.of(make_story(modified_at=timezone.now(), revision=first.revision + 1))
    assert outbox.plan_first(first) == []
