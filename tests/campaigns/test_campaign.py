"""A campaign is an answer: the same gate, the same two people, the same corrections."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from campaigns.lines import lines, validate_lines
from campaigns.models import Campaign
from cms import people
from cms.gate import reasons
from cms.incidents import Incident
from publishing.models import StoryVersion
from tests.make import make_campaign, make_incident, make_user, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def codes(page) -> set[str]:
    return {reason.code for reason in reasons(page)}


def test_two_other_people_take_a_campaign_to_the_public(client):
    editor, checker, approver = team()
    incident = make_incident()
    page = publish(make_campaign(owner=editor, incidents=[incident]), editor, checker, approver)
    assert page.live
    incident.refresh_from_db()
    assert incident.status == Incident.Status.ANSWERED
    story = StoryVersion.objects.get(key=page.story_key).story
    assert (story.kind, story.title) == ("campaign", page.title)
    shown = client.get(page.url).content.decode()
    assert page.short_answer in shown


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        ("how_it_works", "no_how_it_works"),
        ("signs", "no_signs"),
        ("do_now", "no_do_now"),
        ("if_paid", "no_if_paid"),
    ],
)
def test_a_campaign_without_one_of_its_lists_is_refused(left_out, code):
    assert code in codes(make_campaign(**{left_out: " \n"}))


def test_a_campaign_needs_a_form_an_incident_and_a_place_to_report():
    page = make_campaign(scam_form=None, incidents=[])
    page.report_to.set([])
    assert {"no_scam_form", "no_incident", "no_report_to"} <= codes(page)


def test_a_published_hotline_is_no_personal_data_and_another_number_is():
    page = make_campaign()
    assert "personal_data" not in codes(page)
    page.signs = "Gọi từ số 0912 345 678."
    assert "personal_data" in codes(page)


def test_points_lose_the_dash_they_were_pasted_with():
    assert lines("- Một\n\n• Hai  \n ba") == ("Một", "Hai", "ba")


@pytest.mark.parametrize("text", ["\n".join("abcdefghi"), "a" * 161])
def test_more_points_than_a_leaflet_holds_are_refused(text):
    with pytest.raises(ValidationError):
        validate_lines(text)


def test_the_words_of_a_campaign_change_with_what_it_says_only():
    page = make_campaign()
    before = page.words().digest
    page.goal = "Ít người bị lừa hơn"
    assert page.words().digest == before
    page.signs += "\nGiục bạn làm ngay."
    assert page.words().digest != before


def test_letters_that_were_pasted_in_pieces_reach_materials_whole():
    page = make_campaign(signs=unicodedata.normalize("NFD", "Yêu cầu giữ bí mật"))
    assert page.words().signs == ("Yêu cầu giữ bí mật",)


def test_the_desk_lists_campaigns_and_opens_one(client):
    page = make_campaign()
    client.force_login(make_user(people.EDITOR))
    assert page.title in client.get(reverse("campaigns_all")).content.decode()
    assert page.title in client.get(reverse("campaigns_one", args=[page.pk])).content.decode()


def test_people_without_a_role_do_not_see_the_desk(client):
    client.force_login(make_user())
    assert client.get(reverse("campaigns_all")).status_code == 302
    assert Campaign.objects.count() == 0
