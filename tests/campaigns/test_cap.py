"""What warning apps and feed readers get, held against the schema of the standard and read by foreign readers."""

from __future__ import annotations

from datetime import timedelta

import capvalidator
import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from campaigns.alerts import cap, deeds
from campaigns.models import Alert
from cms import people
from cms.incidents import Place
from tests.make import approved_alert, make_campaign, make_user

pytestmark = pytest.mark.django_db
NS = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}


@pytest.fixture(autouse=True)
def real_site(settings):
    settings.BASE_URL = "https://canhbao.example.vn"


def one(document: bytes, path: str) -> str | None:
    return etree.fromstring(document).findtext(path, namespaces=NS)


def chain() -> tuple[Alert, Alert, Alert]:
    """(a warning, what replaced it, what took that back)"""
    editor, approver = make_user(people.EDITOR), make_user(people.APPROVER)
    first = approved_alert(headline="Cảnh báo & <giả> danh", campaign=make_campaign())
    second = deeds.submit(deeds.change(first, editor), editor)
    second = deeds.approve(second, approver)
    third = deeds.approve(deeds.take_back(second, editor, "Không đúng."), approver)
    return first, second, third


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "UTC"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_message_is_valid_by_the_schema_of_the_standard(number, zone, settings):
    settings.TIME_ZONE = zone
    timezone.get_default_timezone.cache_clear()
    try:
        document = cap.document(chain()[number])
    finally:
        settings.TIME_ZONE = "Asia/Ho_Chi_Minh"
        timezone.get_default_timezone.cache_clear()
    result = capvalidator.check_schema(document)
    assert result.passed, result.message
    assert (one(document, "c:sent") or "")[-6:] == ("-00:00" if zone == "UTC" else "+07:00")


def test_the_schema_refuses_what_is_wrong():
    """Otherwise the test above could not fail."""
    document = cap.document(approved_alert())
    assert not capvalidator.check_schema(document.replace(b"<scope>Public</scope>", b"")).passed
    assert not capvalidator.check_schema(document.replace(b"+07:00</sent>", b"Z</sent>")).passed


def test_a_message_names_all_it_replaces_the_first_one_first():
    first, second, third = chain()
    assert one(cap.document(first), "c:references") is None
    document = cap.document(third)
    assert (one(document, "c:msgType"), one(document, "c:note")) == ("Cancel", "Không đúng.")
    named = (one(document, "c:references") or "").split()
    assert [each.split(",") for each in named] == [
        ["canhbao.example.vn", each.key.urn, one(cap.document(each), "c:sent")] for each in (first, second)
    ]


def test_what_a_message_says():
    place = Place.objects.create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    alert = approved_alert(places=[place], severity="Severe")
    document = cap.document(alert)
    said = {name: one(document, f"c:info/c:{name}") for name in ("category", "responseType", "severity", "language")}
    assert said == {"category": "Security", "responseType": "Avoid", "severity": "Severe", "language": "vi-VN"}
    assert one(document, "c:info/c:area/c:areaDesc") == "Xã Suối Mơ"
    assert one(document, "c:info/c:headline") == alert.headline
    assert len(one(document, "c:info/c:event") or "x" * 99) < 35
    assert one(document, "c:status") == "Actual"


@pytest.mark.parametrize("how", [{"IS_DEMO": True}, {"BASE_URL": "http://127.0.0.1:8000"}])
def test_a_site_that_only_tries_things_out_sends_no_real_warning(settings, how):
    for name, value in how.items():
        setattr(settings, name, value)
    assert one(cap.document(approved_alert()), "c:status") == "Test"


def test_letters_that_xml_cannot_carry_are_left_out():
    document = cap.document(approved_alert(description="Từ tệp PDF\x0b dán vào."))
    assert one(document, "c:info/c:description") == "Từ tệp PDF dán vào."


def test_the_file_has_its_type_and_is_not_sent_twice(client):
    url = reverse("alert_cap", args=[approved_alert().key])
    answer = client.get(url)
    assert answer["Content-Type"] == "application/cap+xml"
    assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_reader_finds_every_message_and_its_file(client, form):
    sent = chain()
    answer = client.get(f"/feeds/vi/warnings.{form}")
    read = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
    assert not read.bozo, read.bozo_exception
    assert [entry.id for entry in read.entries] == [each.key.urn for each in reversed(sent)]
    for entry, alert in zip(read.entries, reversed(sent), strict=True):
        files = [link.href for link in entry.links if link.get("type") == "application/cap+xml"]
        assert files == [f"https://canhbao.example.vn{cap.path(alert)}"]
        body = client.get(cap.path(alert)).content
        assert capvalidator.check_schema(body).passed
        if form == "rss":
            assert int(entry.enclosures[0].length) == len(body)
    assert read.feed.title and read.entries[-1].title == "Cảnh báo & <giả> danh"


def test_a_feed_costs_the_same_however_long_it_is(client, django_assert_num_queries):
    place = Place.objects.create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    approved_alert(places=[place])
    chain()
    with CaptureQueriesContext(connection) as few:
        client.get("/feeds/vi/warnings.rss")
    for _each in range(4):
        approved_alert(places=[place])
    chain()
    with django_assert_num_queries(len(few)):
        client.get("/feeds/vi/warnings.rss")


def test_a_feed_changes_when_a_planned_warning_begins(client):
    begins = timezone.now() + timedelta(hours=2)
    approved_alert(starts_at=begins)
    before = client.get("/feeds/vi/warnings.atom")
    assert feedparser.parse(before.content).entries == []
    assert client.get("/feeds/xx/warnings.atom").status_code == 404
