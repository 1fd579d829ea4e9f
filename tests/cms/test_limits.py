"""Everything that the public may set to work is counted, and whom to tell of a hole can be read by machines."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Site

from cms.about import AboutSite
from cms.public import limits
from cms.public.submit import Token
from tests.make import listed_indicator, make_campaign, publish, team

pytestmark = pytest.mark.django_db
READ = ["search", "suggest", "check"]


@pytest.fixture(autouse=True)
def _english():
    cache.clear()
    with translation.override("en"):
        yield
    cache.clear()


def test_searching_typing_and_the_box_count_together_for_each_sender(client, settings):
    settings.SEARCHES_A_MINUTE = 3
    asked = [client.get(reverse(name), {"q": "x"}).status_code for name in (*READ, "search")]
    assert asked == [200, 200, 200, 429]
    refused = client.get(reverse("suggest"), {"q": "x"})
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 60
    assert client.get(reverse("search"), {"q": "x"}, REMOTE_ADDR="203.0.113.9").status_code == 200
    settings.SEARCHES_A_MINUTE = 0
    assert client.get(reverse("search"), {"q": "x"}).status_code == 200


def test_every_form_of_the_public_and_every_interface_puts_off_who_sends_too_much(client, monkeypatch):
    """The forms are those of the matrix of permissions that anybody may post to; a new one must be added here."""
    campaign = publish(make_campaign(), *team())
    indicator = listed_indicator(campaign=campaign)
    token = Token("x" * 16, int(time.time()) - 120).signed()
    said = {"token": token, "text": "Câu thứ hai sai, xin xem lại.", "reason": "Đây là số của tôi, xin xem lại.",
            "kind": "error", "consent": "on", "email": "a@doc.example", "address": "a@doc.example"}  # fmt: skip
    monkeypatch.setattr(limits, "count", lambda *_who: 60)
    monkeypatch.setattr(limits, "is_used_up", lambda *_who: 60)
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.allow_request", lambda *_asked: False)
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.wait", lambda *_asked: 60)
    posted = {
        "check": [], "submit": [], "complain": [], "indicator_wrong": [indicator.pk], "alerts_by_mail": [],
        "quiz_finished": [], "api_check": [],
    }  # fmt: skip
    read = {
        "search": [], "suggest": [], "submission": ["ABCD-EFGH-JKLM"], "complaint": ["ABCD-EFGH-JKLM"],
        "indicator_complaint": ["ABCD-EFGH-JKLM"], "api_answers": [], "partner_file": ["json"],
        "intake_vocabulary": [],
    }  # fmt: skip
    for name, args in posted.items():
        answer = client.post(reverse(name, args=args), said | {"right": "1", "asked": "1"})
        assert answer.status_code == 429, (name, answer.status_code, answer.content.decode()[-1500:])
    for name, args in read.items():
        answer = client.get(reverse(name, args=args), headers={"Authorization": "Bearer x"})
        assert answer.status_code == 429, (name, answer.status_code)


def test_whom_to_tell_of_a_hole_is_where_everybody_looks_for_it(client, settings):
    address = "/.well-known/security.txt"
    assert client.get(address).status_code == 404, "as long as nobody can be told"
    site = AboutSite.for_site(Site.objects.get())
    AboutSite.objects.filter(pk=site.pk).update(email="hop-thu@trung-tam.example")
    said = dict(line.split(": ", 1) for line in client.get(address).content.decode().splitlines())
    assert said["Contact"] == "mailto:hop-thu@trung-tam.example"
    assert said["Canonical"] == settings.BASE_URL + address and said["Preferred-Languages"] == "vi, en"
    until = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=100) < until - timezone.now() < timedelta(days=365)
    settings.SECURITY_CONTACT, settings.SECURITY_POLICY = "https://x.example/bao-loi\nEvil: 1", "https://x.example/p"
    told = client.get(address).content.decode()
    assert told.startswith("Contact: https://x.example/bao-loiEvil:1\n") and "\nPolicy: https://x.example/p\n" in told


def test_the_counts_are_where_all_processes_look(settings):
    """With CACHE_URL all processes count together: everything that counts goes through Django's cache."""
    limit = limits.Limit("x", 1, limits.HOUR)
    assert limits.count("a", limit) == 0 < limits.count("a", limit)
    cache.clear()
    assert limits.count("a", limit) == 0
