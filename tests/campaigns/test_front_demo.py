"""The demo's campaign goes the way of every campaign, and is invented from end to end."""

from __future__ import annotations

import pytest
from django.apps import apps

from campaigns import demo
from cms import people
from cms.demo.demo_content import Desk
from cms.gate import reasons
from cms.models import AnswerList, Place, Topic
from publishing.models import Channel
from tests.make import make_office, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    who = {
        name: make_user(role, username=name)
        for name, role in {
            "bientap": people.EDITOR,
            "kiemtra": people.CHECKER,
            "duyet": people.APPROVER,
            "phathanh": people.PUBLISHER,
        }.items()
    }
    topics = {"lua-dao-truc-tuyen": Topic.objects.create(name="Lừa đảo trực tuyến", slug="lua-dao-truc-tuyen")}
    places = {"toan-tinh": Place.objects.create(name="Toàn tỉnh Ánh Dương", slug="toan-tinh")}
    Channel.objects.create(organisation=make_office(), kind="facebook", name="Trang của trung tâm (hư cấu)")
    return Desk(who, make_office(), topics, places)


def test_the_demo_has_a_live_campaign_in_both_languages_checked_and_approved_by_others(desk):
    apps.get_app_config("campaigns").fill_demo(desk)
    for language in ("vi", "en"):
        page = demo.campaign(language)
        assert page.live and reasons(page) == []
        assert [(one.step, one.by.username) for one in page.approvals.all()] == [
            ("evidence", "kiemtra"),
            ("approval", "duyet"),
        ]
        assert page.get_parent().specific_class is AnswerList
        words = page.words()
        assert len(words.questions) == 6 and any(not question.is_scam for question in words.questions)
        assert all("hư cấu" in place.name or "invented" in place.name for place in words.report_to)
        assert all(len(points) >= 4 for points in (words.how_it_works, words.signs, words.do_now, words.if_paid))
    assert demo.campaign("vi").words().digest != demo.campaign("en").words().digest
