"""The queue of answers that need another look: what brings one there, what takes it away, and who may."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry
from wagtail.users.models import UserProfile

from cms import people, re_review
from cms.incidents import Incident
from cms.models import OfficeClocks, SecondLook, User
from cms.pages.answer import Answer
from cms.re_review import Reason, open_reasons, still_right
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def clock():
    with time_machine.travel(datetime.fromisoformat("2026-11-30T09:00:00+07:00"), tick=False) as moved:
        yield moved


def published(**kw) -> Answer:
    return publish(make_rebuttal(**kw), *team())


def log_in(client, role: str) -> User:
    user = make_user(role)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


def queue(client) -> BeautifulSoup:
    answer = client.get(reverse("re_review"))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def press(client, page: Answer, note: str, seen: datetime | None = None):
    data = {"page": page.pk, f"page-{page.pk}-note": note, f"page-{page.pk}-seen": (seen or timezone.now()).isoformat()}
    return client.post(reverse("re_review"), data, follow=True).content.decode()


def again(incident: Incident) -> None:
    incident = Incident.objects.get(pk=incident.pk)
    incident.status = Incident.Status.AGAIN
    incident.save()


# What brings an answer there ----------------------------------------------------------------------------------


def test_an_answer_is_looked_at_again_after_as_many_months_as_the_office_set(clock):
    page = published()
    clock.shift(timedelta(days=200))
    assert not open_reasons()
    OfficeClocks.objects.create(review_months=6)
    [reason] = open_reasons()[page.pk]
    assert str(reason.words) == "Nobody has looked at it for 6 months."


def test_a_look_counts_for_as_long_as_a_publication(clock):
    page = published()
    clock.shift(timedelta(days=370))
    still_right(page, make_user(people.EDITOR), "Số liệu không đổi.", timezone.now())
    clock.shift(timedelta(days=360))
    assert not open_reasons()
    clock.shift(timedelta(days=10))
    assert list(open_reasons()) == [page.pk]


def test_a_holding_notice_and_a_retracted_answer_are_not_looked_at_for_their_age(clock):
    published(verdict="verifying", evidence=[])
    people_here = team()
    page = publish(make_rebuttal(), *people_here)
    draft = page.get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "retraction", "Mẫu xét nghiệm bị lẫn."
    draft.save_revision(user=people_here[0])
    publish(page, *people_here)
    clock.shift(timedelta(days=800))
    assert not open_reasons()


def test_an_answer_whose_incident_spreads_again_is_looked_at_and_the_incident_has_its_answer_by_that(clock):
    incident = make_incident()
    page = published(incidents=[incident])
    clock.shift(timedelta(days=3))
    again(incident)
    assert [str(one.words) for one in open_reasons()[page.pk]] == ["What it answers is spreading again."]
    clock.shift(timedelta(hours=1))
    still_right(page, make_user(people.EDITOR), "Đã đọc lại kết quả xét nghiệm.", timezone.now())
    now = Incident.objects.get(pk=incident.pk)
    assert not open_reasons() and (now.status, now.due_at) == (Incident.Status.ANSWERED, None)
    clock.shift(timedelta(days=5))
    again(incident)
    assert list(open_reasons()) == [page.pk]  # it arose anew


def test_other_modules_add_reasons_and_a_look_settles_them_until_they_arise_anew(clock, monkeypatch):
    page = published()
    since = [timezone.now()]
    monkeypatch.setattr(re_review, "sources", [lambda: [Reason(page.pk, since[0], "Evidence 1 cannot be reached.")]])
    assert list(open_reasons()) == [page.pk]
    still_right(page, make_user(people.EDITOR), "Bản lưu vẫn còn.", timezone.now())
    assert not open_reasons()
    clock.shift(timedelta(days=1))
    since[0] = timezone.now()
    assert list(open_reasons()) == [page.pk]


def test_what_arose_after_the_page_was_opened_is_not_settled_unseen(client, clock, monkeypatch):
    page = published()
    opened = timezone.now()
    clock.shift(timedelta(minutes=5))
    monkeypatch.setattr(re_review, "sources", [lambda: [Reason(page.pk, timezone.now(), "Somebody complained.")]])
    log_in(client, people.EDITOR)
    assert "Something new arose meanwhile" in press(client, page, "Đã xem.", opened)
    assert list(open_reasons()) == [page.pk]


def test_nobody_settles_what_is_yet_to_come(clock):
    page = published()
    look = still_right(page, make_user(people.EDITOR), "Đã xem.", timezone.now() + timedelta(days=900))
    assert look.seen_at == timezone.now()


# The desk -----------------------------------------------------------------------------------------------------


def test_an_editor_says_that_it_is_still_right_and_it_is_kept_who_when_and_why(client, clock):
    page = published()
    clock.shift(timedelta(days=400))
    editor = log_in(client, people.EDITOR)
    assert page.title in queue(client).text
    assert "is still right" in press(client, page, "Đã gọi công ty cấp nước: không đổi.")
    [look] = SecondLook.objects.all()
    assert (look.by, look.note, look.at) == (editor, "Đã gọi công ty cấp nước: không đổi.", timezone.now())
    [entry] = PageLogEntry.objects.filter(page=page.pk, action="cms.still_right")
    assert entry.user == editor and "Đã gọi công ty cấp nước" in entry.message
    assert "No answer needs another look" in queue(client).text
    clock.shift(timedelta(days=400))
    log_in(client, people.EDITOR)
    assert "Đã gọi công ty cấp nước" in queue(client).text  # the next person sees what the last one looked at


def test_without_a_note_nothing_is_settled(client, clock):
    page = published()
    clock.shift(timedelta(days=400))
    log_in(client, people.EDITOR)
    assert "Say in a few words what you looked at" in press(client, page, " ")
    assert not SecondLook.objects.exists() and list(open_reasons()) == [page.pk]


@pytest.mark.parametrize(
    ("role", "may"),
    [(people.EDITOR, True), (people.CHECKER, True), (people.APPROVER, True), (people.PUBLISHER, False)],
)
def test_who_may_look_again(client, clock, role, may):
    page = published()
    clock.shift(timedelta(days=400))
    log_in(client, role)
    assert (client.get(reverse("re_review")).status_code == 200) == may
    home = client.get("/admin/").content.decode()
    assert ("today-re-review" in home) == may and (reverse("re_review") in home) == may
    press(client, page, "Đã xem.")
    assert SecondLook.objects.exists() == may


def test_only_who_may_edit_is_offered_to_correct(client, clock):
    published()
    clock.shift(timedelta(days=400))
    for role, may in ((people.EDITOR, True), (people.CHECKER, False)):
        log_in(client, role)
        assert ("Correct it" in queue(client).text) == may


@pytest.mark.parametrize("asked", ["", "abc", "0", "99999999", "9" * 30])
def test_a_page_that_is_not_there_is_not_found(client, asked):
    log_in(client, people.EDITOR)
    assert client.post(reverse("re_review"), {"page": asked}).status_code == 404


def test_a_second_look_is_written_once(clock):
    look = still_right(published(), make_user(people.EDITOR), "Đã xem.", timezone.now())
    with pytest.raises(TypeError):
        look.save()


def test_the_queue_asks_as_many_questions_for_many_answers(client, clock, django_assert_max_num_queries):
    pages = [published() for _number in range(2)]
    later = [published() for _number in range(4)]
    editor = make_user(people.EDITOR)
    clock.shift(timedelta(days=400))
    for page in later:
        still_right(page, editor, "Đã xem.", timezone.now())
    log_in(client, people.EDITOR)
    queue(client)
    with CaptureQueriesContext(connection) as few:
        assert len(queue(client).select("form.desk-by-hand")) == len(pages)
    asked = len(few)
    clock.shift(timedelta(days=400))
    log_in(client, people.EDITOR)
    queue(client)
    with django_assert_max_num_queries(asked):
        assert len(queue(client).select("form.desk-by-hand")) == 6
