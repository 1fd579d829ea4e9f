"""The first page after log-in: what waits for this very person, by permission, late things first."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from campaigns import indicator_deeds
from campaigns.alerts import deeds
from cms import people
from cms.incidents import Incident
from cms.models import User
from cms.sent_in.receive import receive
from publishing.desk import waiting
from publishing.desk.waiting import SHOWN, Row, Waiting
from tests.make import approve, make_alert, make_incident, make_indicator, make_rebuttal, make_user, submit, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def home(client, user: User) -> BeautifulSoup:
    UserProfile.objects.get_or_create(user=user, defaults={"preferred_language": "en"})
    client.force_login(user)
    answer = client.get("/admin/")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def part(page: BeautifulSoup, key: str) -> Tag | None:
    return page.select_one(f"[aria-labelledby=today-{key}]")


def texts(page: BeautifulSoup, key: str) -> list[str]:
    found = part(page, key)
    return [row.get_text(" ", strip=True) for row in found.select("li")] if found else []


def test_late_incidents_stand_first_then_the_most_urgent(client):
    with time_machine.travel(timezone.now() - timedelta(hours=3)):
        make_incident(claim="Nguy cấp, đã quá hạn.", urgency=1)
        make_incident(claim="Cao, còn thời gian.", urgency=2)
    make_incident(claim="Thường.", urgency=3)
    make_incident(claim="Nguy cấp, mới.", urgency=1)
    make_incident(claim="Đã khép.", urgency=1, status=Incident.Status.CLOSED)
    page = home(client, make_user(people.EDITOR))
    rows = texts(page, "incidents")
    assert [row.split(".")[0] for row in rows] == [
        "Nguy cấp, đã quá hạn",
        "Nguy cấp, mới",
        "Cao, còn thời gian",
        "Thường",
    ]
    assert "overdue by 1 hour" in rows[0] and "Critical · first notice" in rows[0]
    found = part(page, "incidents")
    assert found and "today__part--late" in found["class"] and found.select_one("li .icon-warning")


def test_an_editor_opens_an_incident_and_a_checker_reads_it(client):
    incident = make_incident()
    for role, view in ((people.EDITOR, "edit"), (people.CHECKER, "inspect")):
        found = part(home(client, make_user(role)), "incidents")
        assert found and found.select_one("li a")["href"] == reverse(
            f"wagtailsnippets_cms_incident:{view}", args=[incident.pk]
        )


def test_a_publisher_sees_no_incidents_and_no_submissions(client):
    make_incident()
    receive(text="Nước máy nhiễm độc, cấm dùng.")
    page = home(client, make_user(people.PUBLISHER))
    assert part(page, "incidents") is None and part(page, "inbox") is None


def test_who_decides_about_submissions_sees_the_oldest_first(client):
    receive(text="Nước máy toàn tỉnh nhiễm độc, cấm dùng từ tối nay.")
    receive(text="Cầu Hoa Nắng nứt đôi, sáng mai cấm mọi xe qua cầu.")
    assert [row[:8] for row in texts(home(client, make_user(people.EDITOR)), "inbox")] == ["Nước máy", "Cầu Hoa "]
    assert part(home(client, make_user(people.APPROVER)), "inbox") is None


# Approvals and drafts -----------------------------------------------------------------------------------------


def test_each_step_waits_for_those_who_may_take_it(client):
    editor, checker, approver = team()
    page = make_rebuttal(owner=editor)
    submit(page, editor)
    assert len(texts(home(client, checker), "approvals")) == 1
    assert part(home(client, approver), "approvals") is None
    approve(page, checker)
    assert part(home(client, checker), "approvals") is None
    [row] = texts(home(client, approver), "approvals")
    assert page.title in row


def test_nobody_is_asked_to_approve_what_they_wrote_a_part_of(client):
    editor, checker, _approver = team()
    page = make_rebuttal(owner=editor)
    draft = page.get_latest_revision_as_object()
    draft.short_answer = "Người kiểm chứng viết lại câu này."
    draft.save_revision(user=checker)
    submit(page, editor)
    assert part(home(client, checker), "approvals") is None
    assert len(texts(home(client, make_user(people.CHECKER)), "approvals")) == 1


def test_who_only_opened_and_saved_may_still_approve(client):
    editor, checker, _approver = team()
    page = make_rebuttal(owner=editor)
    page.get_latest_revision_as_object().save_revision(user=checker)
    submit(page, editor)
    assert len(texts(home(client, checker), "approvals")) == 1


def test_an_approval_says_by_when_the_incident_must_be_answered(client):
    editor, checker, _approver = team()
    with time_machine.travel(timezone.now() - timedelta(hours=5)):
        incident = make_incident(urgency=1)
    submit(make_rebuttal(owner=editor, title="Không gấp", incidents=[make_incident(urgency=4)]), editor)
    submit(make_rebuttal(owner=editor, title="Rất gấp", incidents=[incident]), editor)
    rows = texts(home(client, checker), "approvals")
    assert rows[0].startswith("Rất gấp") and "overdue by 3 hours" in rows[0]
    assert rows[1].startswith("Không gấp")


def test_a_writer_sees_what_came_back_with_the_reason_and_what_is_on_its_way(client):
    editor, checker, _approver = team()
    make_rebuttal(owner=editor, title="Chưa gửi")
    on_its_way = make_rebuttal(owner=editor, title="Đang chờ")
    came_back = make_rebuttal(owner=editor, title="Bị trả lại")
    for page in (on_its_way, came_back):
        submit(page, editor)
    came_back.refresh_from_db()
    state = came_back.current_workflow_task_state
    state.task.specific.on_action(state.specific, checker, "reject", comment="Thiếu nguồn gốc của bảng số liệu.")
    rows = texts(home(client, editor), "drafts")
    assert rows[0].startswith("Bị trả lại came back") and "Thiếu nguồn gốc" in rows[0]
    assert rows[1].startswith("Chưa gửi not passed on yet") and rows[2].startswith("Đang chờ on its way")
    assert part(home(client, make_user(people.EDITOR)), "drafts") is None


# Campaigns ----------------------------------------------------------------------------------------------------


def test_warnings_and_indicators_wait_for_somebody_who_did_not_write_them(client):
    writer, approver = make_user(people.EDITOR), make_user(people.APPROVER)
    deeds.submit(make_alert(writer), writer)
    indicator_deeds.submit(make_indicator(writer), writer)
    page = home(client, approver)
    assert len(texts(page, "warnings")) == 1 and "to approve" in texts(page, "indicators")[0]
    own = home(client, writer)
    assert part(own, "warnings") is None and part(own, "indicators") is None


def test_a_warning_that_was_sent_back_waits_for_its_writer(client):
    writer, approver = make_user(people.EDITOR), make_user(people.APPROVER)
    alert = deeds.submit(make_alert(writer), writer)
    deeds.send_back(alert, approver, "Nói rõ xã nào.")
    [row] = texts(home(client, writer), "warnings")
    assert "came back" in row and "Nói rõ xã nào." in row
    assert part(home(client, approver), "warnings") is None


# The page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "deed"),
    [
        (people.EDITOR, "Register an incident"),
        (people.CHECKER, "Look through the register"),
        (people.PUBLISHER, "See what is ready to send"),
    ],
)
def test_an_empty_desk_says_so_and_offers_the_next_thing(client, role, deed):
    page = home(client, make_user(role))
    nothing = part(page, "nothing")
    assert nothing and "Nothing waits for you" in nothing.text
    [link] = [link for link in nothing.select("a") if deed in link.text]
    assert client.get(link["href"]).status_code == 200


def test_the_page_asks_as_many_questions_on_a_busy_day(client, django_assert_max_num_queries):
    editor, checker, approver = team()

    def fill(number: int) -> None:
        for _each in range(number):
            make_incident()
            receive(text=f"{timezone.now().timestamp()} {_each} {chr(97 + _each) * 9} {chr(107 + _each) * 12}")
            submit(make_rebuttal(owner=editor), editor)
            page = make_rebuttal(owner=editor)
            page.get_latest_revision_as_object().save_revision(user=checker)
            submit(page, editor)
            deeds.submit(make_alert(editor), editor)
            indicator_deeds.submit(make_indicator(editor), editor)

    fill(SHOWN + 1)  # where fewer wait than are shown, they need not be counted
    few = {}
    for user in (editor, checker, approver):
        home(client, user)
        with CaptureQueriesContext(connection) as asked:
            client.get("/admin/")
        few[user] = len(asked)
    fill(8)
    for user, number in few.items():
        home(client, user)
        with django_assert_max_num_queries(number):
            client.get("/admin/")


def test_no_part_shows_more_than_a_handful_and_says_how_many_there_are(client):
    for _number in range(9):
        make_incident()
    found = part(home(client, make_user(people.EDITOR)), "incidents")
    assert found and len(found.select("li")) == waiting.SHOWN
    assert found.select_one(".today__count").text == "9" and "4 more" in found.text


def test_another_module_adds_its_part_with_one_function(client, monkeypatch):
    def complaints(user: User) -> Waiting | None:
        rows = (Row("Khiếu nại số 1", "/admin/", due=timezone.now() - timedelta(days=3)),)
        return Waiting("complaints", "Complaints", "warning", rows, 1) if user.has_perm("cms.add_incident") else None

    monkeypatch.setattr(waiting, "sources", [*waiting.sources, complaints])
    make_incident()
    page = home(client, make_user(people.EDITOR))
    assert [each["id"] for each in page.select(".today__title")] == [
        "today-complaints",
        "today-incidents",
    ]  # late first
    assert part(home(client, make_user(people.CHECKER)), "complaints") is None
