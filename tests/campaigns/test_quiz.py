"""The quiz: which questions, what works without a script, what is counted, and what is kept for the time without a network."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from campaigns.models import Campaign, QuizCount, QuizQuestion
from campaigns.public import quiz as views
from campaigns.quiz import questions
from tests.make import make_campaign, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afresh():
    cache.clear()
    with translation.override("vi"):
        yield


@pytest.fixture
def people():
    return team()


def live(people, many: int = 1, **kw) -> Campaign:
    page = make_campaign(owner=people[0], **kw)
    page.questions = [
        QuizQuestion(message=f"Tin {page.pk} {number}", is_scam=number % 2 == 0, why=f"Vì {number}")
        for number in range(many)
    ]
    page.save_revision(user=people[0])
    return publish(page, *people)


def finish(client, **told) -> int:
    return client.post(reverse("quiz_finished"), told).status_code


def test_ten_questions_of_all_live_campaigns_the_same_all_day_and_others_tomorrow(people):
    live(people, 8)
    live(people, 8)
    make_campaign()  # a draft asks nothing
    today = [one.message for one in questions.of_day(date(2026, 11, 24))]
    assert len(set(today)) == 10
    assert today == [one.message for one in questions.of_day(date(2026, 11, 24))]
    assert set(today) != {one.message for one in questions.of_day(date(2026, 11, 25))}


def test_without_a_script_each_message_has_its_answer_below_it(client, people):
    page = live(people, 2)
    html = client.get(reverse("quiz")).content.decode()
    assert (
        html.count("<details>") == 2 and gettext("This is a scam.") in html and gettext("This is not a scam.") in html
    )
    assert page.title in html and "Vì 1" in html
    alone = client.get(reverse("campaign_quiz", args=[page.pk]))
    assert alone.status_code == 200 and not alone.cookies
    assert 'class="sheet presented"' in client.get(reverse("quiz"), {"trinh-chieu": "1"}).content.decode()


def test_english_readers_are_asked_in_english_where_there_are_such_questions_and_else_in_vietnamese(client, people):
    live(people, 1)
    html = client.get("/en/quiz/").content.decode()
    assert '<blockquote lang="vi">' in html and "Is this message a scam?" in html


def test_there_is_a_page_before_there_are_questions(client):
    answer = client.get(reverse("quiz"))
    assert answer.status_code == 200 and "quiz.js" not in answer.content.decode()


def test_a_finished_round_is_counted_by_day_and_campaign(client, people):
    page = live(people, 3)
    with time_machine.travel("2026-11-24 10:00+07:00", tick=False):
        assert finish(client, right=2, asked=3, campaign=page.pk) == 204
        assert finish(client, right=2, asked=3, campaign=page.pk) == 204
        assert finish(client, right=3, asked=3) == 204
    assert list(QuizCount.objects.order_by("right").values_list("campaign", "right", "asked", "times", "on")) == [
        (page.pk, 2, 3, 2, date(2026, 11, 24)),
        (None, 3, 3, 1, date(2026, 11, 24)),
    ]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"right": 3, "asked": 2},
        {"right": -1, "asked": 2},
        {"right": 11, "asked": 11},
        {"right": 0, "asked": 0},
        {"right": "x", "asked": 2},
        {"right": 1, "asked": 2, "campaign": 999999},
        {"right": 1, "asked": 2, "campaign": "x"},
    ],
)
def test_what_is_no_result_is_not_counted(client, told):
    assert finish(client, **told) == 400
    assert not QuizCount.objects.exists()


def test_a_draft_and_another_sites_page_are_not_counted(people, client):
    assert finish(client, right=1, asked=1, campaign=make_campaign().pk) == 400
    assert finish(Client(headers={"Sec-Fetch-Site": "cross-site"}), right=1, asked=1) == 403
    assert client.get(reverse("quiz_finished")).status_code == 405
    assert not QuizCount.objects.exists()


def test_what_is_sent_too_often_is_dropped_and_needs_no_cookie(people):
    strict = Client(enforce_csrf_checks=True)
    most = views.OF_ONE[0].most
    assert [finish(strict, right=1, asked=1) for _time in range(most)] == [204] * most
    assert finish(strict, right=1, asked=1) == 429
    assert QuizCount.objects.get().times == most and not strict.cookies


def test_the_worker_rules_over_the_quiz_of_its_language_only_and_keeps_what_it_needs(client):
    for scope, address in ((reverse("quiz"), reverse("quiz_worker")), ("/en/quiz/", "/en/quiz/sw.js")):
        answer = client.get(address)
        text = answer.content.decode()
        assert answer["Content-Type"].startswith("text/javascript") and "no-cache" in answer["Cache-Control"]
        assert f'"scope": "{scope}"' in text and "Service-Worker-Allowed" not in answer
        for name in ("site.css", "quiz.css", "quiz.js", "be-vietnam-pro-400.woff2", "be-vietnam-pro-700.woff2"):
            assert name in text


def test_a_new_release_of_a_file_gives_the_worker_a_new_version(client, monkeypatch):
    def name() -> str:
        return client.get(reverse("quiz_worker")).content.decode().split('"version": "')[1].split('"')[0]

    before = name()
    assert name() == before
    monkeypatch.setattr(views, "ASSETS", (*views.ASSETS, "site/suggest.js"))
    assert name() != before


def test_the_campaign_page_leads_to_its_quiz_and_one_without_questions_has_none(client, people):
    page = live(people, 0)
    assert client.get(reverse("campaign_quiz", args=[page.pk])).status_code == 404
    assert reverse("campaign_quiz", args=[page.pk]) not in client.get(page.url).content.decode()
