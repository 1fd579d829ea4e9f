"""Guessing passwords is slow for whoever guesses, and no hindrance for whoever owns the account."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from cms import people
from cms.models import CountedTry
from publishing.worker import sweep
from tests.make import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-nghiem"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def user():
    return make_user(people.EDITOR, username="bien-tap")


def guess(client, typed: str = "sai-mat-khau", username: str = "bien-tap", address: str = "203.0.113.5", **kw):
    return client.post(LOGIN, {"username": username, "password": typed}, REMOTE_ADDR=address, **kw)


def test_after_five_wrong_ones_even_the_right_one_waits_and_the_page_says_how_long(client, user):
    assert {guess(client).status_code for _try in range(5)} == {200}
    refused = guess(client, PASSWORD)
    assert refused.status_code == 429
    assert b"Too many wrong tries. Wait 5 minutes" in refused.content
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        assert b"Wait 1 minute," in guess(client, PASSWORD).content, "what was refused does not make it longer"
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert guess(client, PASSWORD).status_code == 302


def test_it_counts_without_any_memory_that_processes_share(client, user, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    for _try in range(5):
        guess(client)
        cache.clear()
    assert guess(client, PASSWORD).status_code == 429


def test_an_invented_forwarding_header_makes_nobody_new(client, user):
    for number in range(5):
        guess(client, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert guess(client, PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.99").status_code == 429


def test_behind_our_proxy_the_address_it_saw_counts_whatever_stands_before_it(client, user, settings):
    settings.BEHIND_PROXY = True
    for number in range(5):
        guess(client, address="10.0.0.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.5")
    there = {"address": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.99, 203.0.113.5"}
    assert guess(client, PASSWORD, **there).status_code == 429
    elsewhere = there | {"HTTP_X_FORWARDED_FOR": "203.0.113.5, 203.0.113.200"}
    assert guess(client, PASSWORD, **elsewhere).status_code == 302


def test_many_addresses_together_do_not_guess_faster_and_the_owner_comes_in_from_the_usual_browser(client, user):
    owner = Client()
    assert guess(owner, PASSWORD, address="192.0.2.1").status_code == 302
    owner.post("/admin/logout/")
    for number in range(25):
        guess(client, address=f"203.0.113.{number}")
    assert guess(client, PASSWORD, address="203.0.113.99").status_code == 429, "a stranger, even with the password"
    assert guess(owner, PASSWORD, address="192.0.2.1").status_code == 302, "strangers do not hold the owner up"


def test_the_usual_browser_has_limits_too_and_is_nobody_elses(client, user):
    make_user(people.EDITOR, username="nguoi-khac")
    guess(client, PASSWORD)
    client.post("/admin/logout/")
    for _try in range(8):
        guess(client)
    assert guess(client, PASSWORD).status_code == 429
    for _try in range(5):
        guess(client, username="nguoi-khac")
    assert guess(client, PASSWORD, username="nguoi-khac").status_code == 429


def test_the_cookie_of_the_usual_browser_goes_to_the_admin_alone_and_cannot_be_made_up(client, user):
    guess(client, PASSWORD)
    cookie = client.cookies["known_browser"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    assert "bien-tap" not in cookie.value
    forged = Client()
    forged.cookies["known_browser"] = cookie.value[:-4] + "AAAA"
    for _try in range(5):
        guess(forged)
    assert guess(forged, PASSWORD).status_code == 429


def test_many_names_from_one_address_are_slowed_down_together(client):
    statuses = [guess(client, username=f"ten-{number}").status_code for number in range(42)]
    assert statuses[:40] == [200] * 40 and statuses[40:] == [429, 429]


def test_a_right_password_leaves_nothing_counted_and_makes_no_room_for_more_wrong_ones(client, user):
    for _try in range(4):
        guess(client)
    guess(client, PASSWORD)
    client.post("/admin/logout/")
    del client.cookies["known_browser"]
    assert guess(client).status_code == 200
    assert guess(client).status_code == 429


@pytest.mark.parametrize("who", ["wrong password", "unknown name", "no password yet", "not in use"])
def test_whatever_is_wrong_costs_the_same_and_reads_the_same(client, user, monkeypatch, who):
    unset = make_user(people.EDITOR, username="chua-dat")
    unset.set_unusable_password()
    unset.save()
    make_user(people.EDITOR, username="da-nghi", is_active=False)
    names = {"wrong password": "bien-tap", "unknown name": "khong-co-ai", "no password yet": "chua-dat"}
    hashed: list[str] = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args, **kw: hashed.append("x") or real(self, *args, **kw)
    )
    answer = guess(client, username=names.get(who, "da-nghi"))
    assert len(hashed) == 1
    assert b"password didn&#x27;t match" in answer.content


def ask_for_link(client, email: str, address: str = "203.0.113.5"):
    return client.post("/admin/password_reset/", {"email": email}, REMOTE_ADDR=address)


def test_nobody_fills_a_letter_box_with_links_for_a_new_password(client, user, mailoutbox):
    user.email = "bien-tap@anhduong.example"
    user.save()
    for number in range(3):
        assert ask_for_link(client, "Bien-Tap@anhduong.example", f"203.0.113.{number}").status_code == 302
    refused = ask_for_link(client, user.email, "203.0.113.77")
    assert (refused.status_code, len(mailoutbox)) == (429, 3)
    assert b"Too many links were asked for. Wait 60 minutes, then ask again." in refused.content
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert ask_for_link(client, user.email).status_code == 302
        assert len(mailoutbox) == 4


def test_links_for_a_whole_office_are_not_asked_for_at_once_and_unknown_addresses_count_alike(client, user, mailoutbox):
    statuses = [ask_for_link(client, f"ai-do-{number}@anhduong.example").status_code for number in range(21)]
    assert statuses == [302] * 20 + [429]
    assert not mailoutbox


def test_what_was_counted_is_forgotten_after_an_hour(client, user):
    guess(client)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        sweep()
        assert not CountedTry.objects.exists()
