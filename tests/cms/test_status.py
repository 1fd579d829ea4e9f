"""The status page of the office: whether sending works, since when, what waits and what is stopped, in plain words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from cms import people
from publishing.models import Channel, Delivery, Organisation, StoryVersion
from publishing.pulse import Parts, Pulse
from tests.make import make_user
from tests.publishing.stories import fresh_story

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture(autouse=True)
def _english(settings, tmp_path):
    settings.LANGUAGE_CODE, settings.DATA_DIR, settings.DISK_FREE_MB = "en", tmp_path, 1


@pytest.fixture
def status(client):
    user = make_user(people.PUBLISHER)
    UserProfile.objects.create(user=user, preferred_language="en")

    def read() -> str:
        client.force_login(user)
        answer = client.get(reverse("office_status"))
        return BeautifulSoup(answer.content, "html.parser").main.get_text(" ", strip=True)

    return read


@pytest.fixture
def channel():
    owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
    return Channel.objects.create(organisation=owner, kind="facebook", name="Trang Ánh Dương")


def lives(since=timedelta(hours=2), ago=timedelta()) -> None:
    for part in (Parts.WORKER, Parts.SWEEP):
        Pulse.objects.update_or_create(part=part, defaults={"at": NOW() - ago, "since": NOW() - since})


def test_it_says_that_all_is_well_and_since_when(status, channel):
    lives()
    said = status()
    assert "works, without a break since" in said and "There is nothing you have to do." in said
    assert "None: every channel in use takes posts." in said and "No backup has been recorded." in said


def test_a_sender_that_stands_still_is_the_first_thing_said_with_what_to_do(status):
    lives(ago=timedelta(minutes=20))
    said = status()
    assert "The sender has given no sign since" in said and "Nothing is lost" in said
    assert "Scheduled answers, notices and the audit stand still" in said and "nothing you have to do" not in said


def test_a_stopped_channel_is_named_with_its_reason_and_what_waits_there(status, channel):
    lives()
    Channel.objects.update(stopped_at=NOW(), stopped_words="The access was refused.")
    version = StoryVersion.of(fresh_story())
    Delivery.objects.create(
        channel=channel, version=version, story=version.key, due_at=NOW() - timedelta(hours=1),
        scheduled_at=NOW() - timedelta(hours=1),
    )  # fmt: skip
    said = status()
    assert "Trang Ánh Dương" in said and "The access was refused. 1 delivery waits there." in said
    assert "1 delivery, since" in said and "works, without a break" in said, (
        "a stopped channel is no fault of the sender"
    )


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ({"at": "old", "ok": True}, "please look"),
        ({"at": "now", "ok": False}, "failed at"),
        ({"at": "now", "ok": True}, "Last backup"),
        ({"at": 7}, "No backup has been recorded."),
    ],
)
def test_the_last_backup_is_told_as_its_sign_says(status, tmp_path, sign, expected):
    times = {"old": (NOW() - timedelta(days=3)).isoformat(), "now": NOW().isoformat()}
    (tmp_path / "last_backup.json").write_text(json.dumps({**sign, "at": times.get(sign["at"], sign["at"])}))
    lives()
    assert expected in status()


def test_it_is_in_the_menu_of_publishers_and_administrators_and_closed_to_others(client):
    url = reverse("office_status")
    for role, may in ((people.PUBLISHER, True), (people.ADMINISTRATOR, True), (people.EDITOR, False)):
        client.force_login(make_user(role))
        home = client.get("/admin/").content.decode()
        assert (url in home) is may, role
        assert (client.get(url).status_code == 200) is may, role
