"""How long an answer may take: hours of the clock or of work, deadlines in the register, and when they were met."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.users.models import UserProfile

from cms import people
from cms.claims import Verdict
from cms.clocks import Days, Unreadable, WorkingCalendar, deadline, left_in_words
from cms.corrections import sweep
from cms.incidents import Incident
from cms.office_clocks import OfficeClocks
from cms.pages.answer import Evidence
from tests.make import make_campaign, make_incident, make_rebuttal, make_user, publish, team

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
WEEK = WorkingCalendar(
    zone=HERE,
    weekdays=frozenset(range(5)),
    parts=((time(8), time(12)), (time(13), time(17))),
    off=Days.read("01/01 Tết Dương lịch\n05/02/2027 - 11/02/2027 Tết Nguyên đán"),
    worked=Days.read("20/02/2027"),
)


def at(text: str) -> datetime:
    """Local time of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


# Counting -----------------------------------------------------------------------------------------------------


def test_hours_of_the_clock_run_through_night_and_weekend():
    assert deadline(at("2026-11-27 22:00"), 24) == at("2026-11-28 22:00")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-30 08:00", 3, "2026-11-30 11:00"),
        ("2026-11-30 10:00", 4, "2026-11-30 15:00"),  # over lunch
        ("2026-11-30 12:30", 1, "2026-11-30 14:00"),  # begun during lunch
        ("2026-11-30 08:00", 8, "2026-11-30 17:00"),  # used up in the evening: due then, not tomorrow
        ("2026-11-27 16:00", 2, "2026-11-30 09:00"),  # Friday to Monday
        ("2026-11-28 11:00", 24, "2026-12-02 17:00"),  # three working days after a Saturday
        ("2026-12-31 15:00", 4, "2027-01-04 10:00"),  # 1 January is off each year, then a weekend
        ("2027-02-04 15:00", 4, "2027-02-12 10:00"),  # Tết
        ("2027-02-19 16:00", 2, "2027-02-20 09:00"),  # a Saturday that is worked
    ],
)
def test_working_hours_leave_out_nights_lunch_weekends_and_holidays(start, hours, due):
    assert deadline(at(start), hours, WEEK) == at(due)


def test_a_start_in_another_time_zone_is_the_same_moment():
    assert deadline(at("2026-11-27 16:00").astimezone(UTC), 2, WEEK) == at("2026-11-30 09:00")


def test_a_calendar_without_working_time_is_an_error_and_no_endless_loop():
    with pytest.raises(ValueError, match="no working time"):
        deadline(at("2026-11-27 16:00"), 2, WorkingCalendar(HERE, frozenset(), WEEK.parts))


@pytest.mark.parametrize(
    "line", ["Tết", "31/02/2027", "02/13", "05/02 - 11/02", "11/02/2027 - 05/02/2027", "01/01/2027 - 01/06/2027"]
)
def test_a_line_that_is_no_day_is_named(line):
    with pytest.raises(Unreadable) as wrong:
        Days.read(f"02/09 Quốc khánh\n{line}")
    assert wrong.value.line == line


def test_days_are_single_ranges_or_every_year():
    days = Days.read("02/09\n\n06/02/2027 mùng một – Tết\n30/04/2027–03/05/2027 nghỉ bù")
    inside = [date(2031, 9, 2), date(2027, 2, 6), date(2027, 4, 30), date(2027, 5, 3)]
    assert all(day in days for day in inside)
    assert date(2027, 5, 4) not in days and date(2028, 2, 6) not in days


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (30, "30 minutes left"),
        (60, "1 hour left"),
        (239, "3 hours left"),
        (47 * 60, "47 hours left"),
        (72 * 60 - 1, "2 days left"),
        (-1, "overdue by 1 minute"),
        (-3 * 60, "overdue by 3 hours"),
        (-50 * 60, "overdue by 2 days"),
    ],
)
def test_what_is_left_is_said_in_words_and_never_more_than_there_is(minutes, words):
    now = at("2026-11-30 10:00")
    with translation.override("en"):
        assert left_in_words(now + timedelta(minutes=minutes), now) == words


# In the register ----------------------------------------------------------------------------------------------


@pytest.fixture
def monday():
    with time_machine.travel(at("2026-11-30 09:00"), tick=False) as clock:
        yield clock


