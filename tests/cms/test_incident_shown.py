"""An incident as people see it who only read it: in their words and at the office's time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from cms import people
from cms.incidents import Appearance, Incident
from tests import make

pytestmark = pytest.mark.django_db


def shown(client, incident) -> str:
    answer = client.get(reverse("wagtailsnippets_cms_incident:inspect", args=[incident.pk]))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser").select_one("main").get_text(" ", strip=True)


def test_it_tells_what_where_and_when_at_the_offices_time_and_leaves_out_what_is_not_there(client):
    seen = datetime(2026, 11, 29, 4, 2, tzinfo=UTC)
    incident = make.make_incident(first_seen_at=seen)
    Incident.objects.filter(pk=incident.pk).update(registered_at=seen)
    Appearance.objects.create(
        incident=incident, platform="facebook", url="https://www.facebook.com/groups/1/posts/2", seen_at=seen
    )
    client.force_login(make.make_user(people.CHECKER))
    words = shown(client, incident)
    assert "29/11/2026 11:02" in words and "04:02" not in words
    assert incident.claim in words and "https://www.facebook.com/groups/1/posts/2" in words
    assert "None" not in words and "Merged" not in words
    assert "Chưa có bài trả lời." in words


def test_its_answers_are_a_click_away_those_of_what_it_was_merged_into_too(client):
    page = make.make_rebuttal()
    incident = page.answered.first().incident
    other = make.make_incident(claim="Cùng một tin, lời khác")
    Incident.objects.filter(pk=other.pk).update(status=Incident.Status.MERGED, merged_into=incident)
    client.force_login(make.make_user(people.EDITOR))
    for one in (incident, other):
        answer = client.get(reverse("wagtailsnippets_cms_incident:inspect", args=[one.pk]))
        assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in answer.content.decode()
    assert incident.claim in shown(client, other)
