"""Everybody sees where they are logged in and can end it; so can an administrator for somebody else."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from cms.accounts.sessions import in_words
from publishing.worker import sweep
from tests.make import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-nghiem"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def person(role: str = people.EDITOR, **kw):
    user = make_user(role, **kw)
    UserProfile.objects.create(user=user, preferred_language="en")
    return user


def come_in(user, user_agent: str = WINDOWS, address: str = "192.0.2.7") -> Client:
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    posted = {"username": user.username, "password": PASSWORD}
    assert client.post("/admin/login/", posted).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/account/").status_code == 200


def test_one_sees_every_device_in_words_and_ends_one(client):
    user = person()
    here, phone, third = come_in(user), come_in(user, PHONE, "198.51.100.4"), come_in(user)
    stranger = come_in(person())
    page = BeautifulSoup(here.get(reverse("own_sessions")).content, "html.parser")
    rows = [" ".join(row.text.split()) for row in page.select(".notices__one")]
    assert len(rows) == 3 and rows[0].startswith("Chrome on Windows · this one since")
    of_phone = next(row for row in page.select(".notices__one") if "Safari on iPhone" in row.text)
    assert "198.51.100.4" in of_phone.text
    here.post(reverse("own_sessions"), {"end": of_phone.select_one("[name=end]")["value"]})
    assert [is_in(one) for one in (here, phone, third, stranger)] == [True, False, True, True]


def test_one_ends_all_others_at_once(client):
    user = person()
    here, others = come_in(user), [come_in(user, PHONE) for _number in range(3)]
    by_hand = Client()
    by_hand.force_login(user)  # a session that nobody wrote down
    stranger = come_in(person())
    here.post(reverse("own_sessions"), {"others": "1"})
    assert is_in(here) and is_in(stranger)
    assert not any(is_in(one) for one in [*others, by_hand])
    entry = ModelLogEntry.objects.for_instance(user).get(action="cms.sessions_ended")
    assert entry.user == user


def test_nobody_ends_the_session_of_somebody_else(client):
    mine, theirs = come_in(person()), come_in(person())
    for pk in UserSession.objects.values_list("pk", flat=True):
        mine.post(reverse("own_sessions"), {"end": str(pk)})
    assert is_in(mine) and is_in(theirs)


def test_an_administrator_ends_all_of_a_person(client):
    gone = person()
    theirs = [come_in(gone), come_in(gone, PHONE)]
    admin = person(people.ADMINISTRATOR)
    at_desk = come_in(admin)
    listed = at_desk.get(reverse("wagtailusers_users:index"))
    assert reverse("person_access", args=[gone.pk]).encode() in listed.content
    page = at_desk.get(reverse("person_access", args=[gone.pk]))
    assert b"Safari on iPhone" in page.content
    at_desk.post(reverse("person_access", args=[gone.pk]), {"end": "1"})
    assert not any(is_in(one) for one in theirs) and is_in(at_desk)
    assert ModelLogEntry.objects.for_instance(gone).get(action="cms.sessions_ended").user == admin


def test_a_new_password_ends_all_others(client):
    user = person()
    here, phone = come_in(user), come_in(user, PHONE)
    listed = here.get(reverse("own_sessions")).content.count(b"notices__one")
    page = BeautifulSoup(here.get("/admin/account/").content, "html.parser")
    posted = {}
    for field in page.select("#main input[name], #main select[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            posted[field["name"]] = chosen.get("value", "") if chosen else ""
        elif field.get("type") not in {"checkbox", "radio", "file", "submit"}:
            posted[field["name"]] = field.get("value", "")
    new = "mot-mat-khau-hoan-toan-moi"
    posted |= {
        "name_email-first_name": "Lan",
        "name_email-last_name": "Hoàng",
        "name_email-email": "lan@example.vn",
        "password-old_password": PASSWORD,
        "password-new_password1": new,
        "password-new_password2": new,
    }
    assert here.post("/admin/account/", posted).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert is_in(here) and not is_in(phone)
    assert listed == 2 and here.get(reverse("own_sessions")).content.count(b"notices__one") == 1


def test_who_left_is_out_at_once(client):
    user = person()
    here = come_in(user)
    user.is_active = False
    user.save()
    assert not is_in(here)


def test_when_it_was_last_seen_is_written_every_ten_minutes_at_most(client):
    here = come_in(person())
    began = UserSession.objects.get().last_seen_at
    here.get("/admin/account/")
    assert UserSession.objects.get().last_seen_at == began
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        here.get("/admin/account/")
        assert UserSession.objects.get().last_seen_at == timezone.now()


def test_a_session_that_ran_out_leaves_nothing_behind_and_is_not_made_longer_by_looking(client):
    here = come_in(person())
    ends = Session.objects.get().expire_date
    with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=False):
        here.get("/admin/account/")
    assert Session.objects.get().expire_date == ends
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        assert not is_in(here)
        sweep()
    assert not UserSession.objects.exists() and not Session.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (WINDOWS, "Chrome on Windows"),
        (PHONE, "Safari on iPhone"),
        (WINDOWS + " Edg/140.0.0.0", "Edge on Windows"),
        (WINDOWS.replace("Chrome/", "coc_coc_browser/141.0.0 Chrome/"), "Cốc Cốc on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "Unknown device"),
        ("", "Unknown device"),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words(said, words):
    assert in_words(said) == words


def test_the_cookie_of_a_session_is_for_this_host_over_https_alone(tmp_path):
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
            " s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_PATH,"
            " s.SESSION_COOKIE_DOMAIN, s.SECOND_FACTOR)",
        ],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "DATA_DIR": str(tmp_path),
            "BASE_URL": "https://kiemchung.example",
        },
        cwd=Path(importlib.import_module("cms").__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split() == "__Host-sessionid __Host-csrftoken True True Lax / None roles".split()


def test_logging_in_with_those_names_works(settings):
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-sessionid", True
    settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE = "__Host-csrftoken", True
    user = person()
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    form = BeautifulSoup(client.get("/admin/login/", secure=True).content, "html.parser")
    token = form.select_one("[name=csrfmiddlewaretoken]")["value"]
    posted = {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    came_in = client.post("/admin/login/", posted, secure=True, headers={"referer": "https://localhost/admin/login/"})
    assert came_in.status_code == 302
    cookie = client.cookies["__Host-sessionid"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert client.get("/admin/", secure=True).status_code == 200
    assert [one.get_decoded()[SESSION_KEY] for one in Session.objects.all()] == [str(user.pk)]
