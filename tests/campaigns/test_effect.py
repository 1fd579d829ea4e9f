"""What a campaign brought is added up rightly, and knows nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from campaigns.effect import Effect, a_week
from campaigns.models import DownloadCount, Material, QuizCount, Wave, WaveStep
from cms import people
from cms.incidents import Appearance
from cms.sent_in.submissions import Submission
from publishing import outbox
from publishing.models import Channel, Delivery, Measurement, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from tests.make import make_campaign, make_incident, make_user
from tests.publishing.stories import fresh_story

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.get_fixed_timezone(420))


@pytest.fixture(autouse=True)
def the_same_day():
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.fixture
def campaign():
    return make_campaign(incidents=[make_incident()])


def make_channel(name: str) -> Channel:
    owner, _ = Organisation.objects.get_or_create(name="Trung tâm (hư cấu)")
    return Channel.objects.create(organisation=owner, kind="facebook", name=name)


def make_step(campaign, wave: Wave, kind: str, channel: Channel) -> WaveStep:
    material, _ = Material.objects.get_or_create(campaign=campaign, kind=kind, language="vi")
    return WaveStep.objects.create(wave=wave, material=material, channel=channel, after=timedelta())


def send(key: str, channel: Channel, views: int | None, days_ago: int = 1) -> Delivery:
    version = StoryVersion.of(fresh_story(key=key))
    delivery = outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])[0]
    at = timezone.now() - timedelta(days=days_ago)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, sent_at=at, remote_id=str(delivery.pk))
    if views is not None:
        Measurement.objects.create(delivery=delivery, values={"views": views})
    return delivery


def send_in(incident, days_ago: int) -> Submission:
    at = timezone.now() - timedelta(days=days_ago)
    return Submission.objects.create(text="Tin nhắn lạ", incident=incident, received_at=at, consent_at=at)


def test_posts_are_added_up_by_wave_and_by_form(campaign):
    launch = Wave.objects.create(campaign=campaign, name="Ra quân", starts_at=timezone.now())
    reminder = Wave.objects.create(campaign=campaign, name="Nhắc lại", starts_at=timezone.now() + timedelta(days=3))
    one, two = make_channel("Một"), make_channel("Hai")
    send(make_step(campaign, launch, "card", one).story_key, one, 100)
    send(make_step(campaign, launch, "script", two).story_key, two, None)
    send(make_step(campaign, reminder, "card", one).story_key, one, 30)
    send(campaign.story_key, two, 7)
    send("rebuttal-other-vi", two, 1000)
    effect = Effect(campaign)
    waves = [(one.of.name if one.of else None, one.posts, one.value("views")) for one in effect.by_wave()]
    assert waves == [("Ra quân", 2, 100), ("Nhắc lại", 1, 30), (None, 1, 7)]
    kinds = [(one.of, one.posts, one.value("views")) for one in effect.by_form()]
    assert kinds == [("card", 2, 130), ("script", 1, 0), (None, 1, 7)]
    untold = effect.by_form()[1].figures["views"]
    assert untold.value is None, "what a channel does not tell is not 0"


def test_downloads_are_added_up_and_the_last_30_days_told_apart(campaign):
    poster = Material.objects.create(campaign=campaign, kind="poster", language="vi")
    for days, times in ((0, 3), (29, 2), (30, 10)):
        on = timezone.localdate() - timedelta(days=days)
        DownloadCount.objects.create(material=poster, on=on, file=f"a{days}.pdf", times=times)
    (found,) = Effect(campaign).downloads()
    assert (found.material, found.times, found.lately) == (poster, 15, 5)


def test_quiz_rounds_are_added_up_without_anybody(campaign):
    for right, asked, times in ((6, 6, 2), (2, 6, 3), (3, 6, 1)):
        QuizCount.objects.create(campaign=campaign, right=right, asked=asked, times=times)
    QuizCount.objects.create(campaign=None, right=0, asked=6, times=99)
    quiz = Effect(campaign).quiz()
    assert (quiz.rounds, quiz.share, quiz.spread) == (6, 58, [3, 1, 2])


def test_reports_are_counted_by_week_around_the_first_post(campaign):
    channel = make_channel("Một")
    wave = Wave.objects.create(campaign=campaign, name="Ra quân", starts_at=timezone.now())
    send(make_step(campaign, wave, "card", channel).story_key, channel, 1, days_ago=10)
    incident = campaign.answered.get().incident
    other = make_incident(claim="Việc khác hẳn, không liên quan.")
    for days in (9, 11, 12, 20, 100):
        send_in(incident, days)
    send_in(other, 11)
    Appearance.objects.create(incident=incident, platform="facebook", seen_at=timezone.now() - timedelta(days=1))
    effect = Effect(campaign)
    assert effect.launched_on == timezone.localdate() - timedelta(days=10)
    weeks = {week.number: week for week in effect.weeks()}
    assert sorted(weeks) == list(range(-8, 2))
    assert (weeks[-1].submissions, weeks[-2].submissions, weeks[0].submissions) == (2, 1, 1)
    assert (weeks[1].sightings, weeks[1].is_whole) == (1, False)
    assert a_week(week for week in weeks.values() if week.number < 0) == 0.4
    assert a_week(week for week in weeks.values() if week.number >= 0) == 1.0, "a week that is not over does not count"


def test_before_the_launch_there_is_nothing_to_compare(campaign):
    assert Effect(campaign).launched_on is None
    assert Effect(campaign).weeks() == []
    assert a_week([]) is None


def test_the_page_shows_all_of_it_and_asks_no_more_for_more_posts(client, campaign):
    client.force_login(make_user(people.PUBLISHER))
    wave = Wave.objects.create(campaign=campaign, name="Ra quân", starts_at=timezone.now())
    channel = make_channel("Một")
    send(make_step(campaign, wave, "card", channel).story_key, channel, 120)
    send(make_step(campaign, wave, "poster", channel).story_key, channel, 60)
    QuizCount.objects.create(campaign=campaign, right=5, asked=6, times=4)
    send_in(campaign.answered.get().incident, 0)
    address = reverse("campaigns_effect", args=[campaign.pk])
    client.get(address)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(address).content.decode()
        assert "Ra quân" in shown and "120" in shown and "83 %" in shown
        return len(queries)

    before = asked()
    for number in range(5):
        more = make_channel(f"Kênh {number}")
        send(make_step(campaign, wave, f"kind-{number}", more).story_key, more, number)
    assert asked() == before


def test_only_who_may_see_waves_sees_the_effect(client, campaign):
    client.force_login(make_user())
    assert client.get(reverse("campaigns_effect", args=[campaign.pk])).status_code == 302
