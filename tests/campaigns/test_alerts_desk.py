"""The desk of warnings: from a campaign's words to everybody, by two people, in a handful of clicks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.alerts import deeds
from campaigns.models import Alert, AlertMail, Subscriber
from cms import people
from tests.make import approved_alert, make_alert, make_campaign, make_user

pytestmark = pytest.mark.django_db


def desk(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def filled(client: Client, url: str) -> dict[str, object]:
    """The form as a browser would send it back."""
    form = client.get(url).context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) is not None}


def test_a_warning_goes_from_a_campaign_to_the_site_and_back_by_two_people():
    editor, approver, reader = desk(people.EDITOR), desk(people.APPROVER), Client()
    campaign = make_campaign()
    new = reverse("campaigns_alert_new") + f"?campaign={campaign.pk}"
    values = filled(editor, new)
    assert values["headline"] == campaign.title and "Cúp máy." in str(values["instruction"])
    values |= {
        "campaign": campaign.pk,
        "starts_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "expires_at": (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
    }
    saved = editor.post(new, values)
    alert = Alert.objects.get()
    page = reverse("campaigns_alert", args=[alert.pk])
    assert saved.url == page
    editor.post(page, {"do": "submit"})
    assert 'value="approve"' not in editor.get(page).content.decode()
    seen = approver.get(page).context["digest"]
    approver.post(page, {"do": "approve", "seen": seen})
    assert campaign.title in reader.get("/").content.decode()

    editor.post(page, {"do": "take_back", "words": "Nhầm lẫn."})
    cancel = Alert.objects.get(replaces=alert)
    page = reverse("campaigns_alert", args=[cancel.pk])
    approver.post(page, {"do": "approve", "seen": approver.get(page).context["digest"]})
    assert campaign.title not in reader.get("/").content.decode()


def test_an_approval_without_what_was_read_is_refused():
    alert = make_alert()
    deeds.submit(alert, alert.made_by)
    desk(people.APPROVER).post(reverse("campaigns_alert", args=[alert.pk]), {"do": "approve"})
    alert.refresh_from_db()
    assert alert.state == Alert.State.SUBMITTED


def test_the_form_says_what_would_stand_in_the_way():
    editor = desk(people.EDITOR)
    url = reverse("campaigns_alert_edit", args=[make_alert().pk])
    answer = editor.post(url, filled(editor, url) | {"instruction": "Gọi 0912 345 678.", "places": []})
    assert "0912 345 678" in str(answer.context["form"].non_field_errors())


def test_what_is_out_is_not_edited_but_replaced():
    editor, alert = desk(people.EDITOR), approved_alert()
    assert editor.get(reverse("campaigns_alert_edit", args=[alert.pk])).status_code == 302
    answer = editor.post(reverse("campaigns_alert", args=[alert.pk]), {"do": "change"})
    draft = Alert.objects.get(replaces=alert)
    assert answer.url == reverse("campaigns_alert_edit", args=[draft.pk])
    values = filled(editor, answer.url)
    assert "starts_at" not in values
    editor.post(answer.url, values | {"headline": "Lời mới", "places": []})
    draft.refresh_from_db()
    assert draft.headline == "Lời mới"


def test_the_desk_counts_mails_and_shows_no_address():
    alert = approved_alert()
    for number in range(3):
        one = Subscriber.objects.create(
            address=f"bi-mat-{number}@example.vn", token=str(number), confirmed_at=timezone.now()
        )
        AlertMail.objects.create(alert=alert, subscriber=one, sent_at=timezone.now() if number else None)
    client = desk(people.APPROVER)
    for url in (reverse("campaigns_alerts_all"), reverse("campaigns_alert", args=[alert.pk])):
        shown = client.get(url)
        assert "bi-mat" not in shown.content.decode()
    assert [one.mails_sent for one, _badge in client.get(reverse("campaigns_alerts_all")).context["rows"]] == [2]


def test_the_lists_cost_the_same_however_long_they_are():
    client, campaign = desk(people.EDITOR), make_campaign()
    urls = [reverse("campaigns_alerts_all"), reverse("campaigns_alerts", args=[campaign.pk])]

    def cost() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    approved_alert(campaign=campaign)
    cost()
    few = cost()
    for _each in range(4):
        approved_alert(campaign=campaign)
        make_alert(campaign=campaign)
    assert cost() == few


@pytest.mark.parametrize("name", ["campaigns_alerts_all", "campaigns_alert_new"])
def test_people_without_a_role_see_nothing(client, name):
    client.force_login(make_user())
    assert client.get(reverse(name)).status_code == 302