def fresh(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


@pytest.mark.django_db
def test_a_registered_incident_has_its_deadlines(monday):
    urgent = fresh(make_incident(urgency=Incident.Urgency.CRITICAL))
    assert (urgent.notice_due_at, urgent.answer_due_at) == (at("2026-11-30 11:00"), at("2026-12-01 09:00"))
    usual = fresh(make_incident())  # 24 and 72 working hours
    assert (usual.notice_due_at, usual.answer_due_at) == (at("2026-12-03 09:00"), at("2026-12-11 09:00"))
    assert usual.due_at == usual.notice_due_at


@pytest.mark.django_db
def test_another_urgency_gives_other_deadlines_counted_from_the_same_beginning(monday):
    incident = make_incident()
    monday.shift(timedelta(hours=1))
    incident.urgency = Incident.Urgency.HIGH
    incident.save()
    assert incident.due_at == at("2026-11-30 13:00") == fresh(incident).due_at


@pytest.mark.django_db
def test_a_holding_notice_is_the_first_notice_and_the_verdict_the_answer(monday):
    incident, people_here = make_incident(), team()
    monday.shift(timedelta(hours=2))
    page = publish(make_rebuttal(incidents=[incident], verdict=Verdict.VERIFYING, evidence=[]), *people_here)
    noticed = timezone.now()
    assert (fresh(incident).noticed_at, fresh(incident).answered_at) == (noticed, None)
    assert fresh(incident).due_at == fresh(incident).answer_due_at
    monday.shift(timedelta(hours=5))
    draft = page.get_latest_revision_as_object()
    draft.verdict = Verdict.FALSE
    draft.evidence.add(Evidence(title="Sở Y tế, kết quả xét nghiệm số 12", url="https://soyte.example/12"))
    draft.save_revision(user=people_here[0])
    publish(page, *people_here)
    now = fresh(incident)
    assert (now.noticed_at, now.answered_at, now.due_at) == (noticed, timezone.now(), None)
    assert now.status == Incident.Status.ANSWERED


@pytest.mark.django_db
def test_the_moment_of_publication_counts_even_if_the_sweep_notes_it_later(monday):
    incident = make_incident()
    publish(make_rebuttal(incidents=[incident]), *team())
    published = timezone.now()
    nothing = dict.fromkeys(("noticed_at", "answered_at"))
    Incident.objects.update(status=Incident.Status.REPORTED, **nothing)  # as if we had crashed before noting it
    monday.shift(timedelta(days=1))
    sweep()
    assert fresh(incident).noticed_at == fresh(incident).answered_at == published


@pytest.mark.django_db
def test_a_scam_campaign_is_an_answer(monday):
    incident = make_incident(kind=Incident.Kind.SCAM)
    publish(make_campaign(incidents=[incident]), *team())
    assert fresh(incident).answered_at == timezone.now() and fresh(incident).due_at is None


@pytest.mark.django_db
def test_spreading_again_sets_a_new_deadline_and_keeps_when_the_first_answer_came(monday):
    incident, people_here = make_incident(urgency=Incident.Urgency.CRITICAL), team()
    page = publish(make_rebuttal(incidents=[incident]), *people_here)
    first = fresh(incident).answered_at
    monday.shift(timedelta(days=3))
    incident = fresh(incident)
    incident.status = Incident.Status.AGAIN
    incident.save()
    sweep()  # the old publication does not count as an answer to the new wave
    now = fresh(incident)
    assert (now.status, now.due_at) == (Incident.Status.AGAIN, timezone.now() + timedelta(hours=2))
    assert (now.answered_at, now.answer_due_at) == (first, at("2026-12-01 09:00"))
    monday.shift(timedelta(hours=1))
    draft = page.get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "update", "Tin cũ lan lại; kết quả xét nghiệm mới vẫn đạt."
    draft.save_revision(user=people_here[0])
    publish(page, *people_here)
    now = fresh(incident)
    assert (now.status, now.due_at, now.answered_at) == (Incident.Status.ANSWERED, None, first)


@pytest.mark.django_db
def test_a_retraction_is_no_answer(monday):
    incident, people_here = make_incident(), team()
    page = publish(make_rebuttal(incidents=[incident]), *people_here)
    incident = fresh(incident)
    incident.status = Incident.Status.AGAIN
    incident.save()
    monday.shift(timedelta(hours=1))
    draft = page.get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "retraction", "Mẫu xét nghiệm bị lẫn."
    draft.save_revision(user=people_here[0])
    publish(page, *people_here)
    assert fresh(incident).status == Incident.Status.AGAIN


@pytest.mark.django_db
def test_new_clocks_of_the_office_move_what_is_open_and_nothing_that_was_answered(monday):
    met, open_one = make_incident(urgency=1), make_incident(urgency=1)
    publish(make_rebuttal(incidents=[met]), *team())
    before = fresh(met).notice_due_at
    OfficeClocks.objects.create(critical_notice=1)
    assert fresh(open_one).notice_due_at == at("2026-11-30 10:00")
    assert fresh(met).notice_due_at == before
    assert make_incident(urgency=1).notice_due_at == at("2026-11-30 10:00")


@pytest.mark.django_db
def test_what_is_late_is_found_by_the_database(monday):
    late, later = make_incident(urgency=1), make_incident(urgency=2)
    make_incident(urgency=1, status=Incident.Status.CLOSED)
    monday.shift(timedelta(hours=3))
    assert list(Incident.objects.late()) == [late]
    assert list(Incident.objects.waiting().order_by("due_at")) == [late, later]


@pytest.mark.django_db
def test_the_migration_fills_what_the_tables_know(monday):
    incident, untouched = make_incident(urgency=1), make_incident(urgency=1)
    publish(make_rebuttal(incidents=[incident]), *team())
    names = [*Incident.DEADLINES]
    before = [list(Incident.objects.filter(pk=one.pk).values_list(*names)) for one in (incident, untouched)]
    Incident.objects.update(**dict.fromkeys(names))
    import_module("cms.migrations.0013_deadlines").fill(apps, None)
    assert before == [list(Incident.objects.filter(pk=one.pk).values_list(*names)) for one in (incident, untouched)]


# What the office sets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"holidays": "mùng một Tết"}, "holidays"),
        ({"low_notice": 200}, "low_notice"),
        ({"afternoon_from": time(11)}, "morning_from"),
        (dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], False), "monday"),
    ],
)
def test_clocks_that_cannot_be_meant_are_refused_in_words(wrong, field):
    with pytest.raises(ValidationError) as refused:
        OfficeClocks(**wrong).full_clean()
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
def test_only_an_administrator_sets_the_clocks(client):
    address = reverse("wagtailsettings:edit", args=["cms", "officeclocks"])
    client.force_login(make_user(people.EDITOR))
    assert client.get(address).status_code == 302
    client.force_login(make_user(people.ADMINISTRATOR))
    answer = client.get(address, follow=True)
    assert answer.status_code == 200 and "critical_notice" in answer.content.decode()


