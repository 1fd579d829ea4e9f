"""The waves' desk, and the usual plans: a list to look over, changed and started by people who may."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from campaigns import wave_deeds
from campaigns.materials.base import Telling
from campaigns.models import Wave
from campaigns.wave_templates import USUAL, free, propose, suits
from cms import people
from publishing.models import Channel, Delivery
from publishing.series import Series
from tests.campaigns.materials import Scene, scene
from tests.campaigns.test_waves import make_wave, started
from tests.make import make_user
from tests.publishing.test_desk import make_channel, make_version, owe

pytestmark = pytest.mark.django_db

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=VIETNAM)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(settings):
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here() -> Scene:
    made = scene()
    made.approve("article")
    return made


@pytest.fixture
def publisher(client):
    user = make_user(people.PUBLISHER)
    client.force_login(user)
    return user


@pytest.fixture
def channels(here) -> dict[str, Channel]:
    return {
        "page": make_channel(name="Trang"),
        "paper": make_channel("wordpress", "Báo"),
        "speaker": make_channel("loudspeaker", "Loa", config={"reached_by": "hand"}),
        "films": make_channel("youtube", "Kênh phim", config={"channel_id": "UC1"}),
        "newsroom": make_channel("newsroom", "Đài"),
        "off": make_channel(name="Trang cũ", is_active=False),
    }


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


def do(client, wave: Wave, deed: str, **asked) -> BeautifulSoup:
    answer = client.post(reverse("campaigns_wave_deed", args=[wave.campaign_id, wave.pk, deed]), asked, follow=True)
    return BeautifulSoup(answer.content.decode(), "html.parser")


def said(soup: BeautifulSoup) -> str:
    return " ".join(" ".join(one.get_text().split()) for one in soup.select(".messages li"))


# Usual plans --------------------------------------------------------------------------------------------------


def test_a_launch_gives_every_channel_what_suits_it_and_none_what_it_cannot_take(here, channels):
    found = {one.channel.name: one.material.kind for one in propose(here.campaign, USUAL["launch"], at(25, 8))}
    assert found["Báo"] == "article" and found["Loa"] == "loudspeaker"
    assert set(found) == {"Trang", "Báo", "Loa", "Đài"}
    assert found["Trang"] != "loudspeaker" and found["Đài"] == "article"


def test_what_is_spoken_goes_where_it_is_read_aloud_and_pictures_where_they_are_seen():
    speech, card = Telling("T", "S", spoken="Kính thưa"), Telling("T", "S", pictures=("a.png",))
    article, note = Telling("T", "S", body="Dài"), Telling("T", "S")
    assert suits(speech, "script") > suits(article, "script") > suits(card, "script") == 0
    assert suits(card, "feed") > suits(article, "feed") > suits(note, "feed") > suits(speech, "feed") == 0
    assert suits(article, "article") > suits(card, "article") > suits(note, "article") == suits(speech, "article") == 0


@pytest.mark.parametrize(
    ("plan", "given", "moments"),
    [
        ("launch", at(25, 8), [at(25, 8)]),
        ("reminders", at(25, 8), [at(25, 8), at(28, 8), at(5, 8, month=12)]),
        ("holiday", at(31, 8, month=12), [at(24, 8, month=12), at(28, 8, month=12), at(30, 8, month=12)]),
        ("loudspeakers", at(25, 5, 30), [at(25, 5, 30) + n * DAY for n in range(7)]),
    ],
)
def test_a_usual_plan_has_its_days(plan, given, moments):
    assert USUAL[plan].moments(given) == moments


def test_a_payday_on_the_31st_is_the_last_day_of_a_shorter_month():
    found = USUAL["paydays"].moments(datetime(2026, 12, 31, 8, tzinfo=VIETNAM))
    assert [f"{one:%d/%m/%Y}" for one in found] == ["31/12/2026", "31/01/2027", "28/02/2027"]


def test_reminders_are_for_screens_and_mornings_for_loudspeakers(here, channels):
    reminders = propose(here.campaign, USUAL["reminders"], at(25, 8))
    assert [one.channel.name for one in reminders].count("Loa") == 1
    assert [one.channel.name for one in reminders].count("Báo") == 3
    assert {one.channel.name for one in propose(here.campaign, USUAL["loudspeakers"], at(25, 5))} == {"Loa"}


def test_steps_keep_out_of_quiet_hours_and_away_from_other_posts(here):
    channel = make_channel("wordpress", "Báo", quiet_from=time(22), quiet_to=time(6))
    owe(channel, make_version(), at=at(26, 6, 5))
    (step,) = propose(here.campaign, USUAL["launch"], at(25, 23))
    assert step.at == at(26, 6, 20)


def test_the_first_free_moment_is_looked_for_again_and_again(here):
    channel = make_channel()
    assert free(channel, at(25, 8), [at(25, 8), at(25, 8, 15), at(25, 8, 35)]) == at(25, 8, 50)


# The desk -----------------------------------------------------------------------------------------------------


def test_a_publisher_makes_a_wave_from_a_plan_and_nothing_is_planned_before_it_is_started(
    client, publisher, here, channels
):
    answer = client.post(
        reverse("campaigns_waves", args=[here.campaign.pk]),
        {"name": "Khởi động", "plan": "launch", "at": "2026-11-25T08:00"},
        follow=True,
    )
    wave = Wave.objects.get()
    assert wave.steps.count() == 4 and not Delivery.objects.exists()
    shown = BeautifulSoup(answer.content.decode(), "html.parser")
    assert len(shown.select(".desk-table tbody tr")) == 4 and "Start: first post 25/11/2026 08:00" in shown.get_text()
    assert "Started: 2 posts are planned." in said(do(client, wave, "start"))


def test_the_whole_life_of_a_wave_in_clicks(client, publisher, here, clock):
    wave = make_wave(here)
    assert "Started: 2 posts are planned." in said(do(client, wave, "start"))
    assert "Moved: the wave now starts 25/11/2026 08:00." in said(
        do(client, wave, "move", starts_at="2026-11-25T08:00")
    )
    page = do(client, wave, "pause", reason="Số sai")
    assert "Paused: 2 posts are held." in said(page) and "Số sai" in page.select_one(".desk-facts").get_text()
    clock.shift(HOUR)
    assert "The wave goes on with 2 posts." in said(do(client, wave, "resume", dates="shift", missed="leave"))
    assert "Ended: 2 posts were cancelled." in said(do(client, wave, "end"))
    page = client.get(reverse("campaigns_wave", args=[here.campaign.pk, wave.pk])).content.decode()
    assert "A person ended it." in page and "/end/" not in page


def test_steps_are_added_changed_and_taken_out(client, publisher, here):
    wave = make_wave(here)
    channel = make_channel(name="Thêm")
    fields = {"material": here.material("article").pk, "channel": channel.pk, "at": "2026-11-26T10:00"}
    assert "The step was added." in said(do(client, wave, "add", **fields))
    step = wave.steps.get(channel=channel)
    assert "new time" in said(do(client, wave, "change", step=step.pk, at="2026-11-27T10:00"))
    step.refresh_from_db()
    assert wave.starts_at + step.after == at(27, 10)
    assert "taken out" in said(do(client, wave, "remove", step=step.pk))
    assert "discarded" in said(do(client, wave, "discard")) and not Wave.objects.exists()


def test_a_refusal_is_told_in_words_and_changes_nothing(client, publisher, here):
    wave = started(here, publisher)
    assert "in the past" in said(do(client, wave, "move", starts_at="2026-11-23T08:00"))
    assert "not a time" in said(do(client, wave, "move", starts_at="morgen"))
    old = (wave.starts_at - HOUR).isoformat()
    assert "Somebody else has moved it" in said(do(client, wave, "move", starts_at="2026-11-25T08:00", seen=old))
    assert [one.scheduled_at for one in Delivery.objects.order_by("pk")] == [NOW + HOUR, NOW + HOUR + DAY]


def test_a_step_in_quiet_hours_is_marked(client, publisher, here):
    wave = make_wave(here, timedelta(), starts_at=at(25, 23))
    Channel.objects.update(quiet_from=time(22), quiet_to=time(6))
    page = client.get(reverse("campaigns_wave", args=[here.campaign.pk, wave.pk])).content.decode()
    assert "quiet hours of the channel" in page


@pytest.mark.parametrize("role", [people.EDITOR, people.APPROVER])
def test_only_publishers_change_waves(client, here, role):
    wave = make_wave(here)
    client.force_login(make_user(role))
    page = client.get(reverse("campaigns_wave", args=[here.campaign.pk, wave.pk]))
    assert page.status_code == 200 and "Start now" not in page.content.decode()
    assert client.post(reverse("campaigns_wave_deed", args=[here.campaign.pk, wave.pk, "start"])).status_code == 302
    client.post(
        reverse("campaigns_waves", args=[here.campaign.pk]), {"name": "N", "plan": "launch", "at": "2026-11-25T08:00"}
    )
    assert Wave.objects.get().state == Wave.State.DRAFT


@pytest.mark.parametrize("deed", ["start", "pause", "end", "discard", "places", "asked", "step_asked"])
def test_looking_changes_nothing_and_only_deeds_are_done(client, publisher, here, deed):
    wave = make_wave(here)
    address = reverse("campaigns_wave_deed", args=[here.campaign.pk, wave.pk, deed])
    assert client.get(address).status_code == 405
    if deed in {"places", "asked", "step_asked"}:
        assert client.post(address).status_code == 302
    assert Wave.objects.get().state == Wave.State.DRAFT


def test_a_wave_is_found_under_its_own_campaign_only(client, publisher, here):
    wave, other = make_wave(here), scene()
    assert client.get(reverse("campaigns_wave", args=[other.campaign.pk, wave.pk])).status_code == 404


def test_a_wave_of_twenty_steps_costs_no_more_queries_than_one_of_two(
    client, publisher, here, django_assert_max_num_queries
):
    few, many = started(here, publisher), started(here, publisher, *(n * HOUR for n in range(20)))
    for wave in (few, many):
        with django_assert_max_num_queries(60):
            assert client.get(reverse("campaigns_wave", args=[here.campaign.pk, wave.pk])).status_code == 200


def test_the_list_of_waves_costs_the_same_for_one_and_for_ten(client, publisher, here, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_wave(here)
    client.get(reverse("campaigns_waves", args=[here.campaign.pk]))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("campaigns_waves", args=[here.campaign.pk]))
    for _number in range(9):
        make_wave(here)
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("campaigns_waves", args=[here.campaign.pk]))


def test_the_calendar_shows_a_waves_posts_in_the_campaigns_colour(client, publisher, here):
    started(here, publisher)
    page = BeautifulSoup(client.get(reverse("publishing_calendar")).content.decode(), "html.parser")
    tone = Series(here.campaign.series[0], "").tone
    marked = page.select(f".desk-tone--{tone}")
    assert len(marked) == 2 and all(here.campaign.title in one.get_text() for one in marked)


def test_the_overview_of_a_campaign_counts_its_waves(client, publisher, here):
    wave = started(here, publisher)
    make_wave(here)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    page = client.get(reverse("campaigns_one", args=[here.campaign.pk])).content.decode()
    assert "2 waves, 1 paused" in page
    assert timezone.now() == NOW
