"""The desk of indicators, of complaints about them, and of partners."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns import indicator_deeds
from campaigns.models import Indicator, Partner
from cms import people
from tests.make import listed_indicator, make_campaign, make_indicator, make_user, publish, team

pytestmark = pytest.mark.django_db


def desk(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def test_an_indicator_is_written_approved_complained_about_and_taken_off_the_list():
    editor, approver, reader = desk(people.EDITOR), desk(people.APPROVER), Client()
    campaign = publish(make_campaign(), *team())
    new = reverse("campaigns_indicator_new", args=[campaign.pk])
    values = {name: field.value() or "" for name, field in _fields(editor, new)}
    values |= {
        "kind": "web",
        "value": "https://lua-dao.top/x",
        "evidence": "Đã mở và lưu.",
        "evidence_url": "https://soyte.example/1",
    }
    page = editor.post(new, values).url
    editor.post(page, {"do": "submit"})
    editor.post(page, {"do": "approve"})
    assert not Indicator.objects.public().exists()
    approver.post(page, {"do": "approve"})
    assert "lua-dao[.]top" in reader.get(reverse("indicators")).content.decode()
    complaint = indicator_deeds.complain(Indicator.objects.get(), "Đây là trang của tôi.", "chu@cua-hang.example")
    assert "chu@cua-hang.example" in approver.get(page).content.decode()
    approver.post(page, {"do": "agree", "complaint": complaint.pk, "words": "Trang đã đổi chủ."})
    assert "lua-dao[.]top" not in reader.get(reverse("indicators")).content.decode()
    assert "chu@cua-hang.example" not in approver.get(page).content.decode()


def _fields(client: Client, url: str) -> list:
    form = client.get(url).context["form"]
    return [(name, form[name]) for name in form.fields]


def test_the_form_refuses_an_account_in_words():
    url = reverse("campaigns_indicator_new", args=[make_campaign().pk])
    editor = desk(people.EDITOR)
    values = {name: field.value() or "" for name, field in _fields(editor, url)}
    answer = editor.post(url, values | {"kind": "web", "value": "https://facebook.com/nguyen.van.a", "evidence": "x"})
    assert answer.status_code == 200 and "value" in answer.context["form"].errors
    assert not Indicator.objects.exists()


def test_looking_again_puts_it_before_a_second_person():
    one = listed_indicator()
    page, today = reverse("campaigns_indicator", args=[one.pk]), timezone.localdate()
    desk(people.EDITOR).post(page, {"do": "look_again", "seen_on": today.isoformat(), "expires_on": ""})
    one.refresh_from_db()
    assert one.state == Indicator.State.APPROVED
    desk(people.EDITOR).post(page, {"do": "look_again", "seen_on": today.isoformat(), "expires_on": today.isoformat()})
    one.refresh_from_db()
    assert one.state == Indicator.State.SUBMITTED and one.expires_on == today


def test_whole_values_are_taken_along_by_staff_only(client):
    listed_indicator(campaign=publish(make_campaign(), *team()), kind="phone", value="0912 345 678")
    url = reverse("campaigns_indicators_whole")
    assert client.get(url).status_code == 302
    answer = desk(people.CHECKER).get(url)
    assert "0912 345 678" in answer.content.decode() and "no-store" in answer["Cache-Control"]


def test_the_key_of_a_partner_is_shown_once_and_opens_until_it_is_replaced():
    admin, url = desk(people.ADMINISTRATOR), reverse("campaigns_partners")
    key = admin.post(url, {"do": "add", "name": "Ngân hàng (hư cấu)"}).context["key"]
    assert Partner.with_key(key) and key not in admin.get(url).content.decode()
    partner = Partner.objects.get()
    newer = admin.post(url, {"do": "key", "partner": partner.pk})
    assert "no-store" in newer["Cache-Control"]
    assert Partner.with_key(key) is None and Partner.with_key(newer.context["key"])
    admin.post(url, {"do": "stop", "partner": partner.pk})
    assert Partner.with_key(newer.context["key"]) is None


@pytest.mark.parametrize("role", [people.EDITOR, people.APPROVER, people.PUBLISHER])
def test_only_administrators_see_partners(role):
    assert desk(role).get(reverse("campaigns_partners")).status_code == 302


def test_the_lists_cost_the_same_however_long_they_are():
    client, campaign = desk(people.EDITOR), make_campaign()
    urls = [reverse("campaigns_indicators_all"), reverse("campaigns_indicators", args=[campaign.pk])]

    def cost() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    make_indicator(campaign=campaign)
    cost()
    few = cost()
    for _each in range(4):
        indicator_deeds.complain(listed_indicator(campaign=campaign), "Sai rồi, của tôi.")
    assert cost() == few


def test_what_is_complained_about_comes_first():
    campaign = make_campaign()
    first = listed_indicator(campaign=campaign)
    for _each in range(2):
        make_indicator(campaign=campaign)
    indicator_deeds.complain(first, "Sai rồi, của tôi.")
    rows = desk(people.APPROVER).get(reverse("campaigns_indicators_all")).context["rows"]
    assert rows[0][0] == first and rows[0][0].open_complaints == 1
