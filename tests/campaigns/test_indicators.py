"""Indicators: what may be listed, by two people, covered for the public, whole for partners, and off at once when wrong."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from campaigns import exports, indicator_deeds
from campaigns.indicator_rules import NotListed, normal, shown
from campaigns.models import Indicator, ListingComplaint, Partner
from campaigns.second_person import Refused
from cms import people
from cms.public.submit import Token
from tests.make import listed_indicator, make_campaign, make_indicator, make_user, publish, team

pytestmark = pytest.mark.django_db
State = Indicator.State


@pytest.fixture(autouse=True)
def english():
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def campaign():
    return publish(make_campaign(), *team())


# What may be listed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "compared", "public"),
    [
        (
            "web",
            "https://www.VNeID-capnhat.top/Login?ma=123",
            "vneid-capnhat.top/Login",
            "hxxps://www[.]VNeID-capnhat[.]top/Login",
        ),
        ("web", "hxxp://a-b[.]xyz/", "a-b.xyz", "hxxp://a-b[.]xyz"),
        ("web", "bücher.top", "xn--bcher-kva.top", "bücher[.]top"),
        ("phone", "+84 912 345 678", "0912345678", "0912••••78"),
        ("phone", "0912.345.678", "0912345678", "0912••••78"),
        ("phone", "+234 803 123 4567", "+2348031234567", "+2348•••••••67"),
        ("account", "  CSKH  Ngân hàng Ánh Dương ", "cskh ngân hàng ánh dương", "CSKH Ngân hàng Ánh Dương"),
        ("sender", "BO_CONGAN", "bo_congan", "BO_CONGAN"),
    ],
)
def test_a_value_is_compared_whatever_the_writing_and_shown_harmless(kind, value, compared, public):
    assert normal(kind, value) == compared
    assert shown(kind, value) == public


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("web", "https://facebook.com/nguyen.van.a.123"),
        ("web", "https://www.facebook.com/profile.php?id=1000"),
        ("web", "t.me/nguyenvana"),
        ("web", "https://dichvucong.gov.vn/x"),
        ("web", "https://gov.vn"),
        ("web", "https://127.0.0.1:8000/"),
        ("web", "https://facebook.com"),
        ("web", "https://user:pass@lua.top"),
        ("web", "không phải địa chỉ"),
        ("web", "javascript:alert(1)"),
        ("phone", "113"),
        ("phone", "0259 399 9999"),
        ("phone", "số lạ"),
        ("account", "@nguyenvana"),
        ("account", "https://facebook.com/nguyen.van.a"),
        ("account", "Gọi 0912 345 678"),
        ("sender", "12345"),
        ("sender", "tên rất rất dài của một người gửi"),
    ],
)
def test_people_and_public_bodies_and_nonsense_are_never_listed(kind, value):
    with pytest.raises(NotListed):
        normal(kind, value, ["0259 399 9999"])


def test_a_site_that_only_ends_like_a_public_one_can_be_listed():
    assert normal("web", "dichvuconggov.vn.top") == "dichvuconggov.vn.top"
    assert normal("web", "notgov.vn") == "notgov.vn"


def test_the_number_to_which_people_should_report_is_never_listed():
    with pytest.raises(Refused, match="published number"):
        make_indicator(kind="phone", value="02593999999")


def test_a_campaign_lists_a_thing_once_however_it_is_written(campaign):
    make_indicator(campaign=campaign, value="https://lua.top/a")
    with pytest.raises(Refused, match="already"):
        make_indicator(campaign=campaign, value="hxxp://www.lua[.]top/a?x=1")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"evidence_url": ""}, "how the office knows"),
        ({"evidence": "Số 0912 345 678 gọi tới."}, "Personal data"),
        ({"evidence_url": "https://facebook.com/nguyen.van.a"}, "account"),
        ({"expires_on": timezone.localdate() + timedelta(days=190)}, "180 days"),
        ({"expires_on": timezone.localdate() - timedelta(days=1)}, "ended already"),
    ],
)
def test_an_indicator_without_evidence_or_end_waits_for_nobody(wrong, said):
    one = make_indicator(**wrong)
    with pytest.raises(Refused, match=said):
        indicator_deeds.submit(one, one.made_by)


# Two people ---------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_wrote():
    both = make_user(people.EDITOR)
    both.groups.add(*make_user(people.APPROVER).groups.all())
    one = indicator_deeds.submit(make_indicator(by=both), both)
    with pytest.raises(Refused, match="Somebody else"):
        indicator_deeds.approve(one, both)
    assert indicator_deeds.approve(one, make_user(people.APPROVER)).state == State.APPROVED


def test_what_is_listed_ends_and_is_listed_again_only_after_two_people_looked_again(campaign):
    one = listed_indicator(campaign=campaign)
    assert list(Indicator.objects.public()) == [one]
    with time_machine.travel(timezone.now() + timedelta(days=100), tick=False):
        assert not Indicator.objects.public().exists()
        today, editor = timezone.localdate(), make_user(people.EDITOR)
        indicator_deeds.look_again(one, editor, today, today + timedelta(days=60))
        assert not Indicator.objects.public().exists()
        with pytest.raises(Refused):
            indicator_deeds.approve(one, editor)
        indicator_deeds.approve(one, make_user(people.APPROVER))
        assert list(Indicator.objects.public()) == [one]


def test_only_those_of_a_live_campaign_are_public():
    listed_indicator()
    assert not Indicator.objects.public().exists()


# For the public -----------------------------------------------------------------------------------------------


def test_readers_and_programs_never_see_a_number_or_an_address_whole(client, campaign):
    listed_indicator(campaign=campaign, kind="phone", value="0912 345 678")
    listed_indicator(campaign=campaign, value="https://lua-dao.top/x")
    for url in (reverse("indicators"), "/indicators.json", "/indicators.csv"):
        body = client.get(url).content.decode()
        assert "0912••••78" in body and "lua-dao[.]top" in body, url
        assert "345" not in body and "lua-dao.top" not in body, url


def test_one_kind_can_be_asked_for(client, campaign):
    listed_indicator(campaign=campaign, kind="sender", value="BO_CONGAN")
    listed_indicator(campaign=campaign, value="https://lua-dao.top/x")
    body = client.get(reverse("indicators") + "?loai=sender").content.decode()
    assert "BO_CONGAN" in body and "lua-dao[.]top" not in body


def test_a_table_program_takes_no_cell_for_a_formula(client, campaign):
    evil = '=HYPERLINK("http://x.top","Bấm")'
    listed_indicator(campaign=campaign, kind="phone", value="+234 803 123 4567", evidence=evil)
    rows = list(csv.DictReader(io.StringIO(client.get("/indicators.csv").content.decode("utf-8-sig"))))
    assert rows[0]["evidence"] == f"'{evil}" and rows[0]["value"].startswith("'+234")
    assert tuple(rows[0]) == exports.COLUMNS


def test_a_program_follows_the_pages_and_gets_nothing_twice(client, campaign, monkeypatch):
    monkeypatch.setattr(exports, "PAGE_SIZE", 2)
    wanted = [listed_indicator(campaign=campaign).pk for _each in range(5)]
    url, got = "/indicators.json", []
    while url:
        answer = client.get(url).json()
        got += [row["id"] for row in answer["results"]]
        url = answer["next"] and answer["next"].removeprefix("http://127.0.0.1:8000")
    assert got == wanted


@pytest.mark.usefixtures("each_statement_counts")
def test_lists_and_files_cost_the_same_however_long(client, campaign):
    urls = [reverse("indicators"), "/indicators.json", "/indicators.csv", campaign.url]

    def cost() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    listed_indicator(campaign=campaign)
    cost()
    few = cost()
    for _each in range(4):
        listed_indicator(campaign=campaign)
    cost()  # after a change what pages share is read anew, once
    assert cost() == few


# For partners -------------------------------------------------------------------------------------------------


def test_a_partner_with_a_key_gets_whole_values_in_the_same_shape(client, campaign):
    listed_indicator(campaign=campaign, kind="phone", value="0912 345 678")
    key = Partner(name="Ngân hàng (hư cấu)").new_key()
    answer = client.get("/partners/indicators.json", headers={"authorization": f"Bearer {key}"})
    row = answer.json()["results"][0]
    assert row["value"] == "0912 345 678" and row["is_whole"] is True
    assert set(row) == set(client.get("/indicators.json").json()["results"][0]) == set(exports.COLUMNS)
    assert "private" in answer["Cache-Control"] and "Authorization" in answer["Vary"]
    assert "Access-Control-Allow-Origin" not in answer
    again = {"authorization": f"Bearer {key}", "if-none-match": answer["ETag"]}
    assert client.get("/partners/indicators.json", headers=again).status_code == 304
    assert Partner.objects.get().used_at


def test_without_a_valid_key_nothing_is_given_and_guessing_ends(client):
    partner = Partner(name="Ngân hàng (hư cấu)")
    old, new = partner.new_key(), partner.new_key()
    wrong = ["", "Bearer", f"Basic {new}", f"Bearer {old}", f"Bearer {new}x", "Bearer x.y"]
    for value in wrong:
        answer = client.get("/partners/indicators.json", headers={"authorization": value})
        assert answer.status_code == 401 and "results" not in answer.json(), value
        assert answer["WWW-Authenticate"].startswith("Bearer")
    Partner.objects.update(is_active=False)
    assert client.get("/partners/indicators.csv", headers={"authorization": f"Bearer {new}"}).status_code == 401
    codes = [client.get("/partners/indicators.csv").status_code for _try in range(20)]
    assert codes[-1] == 429


# Listed wrongly -----------------------------------------------------------------------------------------------


def complaint_form(age: int = 60, **more: str) -> dict[str, str]:
    with time_machine.travel(timezone.now() - timedelta(seconds=age), tick=False):
        reason = "Đây là trang của cửa hàng tôi, gọi 0912 345 678."
        return {"reason": reason, "contact": "chu@cua-hang.example", "token": Token.fresh().signed(), **more}


def test_who_is_listed_wrongly_is_off_the_list_with_one_decision_and_told_why(client, campaign):
    one = listed_indicator(campaign=campaign)
    sent = client.post(reverse("indicator_wrong", args=[one.pk]), complaint_form())
    complaint = ListingComplaint.objects.get()
    assert "345 678" not in complaint.reason and complaint.contact
    tracked = client.get(sent.url)
    assert complaint.code in tracked.content.decode() and tracked["X-Robots-Tag"] == "noindex"
    indicator_deeds.decide(complaint, make_user(people.APPROVER), agrees=True, words="Trang đã đổi chủ.")
    assert not Indicator.objects.public().exists()
    assert "Trang đã đổi chủ." in client.get(sent.url).content.decode()
    complaint.refresh_from_db()
    assert complaint.contact == ""
    with pytest.raises(Refused, match="already"):
        indicator_deeds.decide(complaint, make_user(people.APPROVER), agrees=False, words="Không.")


def test_whoever_wrote_a_listing_does_not_turn_a_complaint_about_it_down(campaign):
    both = make_user(people.EDITOR)
    both.groups.add(*make_user(people.APPROVER).groups.all())
    complaint = indicator_deeds.complain(listed_indicator(campaign=campaign, by=both), "Sai rồi, đây là trang của tôi.")
    with pytest.raises(Refused, match="Somebody else"):
        indicator_deeds.decide(complaint, both, agrees=False, words="Không.")
    with pytest.raises(Refused, match="why"):
        indicator_deeds.decide(complaint, both, agrees=True, words=" ")
    assert indicator_deeds.decide(complaint, both, agrees=True, words="Đúng.").indicator.state == State.HIDDEN


@pytest.mark.parametrize(("more", "status"), [({"age": 1}, 400), ({"reason": "x"}, 422), ({"subject_line": "x"}, 400)])
def test_programs_and_mistakes_are_told(client, campaign, more, status):
    one = listed_indicator(campaign=campaign)
    assert client.post(reverse("indicator_wrong", args=[one.pk]), complaint_form(**more)).status_code == status
    assert not ListingComplaint.objects.exists()


def test_complaints_and_guessed_codes_have_a_limit(client, campaign):
    url = reverse("indicator_wrong", args=[listed_indicator(campaign=campaign).pk])
    assert [client.post(url, complaint_form()).status_code for _each in range(6)] == [302] * 5 + [429]
    codes = [client.get(reverse("indicator_complaint", args=["AAAA"])).status_code for _each in range(31)]
    assert codes[0] == 404 and codes[-1] == 429


def test_nobody_complains_about_what_is_not_listed(client):
    assert client.get(reverse("indicator_wrong", args=[make_indicator().pk])).status_code == 404
