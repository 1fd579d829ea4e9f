"""The editors' inbox: one row a group, one decision for everybody who asked, and nothing for those who may not."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from cms.incidents import Incident
from cms.models import Place, Submission, Topic
from cms.sent_in import groups, inbox
from cms.sent_in.receive import receive
from cms.storage import PrivateStorage
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db

WATER = "KHẨN: nước máy toàn tỉnh nhiễm độc, từ tối nay cấm dùng, ai uống phải đi viện ngay."
POWER = "Gọi điện tự xưng nhân viên điện lực, báo nợ cước và dọa cắt điện trong hai giờ."
BRIDGE = "Cầu Hoa Nắng nứt đôi, sáng mai cấm mọi xe qua cầu cho tới hết năm."


@pytest.fixture(autouse=True)
def stored(monkeypatch, tmp_path):
    storage = PrivateStorage(location=tmp_path / "private")
    monkeypatch.setattr(Submission._meta.get_field("picture"), "storage", storage)
    return storage


@pytest.fixture
def editor(client):
    user = make_user(people.EDITOR)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


def send(text=WATER, **kw) -> Submission:
    return receive(text=text, **kw)


def with_picture(**kw) -> Submission:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    return send(picture=ContentFile(file.getvalue(), name="0123456789abcdef.jpg"), **kw)


def show(client, **asked) -> BeautifulSoup:
    answer = client.get(reverse("inbox"), asked)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def rows(client, **asked) -> list[str]:
    return [link.get_text(strip=True) for link in show(client, **asked).select("td.title a")]


def group_page(client, submission):
    return client.get(reverse("inbox_group", args=[submission.pk]))


def do(client, submission, deed, **data):
    return client.post(reverse("inbox_group", args=[submission.pk]), {"do": deed, **data}, follow=True)


def logged() -> list[str]:
    about_work = ModelLogEntry.objects.exclude(content_type__model="user")  # without log-ins and roles
    return list(about_work.order_by("pk").values_list("action", flat=True))


# Who may see what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "sees", "changes", "deletes"),
    [
        (people.EDITOR, True, True, False),
        (people.CHECKER, True, False, False),
        (people.APPROVER, True, False, False),
        (people.PUBLISHER, False, False, False),
        (people.ADMINISTRATOR, True, True, True),
    ],
)
def test_each_role_sees_and_does_only_what_it_may(client, role, sees, changes, deletes):
    one, two = with_picture(contact="0912345678"), send()
    client.force_login(make_user(role))
    home = client.get("/admin/").content.decode()
    assert (reverse("inbox") in home) == sees
    for address in (
        reverse("inbox"),
        reverse("inbox_group", args=[one.pk]),
        reverse("submission_picture", args=[one.pk]),
    ):
        assert (client.get(address).status_code == 200) == sees, address
    shown = group_page(client, one).content.decode()
    assert ("0912345678" in shown) == changes
    assert ('value="delete"' in shown) == deletes
    for deed, may in (("closed", changes), ("again", changes), ("part", changes), ("delete", deletes)):
        before = len(logged())
        do(client, one, deed, one=two.pk if deed == "part" else one.pk, sure="yes")
        assert (len(logged()) > before) == may, deed
    assert Submission.objects.count() == (1 if deletes else 2)


def test_nobody_outside_sees_the_picture_and_it_is_shown_safely(client, editor):
    one = with_picture()
    answer = client.get(reverse("submission_picture", args=[one.pk]))
    assert answer["Content-Type"] == "image/jpeg" and "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert "attachment" not in answer.get("Content-Disposition", "")
    assert client.get(reverse("submission_picture", args=[send(POWER).pk])).status_code == 404
    client.logout()
    assert client.get(reverse("submission_picture", args=[one.pk])).status_code == 302


# The list -----------------------------------------------------------------------------------------------------


def test_one_row_a_group_with_its_count_newest_first(client, editor):
    with time_machine.travel(timezone.now() - timedelta(hours=5), tick=False):
        send(WATER)
    with time_machine.travel(timezone.now() - timedelta(hours=3), tick=False):
        send(POWER)
        send(BRIDGE)
    send(WATER)
    page = show(client)
    found = [row.get_text(" ", strip=True) for row in page.select(".desk-table tbody tr")]
    assert [WATER in found[0], BRIDGE in found[1], POWER in found[2]] == [True] * 3
    assert "2 people" in found[0] and "1 person" in found[1]
    send(POWER), send(POWER)
    assert rows(client, order="times")[0].startswith(POWER[:50])


def test_filters_look_into_whole_groups(client, editor):
    place = Place.objects.create(name="Xã Núi Mây", slug="xa-nui-may")
    send(WATER)
    send(WATER, place=place, seen_on="zalo")
    other = send(POWER, seen_on="message")
    assert rows(client, place=place.pk) == rows(client, seen_on="zalo") == [WATER]
    assert rows(client, q="nước máy") == [WATER]
    assert rows(client, q=other.code.lower()) == [POWER]
    assert rows(client, q="không có đâu") == []


def test_the_list_shows_what_is_new_unless_asked_otherwise(client, editor):
    one, two = send(WATER), send(POWER)
    groups.end(two, "closed", editor)
    incident = make_incident(claim=WATER)
    groups.assign(one, incident, editor)
    assert rows(client) == []
    assert rows(client, phase="checking") == [WATER]
    assert rows(client, phase="closed") == [POWER]
    assert set(rows(client, phase="all")) == {WATER, POWER}
    assert rows(client, q="điện lực") == [POWER], "a search looks everywhere"
    publish(make_rebuttal(owner=editor, incidents=[incident]), *team())
    assert rows(client, phase="answered") == [WATER] and rows(client, phase="checking") == []


def test_the_list_asks_the_database_as_often_for_many_as_for_one(client, editor):
    def asked() -> int:
        client.get(reverse("inbox"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("inbox"))
        return len(queries)

    incident = make_incident()
    send(WATER, place=incident.place)
    few = asked()
    for text in (WATER, POWER, BRIDGE, POWER):
        send(text, place=incident.place)
    for number in range(8):
        kept = send(f"{number} {chr(97 + number) * 9} {chr(107 + number) * 12}", place=incident.place)
    assert kept.same_as is None
    assert asked() == few
    assert len(rows(client)) == 11


def test_the_first_page_and_the_menu_say_how_much_waits(client, editor):
    send(WATER), send(WATER), send(POWER)
    home = client.get("/admin/").content.decode()
    part = BeautifulSoup(home, "html.parser").select_one("[aria-labelledby=today-inbox]")
    assert part.select_one(".today__count").text == "2" and len(part.select("li")) == 2 and "Inbox (2)" in home
    for one in Submission.objects.firsts():
        groups.end(one, "closed", editor)
    home = client.get("/admin/").content.decode()
    assert "today-inbox" not in home and "Inbox (" not in home


def test_several_groups_are_decided_or_joined_at_once(client, editor):
    one, two, three = send(WATER), send(POWER), send(BRIDGE)
    client.post(reverse("inbox"), {"do": "join", "group": [one.pk, two.pk]})
    two.refresh_from_db()
    assert two.same_as == one
    client.post(reverse("inbox"), {"do": "not_checkable", "group": [one.pk, three.pk]})
    assert set(Submission.objects.values_list("phase", flat=True)) == {"not_checkable"}
    assert logged() == ["cms.submission_join", "cms.submission_not_checkable", "cms.submission_not_checkable"]
    answer = client.post(reverse("inbox"), {"do": "join", "group": [one.pk]}, follow=True)
    assert "tick the entries first" in answer.content.decode()


def test_joining_takes_no_incident_away(client, editor):
    new, known, other = send(WATER), send(POWER), send(BRIDGE)
    incident = make_incident()
    groups.assign(known, incident, editor)
    client.post(reverse("inbox"), {"do": "join", "group": [new.pk, known.pk]})
    new.refresh_from_db()
    assert (new.same_as, new.incident, new.phase) == (known, incident, "checking")
    groups.assign(other, make_incident(claim=BRIDGE), editor)
    answer = client.post(reverse("inbox"), {"do": "join", "group": [known.pk, other.pk]}, follow=True)
    other.refresh_from_db()
    assert other.same_as is None and "belongs to another incident" in answer.content.decode()


# One group ----------------------------------------------------------------------------------------------------


def make_it(client, first, **data):
    topic, _ = Topic.objects.get_or_create(name="Y tế", slug="y-te")
    usual = {"claim": first.text, "topic": topic.pk, "kind": "rumour", "urgency": 2, "place": ""}
    return do(client, first, "register", **{**usual, **data})


def test_one_submit_makes_an_incident_of_the_whole_group(client, editor):
    place = Place.objects.create(name="Xã Núi Mây", slug="xa-nui-may")
    first = send(WATER, place=place, seen_on="zalo")
    send(WATER, url="https://www.facebook.com/groups/1/posts/2")
    send(WATER, seen_on="zalo")
    page = BeautifulSoup(group_page(client, first).content, "html.parser")
    assert page.select_one("textarea[name=claim]").text.strip() == WATER
    assert page.select_one("select[name=place] option[selected]")["value"] == str(place.pk)
    make_it(client, first, place=place.pk)
    incident = Incident.objects.get()
    assert (incident.claim, incident.place, incident.first_seen_at) == (WATER, place, first.received_at)
    assert {(one.platform, one.url) for one in incident.appearances.all()} == {
        ("zalo", ""),
        ("facebook", "https://www.facebook.com/groups/1/posts/2"),
    }
    assert list(incident.life.values_list("status", flat=True)) == ["reported"]
    assert set(Submission.objects.values_list("phase", "incident")) == {("checking", incident.pk)}
    assert logged() == ["wagtail.create", "cms.submission_incident"]
    assert Submission.objects.last().steps()[-1].phase == "checking"


def test_personal_data_in_the_claim_is_shown_at_the_form_with_everything_typed(client, editor):
    first = send(WATER)
    answer = make_it(client, first, claim=f"{WATER} Gọi 0912 345 678")
    page = BeautifulSoup(answer.content, "html.parser")
    assert not Incident.objects.exists() and "0912 345 678" in page.select_one("textarea[name=claim]").text
    assert "Personal data is not kept here" in answer.content.decode()
    first.refresh_from_db()
    assert first.phase == "received"


def test_the_second_editor_is_told_and_makes_no_second_incident(client, editor):
    first = send(WATER)
    make_it(client, first)
    answer = make_it(client, first)
    assert Incident.objects.count() == 1 and "Somebody else has decided" in answer.content.decode()


def test_a_known_incident_is_suggested_and_taken_with_one_click(client, editor):
    known = make_incident(claim="Nước máy toàn tỉnh nhiễm độc, cấm dùng từ tối nay")
    make_incident(claim="Giá đất tăng gấp ba sau khi sáp nhập xã")
    first = send(WATER)
    send(WATER)
    page = BeautifulSoup(group_page(client, first).content, "html.parser")
    assert [one["value"] for one in page.select("section[aria-labelledby=known] input[name=incident]")] == [
        str(known.pk)
    ]
    do(client, first, "assign", incident=known.pk)
    assert set(Submission.objects.values_list("incident", "phase")) == {(known.pk, "checking")}
    do(client, first, "again")
    assert set(Submission.objects.values_list("incident", "phase")) == {(None, "received")}


@pytest.mark.parametrize("phase", ["not_checkable", "closed"])
def test_no_answer_is_decided_for_everybody_who_asked_and_can_be_taken_back(client, editor, phase):
    first, again = send(WATER), send(WATER)
    do(client, first, phase)
    assert [one.steps()[-1].phase for one in Submission.objects.all()] == [phase, phase]
    do(client, first, "again")
    again.refresh_from_db()
    assert [step.phase for step in again.steps()] == ["received", phase, "received"]
    assert logged() == [f"cms.submission_{phase}", "cms.submission_again"]


def test_one_that_is_not_the_same_is_new_again(client, editor):
    first, wrong = send(WATER), send(WATER)
    groups.assign(first, make_incident(), editor)
    do(client, first, "part", one=wrong.pk)
    wrong.refresh_from_db()
    assert (wrong.same_as, wrong.incident, wrong.phase) == (None, None, "received")
    first.refresh_from_db()
    assert first.incident is not None


def test_what_sounds_alike_is_offered_to_be_joined(client, editor):
    first = send("Trường nghỉ học một tuần vì dịch")
    other = send("Trường nghỉ học một ngày vì bão")
    assert other.same_as is None
    page = group_page(client, other).content.decode()
    assert "Perhaps the same" in page
    do(client, other, "join", one=first.pk)
    other.refresh_from_db()
    assert other.same_as == first and logged() == ["cms.submission_join"]


def test_the_page_of_a_repeat_leads_to_its_group(client, editor):
    first, again = send(WATER), send(WATER)
    assert group_page(client, again)["Location"] == reverse("inbox_group", args=[first.pk])


def test_the_contact_says_how_long_it_is_kept_and_then_that_it_is_gone(client, editor, settings):
    settings.CONTACT_DAYS = 30
    first = send(contact="ba.nam@example.vn")
    with time_machine.travel(timezone.now() + timedelta(days=10, hours=1)):
        client.force_login(editor)
        assert "Deleted in 19 days" in group_page(client, first).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        from cms.sent_in.submissions import delete_contacts

        client.force_login(editor)
        assert delete_contacts() == 1 and delete_contacts() == 0
        shown = group_page(client, first).content.decode()
        assert "ba.nam" not in shown and "deleted on" in shown


def test_no_log_keeps_what_was_said_or_who_asked(client, editor):
    first = send(WATER, contact="ba.nam@example.vn")
    send(WATER)
    do(client, first, "closed")
    do(client, first, "again")
    for entry in ModelLogEntry.objects.exclude(content_type__model="user"):
        kept = f"{entry.label} {entry.data}"
        assert "ba.nam" not in kept and "nước" not in kept and first.code in kept


def test_deleting_for_good_takes_the_picture_and_leaves_the_group(client, stored, django_capture_on_commit_callbacks):
    first, again = with_picture(), send(WATER)
    name = first.picture.name
    client.force_login(make_user(people.ADMINISTRATOR))
    do(client, first, "delete", one=first.pk)
    assert Submission.objects.count() == 2, "not without the tick"
    with django_capture_on_commit_callbacks(execute=True):
        do(client, first, "delete", one=first.pk, sure="yes")
    again.refresh_from_db()
    assert Submission.objects.get() == again and again.same_as is None and not stored.exists(name)


def test_what_a_stranger_wrote_is_no_markup_in_the_admin(client, editor):
    first = send("<script>alert(1)</script> nước máy nhiễm độc")
    shown = str(show(client)) + group_page(client, first).content.decode()
    assert "<script>alert(1)" not in shown and re.search("&lt;script&gt;alert", shown)


def test_the_number_in_the_menu_is_what_the_list_shows(client, editor):
    """It is asked in SQL of its own, for speed."""
    first, again, other, decided = send(), send(), send(POWER), send(BRIDGE)
    do(client, decided, "not_checkable")
    assert again.same_as == first
    assert inbox.new_groups() == len(rows(client)) == 2
    do(client, other, "not_checkable")
    assert inbox.new_groups() == len(rows(client)) == 1
