"""The guide inside the admin: all of it, clean, with anchors that pages lead to."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import get_resolver, reverse

from cms import people
from cms.guide.anchors import CHAPTERS, anchor_for
from cms.guide.rendering import guide, rendered
from tests.make import make_user

pytestmark = pytest.mark.django_db


def test_everybody_of_the_desk_reads_the_whole_guide(client):
    client.force_login(make_user(people.CHECKER))
    page = BeautifulSoup(client.get(reverse("guide")).content, "html.parser")
    assert len(page.select(".guide__text h2")) >= 10 and page.select_one(".guide__text table kbd")
    for link in page.select(".guide__parts a"):
        assert page.select_one(f"[id='{link['href'][1:]}']")
    assert not page.select(".guide__text a[href$='.md']")


def test_the_guide_is_for_people_of_the_desk_only(client):
    assert client.get(reverse("guide")).status_code == 302


def test_scripts_and_handlers_are_cleaned_away():
    made = rendered('# T\n\n## Một\n\n<script>alert(1)</script><a href="javascript:x()" onclick="y()">z</a>\n')
    assert "<script" not in made.markup and "javascript" not in made.markup and "onclick" not in made.markup


def test_headings_of_the_same_words_get_anchors_of_their_own():
    made = rendered("# T\n\n## 1. Gửi tin\n\n## 2. Gửi tin\n")
    assert [one.anchor for one in made.headings] == ["gui-tin", "gui-tin-2"]


def test_every_page_that_leads_to_the_guide_exists_and_so_does_its_part():
    anchors = {one.anchor for one in guide().headings}
    names = {str(name) for name in get_resolver().reverse_dict} | _names(get_resolver())
    for name in CHAPTERS:
        assert anchor_for(name) in anchors, name
        assert name in names, name


def _names(resolver) -> set[str]:
    found: set[str] = set()
    for one in resolver.url_patterns:
        found |= _names(one) if hasattr(one, "url_patterns") else {one.name}
    return found


def test_a_page_of_the_desk_leads_to_its_own_part(client):
    client.force_login(make_user(people.PUBLISHER))
    page = BeautifulSoup(client.get(reverse("publishing_calendar")).content, "html.parser")
    assert page.select_one("a.desk-guide")["href"] == f"{reverse('guide')}#lich-dang"
