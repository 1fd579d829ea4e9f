"""Who hears that a wave was paused, or is over."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from campaigns import wave_deeds
from campaigns.models import Wave
from cms import people
from cms.models import PersonalNotice
from cms.notices.personal import find
from publishing.models import Membership
from tests.campaigns.materials import scene
from tests.make import make_office, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def wave() -> Wave:
    here = scene()
    return Wave.objects.create(campaign=here.campaign, name="Mở đầu", starts_at=timezone.now(), state=Wave.State.ON)


def told(person) -> list[str]:
    find()
    with translation.override("en"):
        return [one.text() for one in PersonalNotice.objects.filter(person=person).order_by("pk")]


def test_a_pause_and_an_end_are_told_to_other_publishers_and_not_to_who_did_it(wave):
    one, other, editor = make_user(people.PUBLISHER), make_user(people.PUBLISHER), make_user(people.EDITOR)
    wave_deeds.pause(wave, one, reason="Có tin mới.")
    title = wave.campaign.draft_title
    assert told(other) == [f"{title}: the wave “Mở đầu” is paused."]
    wave_deeds.end(Wave.objects.get(pk=wave.pk), other)
    assert told(one) == [f"{title}: the wave “Mở đầu” is over."]
    assert len(told(other)) == 1 and told(editor) == []
    url = reverse("campaigns_wave", args=[wave.campaign_id, wave.pk])
    assert set(PersonalNotice.objects.filter(kind="wave").values_list("url", flat=True)) == {url}


def test_a_member_of_another_organisation_neither_hears_of_a_wave_nor_opens_its_campaign(client, wave):
    stranger = make_user(people.PUBLISHER)
    Membership.objects.create(person=stranger, organisation=make_office(name="Đài Ban Mai (hư cấu)"))
    wave_deeds.pause(wave, make_user(people.PUBLISHER), reason="Có tin mới.")
    assert told(stranger) == []
    client.force_login(stranger)
    assert client.get(reverse("campaigns_wave", args=[wave.campaign_id, wave.pk])).status_code == 404
    for url in (reverse("campaigns_all"), "/admin/"):
        assert wave.campaign.draft_title not in client.get(url).content.decode()
