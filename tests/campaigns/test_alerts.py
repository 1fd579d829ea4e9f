"""A warning goes out with two people, is never changed, and disappears at once when two people take it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from campaigns.alerts import deeds
from campaigns.models import Alert
from campaigns.second_person import Refused
from campaigns.templatetags.warnings import current_warnings
from cms import people
from tests.make import approved_alert, make_alert, make_campaign, make_user

pytestmark = pytest.mark.django_db
State, Message = Alert.State, Alert.Message
SOON = timedelta(days=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def taken_back(alert: Alert) -> Alert:
    cancel = deeds.take_back(alert, make_user(people.EDITOR), "Cuộc gọi là thật.")
    return deeds.approve(cancel, make_user(people.APPROVER))


# Two people ---------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_wrote_or_changed():
    author, other = make_user(people.ADMINISTRATOR), make_user(people.ADMINISTRATOR)
    for person in (author, other):
        person.groups.add(*make_user(people.APPROVER).groups.all())
    alert = make_alert(by=author)
    alert.headline = "Đổi bởi người khác"
    deeds.write(alert, other)
    deeds.submit(alert, author)
    for person in (author, other):
        with pytest.raises(Refused, match="Somebody else"):
            deeds.approve(alert, person)
    assert deeds.approve(alert, make_user(people.APPROVER)).state == State.APPROVED


def test_a_role_without_the_permission_neither_writes_nor_approves():
    alert = make_alert()
    with pytest.raises(Refused):
        deeds.write(Alert(headline="Không được", expires_at=timezone.now() + SOON), make_user(people.PUBLISHER))
    deeds.submit(alert, alert.made_by)
    with pytest.raises(Refused):
        deeds.approve(alert, make_user(people.EDITOR))


def test_what_was_changed_since_it_was_read_is_not_approved():
    alert = deeds.submit(make_alert(), make_user(people.EDITOR))
    seen, approver = deeds.digest(alert), make_user(people.APPROVER)
    draft = deeds.send_back(alert, approver, "Xin viết rõ hơn.")
    draft.headline = "Viết rõ hơn"
    deeds.submit(deeds.write(draft, draft.made_by), draft.made_by)
    with pytest.raises(Refused, match="changed"):
        deeds.approve(draft, approver, seen=seen)
    assert deeds.approve(draft, approver, seen=deeds.digest(draft)).state == State.APPROVED


def test_every_step_stands_in_the_log():
    alert = approved_alert()
    done = ModelLogEntry.objects.for_instance(alert).order_by("timestamp", "pk")
    assert [one.action.split(".")[1] for one in done] == ["alert_write", "alert_submit", "alert_approve"]


# What is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"headline": " "}, "headline"),
        ({"instruction": ""}, "what people should do"),
        ({"instruction": "Gọi 0912 345 678."}, "Personal data"),
        ({"expires_at": timezone.now() + timedelta(days=14, hours=1)}, "14 days"),
        ({"starts_at": timezone.now() - 3 * SOON, "expires_at": timezone.now() - SOON}, "ended already"),
    ],
)
def test_a_warning_that_must_not_go_out_is_refused_in_words(wrong, said):
    alert = make_alert(**wrong)
    with pytest.raises(Refused, match=said):
        deeds.submit(alert, alert.made_by)


def test_the_hotline_of_the_campaign_may_stand_in_it():
    alert = make_alert(campaign=make_campaign(), instruction="Gọi 0259 399 9999.")
    assert deeds.submit(alert, alert.made_by).state == State.SUBMITTED


def test_a_warning_that_ran_out_while_it_waited_is_not_approved():
    alert = deeds.submit(make_alert(), make_user(people.EDITOR))
    with time_machine.travel(timezone.now() + 3 * SOON, tick=False), pytest.raises(Refused, match="ended already"):
        deeds.approve(alert, make_user(people.APPROVER))


def test_an_approved_row_is_never_changed_nor_deleted():
    alert = approved_alert()
    alert.headline = "Khác"
    with pytest.raises(TypeError):
        alert.save()
    with pytest.raises(TypeError):
        alert.delete()
    with pytest.raises(Refused):
        deeds.write(alert, make_user(people.EDITOR))


# Changing and taking back -------------------------------------------------------------------------------------


def test_a_change_stands_in_for_the_old_words_only_once_it_is_approved():
    old, editor = approved_alert(), make_user(people.EDITOR)
    new = deeds.change(old, editor)
    assert deeds.change(old, make_user(people.EDITOR)) == new, "two people began: one draft"
    new.headline = "Lời mới"
    deeds.write(new, editor)
    assert list(Alert.objects.current()) == [old]
    deeds.submit(new, editor)
    deeds.approve(new, make_user(people.APPROVER))
    assert list(Alert.objects.current()) == [new]
    assert new.message == Message.UPDATE
    with pytest.raises(Refused, match="newer"):
        deeds.change(old, editor)


def test_taking_back_waits_for_one_click_of_a_second_person_and_drops_a_draft_in_its_way():
    alert = approved_alert()
    draft = deeds.change(alert, make_user(people.EDITOR))
    cancel = deeds.take_back(alert, make_user(people.EDITOR), "Nhầm lẫn.")
    assert cancel.state == State.SUBMITTED and not Alert.objects.filter(pk=draft.pk).exists()
    assert list(Alert.objects.current()) == [alert]
    deeds.approve(cancel, make_user(people.APPROVER))
    assert not Alert.objects.current().exists()


def test_a_reason_is_needed_to_take_back_and_to_send_back():
    with pytest.raises(Refused):
        deeds.take_back(approved_alert(), make_user(people.EDITOR), " ")
    alert = make_alert()
    deeds.submit(alert, alert.made_by)
    with pytest.raises(Refused):
        deeds.send_back(alert, make_user(people.APPROVER), "")


# The banner ---------------------------------------------------------------------------------------------------


def test_the_banner_is_on_every_page_and_gone_with_the_approval_of_its_end(client):
    alert = approved_alert()
    cancel = deeds.take_back(alert, make_user(people.EDITOR), "Nhầm lẫn.")
    for url in ("/", "/khong-co/", reverse("topics")):
        assert alert.headline in client.get(url).content.decode(), url
    deeds.approve(cancel, make_user(people.APPROVER))
    for url in ("/", "/khong-co/", reverse("topics")):
        assert alert.headline not in client.get(url).content.decode(), url


def test_the_banner_begins_and_ends_at_its_times(client):
    begins = timezone.now() + SOON
    alert = approved_alert(starts_at=begins, expires_at=begins + SOON)
    seen = {}
    for name, at in {"before": begins - SOON / 2, "in it": begins + SOON / 2, "after": begins + 2 * SOON}.items():
        with time_machine.travel(at, tick=False):
            page = client.get("/")
            seen[name] = alert.headline in page.content.decode()
            assert "csrftoken" not in page.cookies and not page.cookies
    assert seen == {"before": False, "in it": True, "after": False}


def test_a_reader_gets_the_warning_in_their_language_or_else_the_vietnamese_one(client):
    approved_alert(headline="Cảnh giác")
    with translation.override("en"):
        assert [one.language for one in current_warnings()] == ["vi"]
        english = approved_alert(headline="Beware", language="en")
        assert current_warnings() == [english]
    with translation.override("vi"):
        assert [one.headline for one in current_warnings()] == ["Cảnh giác"]
    home = client.get("/").content.decode()
    assert "Cảnh giác" in home and "Beware" not in home


def test_a_warning_in_another_language_than_the_page_says_so(client):
    with translation.override("vi"):
        url = reverse("alerts")
    approved_alert(headline="Beware", language="en")
    page = client.get(url).content.decode()
    assert 'lang="en">Beware' in page


def test_the_gravest_warnings_come_first_and_the_rest_is_counted(client):
    for severity in ("Minor", "Extreme", "Moderate", "Severe"):
        approved_alert(headline=f"Mức {severity}", severity=severity)
    home = client.get("/").content.decode()
    banner = home[home.index('class="alarm"') : home.index("<header")]
    assert banner.index("Mức Extreme") < banner.index("Mức Severe")
    assert "Mức Minor" not in banner and "2" in banner


def test_the_banner_costs_one_query_however_many_warnings_there_are(django_assert_num_queries):
    for _each in range(4):
        approved_alert(campaign=make_campaign())
    with django_assert_num_queries(1):
        assert len(current_warnings()) == 4


# Its pages ----------------------------------------------------------------------------------------------------


def test_a_draft_and_a_warning_that_has_not_begun_are_not_there(client):
    begins = timezone.now() + SOON
    for hidden in (make_alert(), approved_alert(starts_at=begins, expires_at=begins + SOON)):
        assert client.get(reverse("alert", args=[hidden.key])).status_code == 404
        assert client.get(reverse("alert_cap", args=[hidden.key])).status_code == 404
        assert hidden.headline not in client.get(reverse("alerts")).content.decode()


def test_what_was_taken_back_is_not_said_again_but_why_is(client):
    alert = approved_alert()
    taken_back(alert)
    page = client.get(reverse("alert", args=[alert.key])).content.decode()
    assert alert.headline in page and "Cuộc gọi là thật." in page
    assert alert.instruction not in page and alert.description not in page
    listed = client.get(reverse("alerts")).content.decode()
    assert alert.headline in listed and alert.description not in listed


def test_the_message_that_takes_back_leads_to_what_it_took_back(client):
    alert = approved_alert()
    cancel = taken_back(alert)
    assert client.get(reverse("alert", args=[cancel.key])).url == reverse("alert", args=[alert.key])


def test_the_list_costs_the_same_however_long_it_is(client, django_assert_num_queries):
    approved_alert(campaign=make_campaign())
    taken_back(approved_alert())
    url = reverse("alerts")
    client.get("/")  # what every page asks once
    taken_back(approved_alert())
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _each in range(3):
        approved_alert(campaign=make_campaign())
        taken_back(approved_alert())
    cache.clear()
    with django_assert_num_queries(len(few)):
        client.get(url)
