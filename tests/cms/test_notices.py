"""Notices: each is told once, to those whom it concerns, in the way they chose, and no mail comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import TaskState
from wagtail.users.models import UserProfile

from cms import people
from cms.models import NoticeWishes, PersonalNotice, User
from cms.notices import mailing
from cms.notices.kinds import How, News
from cms.notices.personal import find, number_unread, tell
from cms.sent_in.receive import receive
from publishing import notices as by_channel
from publishing.models import Channel, State
from tests.make import approve, make_incident, make_rebuttal, make_user, submit, team
from tests.publishing.test_desk import make_channel, owe

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # Tuesday, twelve o'clock in the office


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def person(role: str, **kw) -> User:
    user = make_user(role, email=f"{role.encode().hex()[:10]}-{User.objects.count()}@example.vn", **kw)
    UserProfile.objects.get_or_create(user=user, defaults={"preferred_language": "en"})
    return user


def told(user: User) -> list[str]:
    find()
    return [one.text() for one in PersonalNotice.objects.filter(person=user).order_by("pk")]


def news(*people: User, about: str = "1", kind: str = "draft", **kw) -> News:
    return News(
        kind,
        about,
        {one.pk for one in people},
        "“%(title)s” was approved by %(person)s.",
        "/admin/",
        {
            "title": "Nước máy",
            "person": "Lan",
            **kw,
        },
    )


def wish(user: User, **kw) -> None:
    NoticeWishes.objects.update_or_create(person=user, defaults=kw)


# Who is told of what ------------------------------------------------------------------------------------------


def test_a_draft_on_its_way_is_told_to_whoever_comes_next_and_never_to_its_author():
    editor, checker, approver = (person(role) for role in (people.EDITOR, people.CHECKER, people.APPROVER))
    page = make_rebuttal(owner=editor, title="Nước máy an toàn")
    submit(page, editor)
    assert told(checker) == ["“Nước máy an toàn” waits for your check or approval."]
    assert told(editor) == told(approver) == []
    approve(page, checker)
    assert len(told(approver)) == 1 and len(told(checker)) == 1
    approve(page, approver)
    assert told(editor) == [f"“Nước máy an toàn” was approved by {approver}."]
    assert len(told(approver)) == 1, "who did it is not told"


def test_a_checker_who_wrote_part_of_it_is_not_asked_to_check_it():
    editor, checker = person(people.EDITOR), person(people.CHECKER)
    page = make_rebuttal(owner=editor)
    page.short_answer = "Nước máy đạt chuẩn, ai cũng dùng được như mọi ngày."
    page.save_revision(user=checker)
    submit(page, editor)
    assert told(checker) == []


def test_what_came_back_is_told_to_its_author_without_the_words_of_the_remark():
    editor, checker, _approver = (person(role) for role in (people.EDITOR, people.CHECKER, people.APPROVER))
    page = make_rebuttal(owner=editor, title="Nước máy an toàn")
    submit(page, editor)
    state = TaskState.objects.get()
    state.task.specific.on_action(state.specific, checker, "reject", comment="Thiếu nguồn ở đoạn hai.")
    assert told(editor) == [f"“Nước máy an toàn” came back from {checker} with remarks."]


def test_wagtail_sends_no_mail_of_its_own_about_the_same(django_capture_on_commit_callbacks):
    editor, checker, _approver = (person(role) for role in (people.EDITOR, people.CHECKER, people.APPROVER))
    page = make_rebuttal(owner=editor)
    with django_capture_on_commit_callbacks(execute=True):
        submit(page, editor)
        state = TaskState.objects.get()
        state.task.specific.on_action(state.specific, checker, "reject", comment="Thiếu nguồn.")
    assert mail.outbox == []


def test_a_critical_incident_and_a_late_one_are_told_once_each(clock):
    editor, publisher = person(people.EDITOR), person(people.PUBLISHER)
    make_incident(claim="Vỡ đập trong đêm nay.", urgency=1)
    assert told(editor) == ["Critical incident: Vỡ đập trong đêm nay."]
    clock.shift(timedelta(hours=3))
    assert told(editor)[1:] == ["Late since 24/11/2026 14:00: Vỡ đập trong đêm nay."]
    clock.shift(timedelta(hours=3))
    assert len(told(editor)) == 2 and told(publisher) == []


def test_many_submissions_are_one_notice_an_hour_and_say_nothing_of_what_was_sent(clock):
    editor = person(people.EDITOR)
    for text in ("Nghe nói cầu sập, có thật không?", "Bão số 9 đổ bộ tối nay phải không?"):
        receive(text=text)
    assert told(editor) == ["The public sent something in that nobody has looked at."]


def test_a_delivery_that_failed_is_told_again_only_when_it_failed_again():
    publisher, editor = person(people.PUBLISHER), person(people.EDITOR)
    delivery = owe(make_channel(), state=State.FAILED)
    attempt = {"step": "send", "outcome": "PERMANENT", "started_at": NOON}
    delivery.attempts.create(number=1, **attempt)
    type(delivery).objects.filter(pk=delivery.pk).update(attempt_no=1)
    assert len(told(publisher)) == 1 and len(told(publisher)) == 1
    type(delivery).objects.filter(pk=delivery.pk).update(attempt_no=2, state=State.UNKNOWN)
    delivery.attempts.create(number=2, **attempt)
    assert "nobody knows whether" in told(publisher)[1]
    assert told(editor) == []


def test_a_channels_mail_leaves_out_those_who_hear_of_it_by_their_own_choice():
    admin = person(people.ADMINISTRATOR)
    channel = make_channel(notices_to=f"{admin.email.upper()}, ky-thuat@example.vn")
    Channel.objects.filter(pk=channel.pk).update(stopped_at=NOON, stopped_words="x")
    by_channel.sweep()
    mailing.sweep()
    assert [one.to for one in mail.outbox] == [["ky-thuat@example.vn"], [admin.email]]
    wish(admin, hows={"channel": "off"})
    PersonalNotice.objects.all().delete()
    mail.outbox.clear()
    mailing.sweep()
    assert mail.outbox == [] and PersonalNotice.objects.count() == 0


def test_a_source_that_fails_holds_up_no_other(monkeypatch, caplog):
    from cms.notices import kinds

    def broken(since):
        raise RuntimeError

    monkeypatch.setattr(kinds, "sources", [broken, *kinds.sources])
    monkeypatch.setattr("cms.notices.personal.sources", kinds.sources)
    editor = person(people.EDITOR)
    make_incident(urgency=1)
    assert len(told(editor)) == 1 and "broken" in caplog.text


# How they are told --------------------------------------------------------------------------------------------


def test_at_once_comes_within_the_turn_and_a_digest_at_the_persons_hour(clock):
    editor = person(people.EDITOR)
    wish(editor, hows={"draft": "digest", "incident": "once"}, digest_hour=16)
    tell([news(editor), news(editor, about="2", title="Cầu treo")])
    make_incident(urgency=1, claim="Vỡ đập.")
    mailing.sweep()
    (sent,) = mail.outbox
    assert sent.subject == "Critical incident: Vỡ đập." and sent.to == [editor.email]
    clock.move_to(NOON + timedelta(hours=3, minutes=59))
    mailing.send_due(NOON + timedelta(hours=3, minutes=59))
    assert len(mail.outbox) == 1
    mailing.send_due(NOON + timedelta(hours=4))
    mailing.send_due(NOON + timedelta(hours=4, minutes=20))
    assert [one.subject for one in mail.outbox[1:]] == ["2 notices from the desk"]
    assert "Cầu treo" in mail.outbox[1].body and "Cầu treo" in mail.outbox[1].alternatives[0][0]


def test_off_makes_nothing_and_only_here_sends_nothing():
    quiet, here = person(people.EDITOR), person(people.EDITOR)
    wish(quiet, hows={"draft": "off"})
    wish(here, hows={"draft": "admin"})
    assert tell([news(quiet, here)]) == 1
    mailing.sweep()
    assert mail.outbox == [] and PersonalNotice.objects.get().person == here


def test_what_was_read_at_the_desk_is_not_mailed_any_more(clock):
    editor = person(people.EDITOR)
    wish(editor, hows={"draft": "digest"}, digest_hour=13)
    tell([news(editor)])
    PersonalNotice.objects.update(read_at=NOON)
    mailing.send_due(NOON + timedelta(hours=2))
    assert mail.outbox == []


def test_weekends_are_quiet_for_whoever_wants_that():
    quiet, other = person(people.EDITOR), person(people.EDITOR)
    wish(quiet, is_quiet_at_weekends=True)
    saturday = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    tell([news(quiet, other)])
    mailing.send_due(saturday)
    assert [one.to for one in mail.outbox] == [[other.email]]
    mailing.send_due(saturday + timedelta(days=2))
    assert len(mail.outbox) == 2


def test_a_worker_killed_while_it_sends_makes_one_double_at_most_with_the_same_message_id(monkeypatch):
    editor = person(people.EDITOR)
    tell([news(editor)])
    kills = iter([True])

    def killed(*args, **kwargs):
        if next(kills, False):
            raise SystemExit

    real = mailing._send

    def send_and_die(number, now):
        rows = PersonalNotice.objects.filter(mail=number)
        mailing._letter(number, list(rows.select_related("person__wagtail_userprofile"))).send()
        killed()
        return real(number, now)

    monkeypatch.setattr(mailing, "_send", send_and_die)
    with pytest.raises(SystemExit):
        mailing.send_due(NOON)
    monkeypatch.setattr(mailing, "_send", real)
    mailing.send_due(NOON + timedelta(minutes=1))
    assert len(mail.outbox) == 1, "the other worker may still be sending"
    tell([news(editor, about="2")])
    mailing.send_due(NOON + timedelta(minutes=11))
    mailing.send_due(NOON + timedelta(minutes=30))
    ids = [one.extra_headers["Message-ID"] for one in mail.outbox]
    assert len(ids) == 3 and ids.count(ids[0]) == 2


def test_a_mail_server_that_is_away_is_asked_again_later_and_nothing_is_lost(monkeypatch, caplog):
    editor = person(people.EDITOR)
    tell([news(editor)])

    def away(self, fail_silently=False):
        raise ConnectionRefusedError("user:password@mail")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", away)
        mailing.send_due(NOON)
    assert "password" not in caplog.text
    mailing.send_due(NOON + timedelta(minutes=10))
    assert len(mail.outbox) == 1


def test_a_mail_is_in_the_readers_language_and_says_where_to_choose(settings):
    settings.LANGUAGE_CODE = "vi"
    editor = person(people.EDITOR)
    UserProfile.objects.filter(user=editor).update(preferred_language="en")
    tell([news(editor)])
    mailing.send_due(NOON)
    (sent,) = mail.outbox
    assert sent.subject == "“Nước máy” was approved by Lan." and "Choose what you are told of" in sent.body
    assert settings.WAGTAILADMIN_BASE_URL + "/admin/account/" in sent.body


def test_a_person_who_left_gets_no_mail():
    editor = person(people.EDITOR)
    tell([news(editor)])
    editor.is_active = False
    editor.save()
    mailing.send_due(NOON)
    assert mail.outbox == []


def test_old_notices_go_after_ninety_days(clock):
    tell([news(person(people.EDITOR))])
    clock.shift(timedelta(days=91))
    mailing.sweep()
    assert not PersonalNotice.objects.exists()


# At the desk --------------------------------------------------------------------------------------------------


def page(client, user: User, url: str) -> BeautifulSoup:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def test_the_menu_counts_what_is_unread_and_marking_all_empties_it(client):
    editor, other = person(people.EDITOR), person(people.EDITOR)
    tell([news(editor, other), news(editor, about="2")])
    shown = page(client, editor, reverse("notices"))
    assert "Notices (2)" in str(shown) and len(shown.select(".notices__one--new")) == 2
    client.post(reverse("notices"), {"notice": PersonalNotice.objects.filter(person=editor).first().pk})
    assert "Notices (1)" in str(page(client, editor, "/admin/"))
    client.post(reverse("notices"))
    assert "Notices (" not in str(page(client, editor, reverse("notices")))
    assert PersonalNotice.objects.filter(person=other).unread().count() == 1


def test_the_number_in_the_menu_is_what_the_query_sets_find():
    """It is asked in SQL of its own, for speed."""
    editor, other = person(people.EDITOR), person(people.EDITOR)
    tell([news(editor, other), news(editor, about="2"), news(editor, kind="incident"), news(editor, about="3")])
    PersonalNotice.objects.filter(person=editor, about="3").update(read_at=NOON)
    PersonalNotice.objects.filter(person=editor, about="2").update(kind="of-an-older-one")

    def found(user: User) -> int:
        return PersonalNotice.objects.shown_to(user).unread().count()

    assert number_unread(editor) == found(editor) == 2
    assert number_unread(other) == found(other) == 1
    nobody = make_user()
    assert number_unread(nobody) == found(nobody) == 0


def test_nobody_marks_the_notice_of_another_person(client):
    editor, other = person(people.EDITOR), person(people.EDITOR)
    tell([news(other)])
    client.force_login(editor)
    client.post(reverse("notices"), {"notice": PersonalNotice.objects.get().pk})
    assert PersonalNotice.objects.get().read_at is None


def test_who_lost_the_right_to_see_a_thing_sees_its_notice_no_more(client):
    editor = person(people.EDITOR)
    tell([news(editor, kind="incident")])
    assert page(client, editor, reverse("notices")).select(".notices__one")
    editor.groups.clear()
    editor.groups.add(Group.objects.get(name=people.PUBLISHER))
    assert not page(client, User.objects.get(pk=editor.pk), reverse("notices")).select(".notices__one")


def test_a_person_chooses_in_the_account_page_what_to_be_told_of(client):
    editor = person(people.EDITOR)
    form = page(client, editor, reverse("wagtailadmin_account"))
    names = {one["name"] for one in form.select("[name^=notices-]")}
    assert "notices-how_incident" in names and "notices-how_delivery" not in names
    assert not form.select("[name=notifications-submitted_notifications]"), "Wagtail's mails are not sent"
    sent = {
        one["name"]: one.get("value", "") for one in form.select("main input[name]") if one.get("type") != "checkbox"
    }
    for one in form.select("main select[name]"):
        chosen = one.select_one("[selected]")
        sent[one["name"]] = chosen["value"] if chosen else one.option["value"]
    sent |= {
        "name_email-first_name": "Lan",
        "name_email-last_name": "Hoàng",
        "notices-how_incident": "digest",
        "notices-digest_hour": "17",
    }
    sent = {name: value for name, value in sent.items() if "password" not in name}
    assert client.post(reverse("wagtailadmin_account"), sent).status_code == 302
    wishes = NoticeWishes.objects.get(person=editor)
    assert wishes.how("incident") == How.DIGEST and wishes.digest_hour == 17
    assert wishes.hows == {"incident": "digest"}, "what is as delivered is not stored"


def test_the_list_and_the_sweep_ask_a_constant_number_of_questions(client):
    users = [person(people.EDITOR) for _number in range(2)]
    counts = []
    for size in (3, 40):
        tell(news(*users, about=f"{size} {number}") for number in range(size))
        client.force_login(users[0])
        client.get(reverse("notices"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("notices"))
        counts.append(len(asked))
        for number in range(size):
            make_incident(claim=f"Vỡ đập {size} {number}.", urgency=1)
        find()
        with CaptureQueriesContext(connection) as asked:
            find()
        counts.append(len(asked))
    assert counts[0] == counts[2] and counts[1] == counts[3]


def test_everybody_of_the_team_may_open_the_list(client):
    for user in team():
        page(client, user, reverse("notices"))