# In the list of the register ----------------------------------------------------------------------------------


def rows_of(client, query: str) -> list[str]:
    html = client.get(f"/admin/snippets/cms/incident/?{query}").content.decode()
    return [
        row.get_text(" ", strip=True) for row in BeautifulSoup(html, "html.parser").select("table.listing tbody tr")
    ]


@pytest.mark.django_db
def test_the_list_says_how_much_time_is_left_and_can_show_the_late_ones_alone(client, monday):
    make_incident(claim="Đã quá hạn.", urgency=1)
    monday.shift(timedelta(hours=4, minutes=30))
    make_incident(claim="Còn thời gian.", urgency=1)
    make_incident(claim="Đã khép.", status=Incident.Status.CLOSED)
    editor = make_user(people.EDITOR)
    UserProfile.objects.create(user=editor, preferred_language="en")
    client.force_login(editor)
    [late] = rows_of(client, "owed=late")
    assert "Đã quá hạn." in late and "overdue by 2 hours" in late and "First notice" in late
    sorted_rows = rows_of(client, "ordering=due_at")
    assert [row[:8] for row in sorted_rows] == ["Đã quá h", "Còn thời", "Đã khép."]
    assert "2 hours left" in sorted_rows[1] and "nothing is owed" in sorted_rows[2]
    assert rows_of(client, "ordering=-due_at")[-1].startswith("Đã khép.")
    assert len(rows_of(client, "owed=waiting")) == 2


@pytest.mark.django_db
def test_the_list_takes_as_many_questions_for_many_incidents(client, django_assert_max_num_queries):
    client.force_login(make_user(people.EDITOR))
    make_incident()
    rows_of(client, "")
    with CaptureQueriesContext(connection) as few:
        rows_of(client, "")
    for _number in range(20):
        make_incident()
    with django_assert_max_num_queries(len(few)):
        rows_of(client, "")
