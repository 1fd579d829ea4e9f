"""Nobody who needs a second factor does anything in the admin without having shown it, whichever way they came."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from wagtail.models import ModelLogEntry, PageViewRestriction
from wagtail.users.models import UserProfile

from cms import people
from cms.accounts import roles
from cms.models import AnswerList, ApprovalTask, CountedTry, PersonalNotice
from cms.notices.personal import find
from tests.make import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-nghiem"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN = "/admin/login/"
SHOW = "/admin/second-factor/authenticate/"
SET_UP = "/admin/second-factor/"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    settings.SECOND_FACTOR = "roles"
    cache.clear()  # of codes that were used a moment ago, in another test
    with translation.override("en"):
        yield


def person(role: str = people.PUBLISHER, **kw):
    user = make_user(role, **kw)
    UserProfile.objects.create(user=user, preferred_language="en")
    return user


def give_app(user) -> None:
    totp.TOTP.activate(user, SECRET)


def code(step: int = 0) -> str:
    counters = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(SECRET, counters[len(counters) // 2] + step))


def log_in(client, user, **kw):
    return client.post(LOGIN, {"username": user.username, "password": PASSWORD, **kw})


def deeds(user) -> list[str]:
    return list(ModelLogEntry.objects.for_instance(user).order_by("pk").values_list("action", flat=True))


# Logging in -------------------------------------------------------------------------------------------------------


def test_a_right_password_alone_opens_nothing(client):
    user = person()
    give_app(user)
    assert log_in(client, user, next="/admin/account/")["Location"] == SHOW
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    assert "cms.login" not in deeds(user)
    answer = client.post(SHOW, {"code": code()})
    assert answer["Location"] == "/admin/account/", "on to where the person wanted to go"
    assert client.get("/admin/account/").status_code == 200
    assert "cms.login" in deeds(user)


@pytest.mark.parametrize("remember", [{}, {"remember": "on"}])
def test_remember_me_holds_through_the_second_step(client, remember):
    user = person()
    give_app(user)
    log_in(client, user, **remember)
    client.post(SHOW, {"code": code()})
    assert client.session.get_expire_at_browser_close() is not bool(remember)


def test_a_code_is_good_once_in_whichever_process(client, django_user_model, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    user = person()
    give_app(user)
    used = code()
    log_in(client, user)
    assert client.post(SHOW, {"code": used}).status_code == 302
    client.post("/admin/logout/")
    log_in(client, user)
    again = client.post(SHOW, {"code": used})
    assert again.status_code == 200 and b"was not accepted" in again.content


def test_codes_cannot_be_tried_until_one_fits(client):
    user = person()
    give_app(user)
    log_in(client, user)
    for _try in range(5):
        assert b"was not accepted" in client.post(SHOW, {"code": "000000"}).content
    refused = client.post(SHOW, {"code": code()})
    assert refused.status_code == 200 and b"Too many wrong tries. Wait 5 minutes" in refused.content
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        log_in(client, user)
        assert client.post(SHOW, {"code": code()}).status_code == 302
    assert deeds(user).count("cms.login_failed") == 1


def test_who_has_stolen_the_password_does_not_hold_the_owner_up_with_wrong_codes(client):
    user = person()
    give_app(user)
    log_in(client, user)
    client.post(SHOW, {"code": code()})
    client.post("/admin/logout/")
    thief = Client()
    log_in(thief, user)
    for _try in range(6):
        refused = thief.post(SHOW, {"code": "000000"})
    assert b"Too many wrong tries" in refused.content
    log_in(client, user)
    assert client.post(SHOW, {"code": code(1)}).status_code == 302


def test_a_recovery_code_opens_once(client):
    user = person()
    give_app(user)
    first = RecoveryCodes.activate(user).get_unused_codes()[0]
    log_in(client, user)
    assert client.post(SHOW, {"code": first}).status_code == 302
    client.post("/admin/logout/")
    log_in(client, user)
    assert client.post(SHOW, {"code": first}).status_code == 200


def test_the_secret_is_not_in_the_database_as_it_is():
    user = person()
    give_app(user)
    RecoveryCodes.activate(user)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored and RecoveryCodes.activate(user).get_unused_codes()[0] not in stored


# No way around ----------------------------------------------------------------------------------------------------


def test_a_log_in_that_asked_for_no_second_factor_is_none(client):
    user = person()
    give_app(user)
    client.force_login(user)  # stands for every view that somebody may write one day
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    assert client.get(LOGIN).status_code == 200, "the way in is open"
    log_in(client, user)
    client.post(SHOW, {"code": code()})
    assert client.get("/admin/").status_code == 200


def test_it_asks_whoever_has_set_one_up_even_where_none_is_needed(client, settings):
    settings.SECOND_FACTOR = "nobody"
    user = person(people.EDITOR)
    give_app(user)
    client.force_login(user)
    assert client.get("/admin/")["Location"].startswith(LOGIN)


def test_a_new_password_by_mail_is_no_way_around(client):
    user = person(email="ai-do@example.vn")
    give_app(user)
    where = {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}
    form = client.get(reverse("wagtailadmin_password_reset_confirm", kwargs=where))["Location"]
    new = "mot-mat-khau-hoan-toan-moi"
    client.post(form, {"new_password1": new, "new_password2": new})
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    assert client.post(LOGIN, {"username": user.username, "password": new})["Location"] == SHOW


def test_nothing_private_outside_the_admin_opens_either(client, settings):
    settings.LANGUAGE_CODE = "vi"
    page = AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi")
    PageViewRestriction.objects.create(page=page.page_ptr, restriction_type="login")
    user = person()
    give_app(user)
    client.force_login(user)
    assert client.get(page.url).status_code == 302
    log_in(client, user)
    client.post(SHOW, {"code": code()})
    assert client.get(page.url).status_code == 200


# Who needs one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [people.ADMINISTRATOR, people.APPROVER, people.PUBLISHER])
def test_who_administers_approves_or_publishes_sets_one_up_before_anything_else(client, role):
    user = person(role)
    log_in(client, user)
    for url in ("/admin/", "/admin/pages/", "/admin/account/", "/admin/sessions/", reverse("notices")):
        assert client.get(url)["Location"] == SET_UP, url
    assert client.post("/admin/account/", {}).status_code == 302
    page = client.get(SET_UP)
    assert b"Your role needs a second factor" in page.content
    assert client.get("/admin/jsi18n/").status_code == 200
    assert client.post("/admin/logout/").status_code == 302, "nobody is locked in"


@pytest.mark.parametrize("role", [people.EDITOR, people.CHECKER])
def test_others_may_and_need_not(client, role):
    user = person(role)
    log_in(client, user)
    assert client.get("/admin/").status_code == 200
    assert client.get(SET_UP).status_code == 200


def test_everyone_is_everyone_and_nobody_is_nobody(client, settings):
    user = person(people.EDITOR)
    settings.SECOND_FACTOR = "everyone"
    log_in(client, user)
    assert client.get("/admin/")["Location"] == SET_UP
    settings.SECOND_FACTOR = "nobody"
    assert client.get("/admin/").status_code == 200


def test_a_group_that_takes_the_step_of_approval_needs_one_under_any_name(client):
    user = person(people.EDITOR)
    ApprovalTask.objects.get().groups.add(user.groups.get())
    log_in(client, user)
    assert client.get("/admin/")["Location"] == SET_UP


def test_the_list_of_people_says_who_has_one_and_who_still_must(client, settings, django_user_model):
    admin = person(people.ADMINISTRATOR, username="quan-tri")
    give_app(admin)
    for role in (people.EDITOR, people.CHECKER, people.APPROVER, people.PUBLISHER):
        person(role, username=f"nguoi-{role}")
    ApprovalTask.objects.get().groups.add(person(people.EDITOR, username="theo-nhom").groups.create(name="Nhóm khác"))
    person(people.PUBLISHER, username="da-nghi", is_active=False)
    for setting in roles.CHOICES:
        settings.SECOND_FACTOR = setting
        everybody = django_user_model.objects.all()
        must = {one.pk for one in everybody if one.is_active and roles.must_have_second_factor(one)}
        assert roles.those_who_must(everybody) == must, setting
        assert bool(must) is (setting != "nobody")

    settings.SECOND_FACTOR = "roles"
    log_in(client, admin)
    client.post(SHOW, {"code": code()})
    page = BeautifulSoup(client.get("/admin/users/").content, "html.parser")
    assert "Second factor" in page.select_one("table.listing thead").get_text()
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("td")] for row in page.select("table.listing tbody tr")
    ]
    words = {row[2]: row[5] for row in rows if len(row) == 7}
    assert (words["quan-tri"], words[f"nguoi-{people.PUBLISHER}"]) == ("set up", "missing")
    assert (words["theo-nhom"], words["da-nghi"]) == ("missing", "not required")
    assert words[f"nguoi-{people.EDITOR}"] == "not required"


def test_a_new_role_needs_it_in_the_session_that_is_open(client):
    user = person(people.EDITOR)
    log_in(client, user)
    assert client.get("/admin/").status_code == 200
    user.groups.add(Group.objects.get(name=people.PUBLISHER))
    assert client.get("/admin/")["Location"] == SET_UP


# Setting up -------------------------------------------------------------------------------------------------------


@pytest.fixture
def committed(monkeypatch):
    """What waits for the commit happens at once: the transaction around a test never commits."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda deed, **kw: deed())


def set_up_app(client) -> str:
    """Returns the secret."""
    page = BeautifulSoup(client.get("/admin/second-factor/totp/activate/").content, "html.parser")
    secret = page.select_one(".accounts__secret").text.strip()
    counters = list(totp.yield_hotp_counters_from_time())
    right = totp.format_hotp_value(totp.hotp_value(secret, counters[1]))
    answer = client.post("/admin/second-factor/totp/activate/", {"code": right})
    assert answer["Location"] == "/admin/second-factor/recovery-codes/"
    return secret


def test_setting_up_an_app_opens_the_admin_and_shows_recovery_codes(client, committed):
    user = person()
    log_in(client, user)
    set_up_app(client)
    codes = client.get("/admin/second-factor/recovery-codes/")
    assert len(set(re.findall(r"<li>(\d{8})</li>", codes.content.decode()))) == 10
    assert "no-store" in codes["Cache-Control"]
    assert client.get("/admin/").status_code == 200
    assert "cms.second_factor_added" in deeds(user)


def test_a_wrong_code_sets_nothing_up(client):
    user = person()
    log_in(client, user)
    client.get("/admin/second-factor/totp/activate/")
    assert client.post("/admin/second-factor/totp/activate/", {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_setting_one_up_ends_the_sessions_that_have_not_shown_it(client, committed):
    user = person(people.EDITOR)
    elsewhere = Client()
    log_in(elsewhere, user)
    log_in(client, user)
    set_up_app(client)
    assert elsewhere.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200


def test_after_a_while_it_asks_again_before_something_changes(client, committed):
    user = person(people.EDITOR)
    give_app(user)
    log_in(client, user)
    client.post(SHOW, {"code": code()})
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        asked = client.get("/admin/second-factor/recovery-codes/generate/")
        assert asked["Location"].startswith("/admin/second-factor/reauthenticate/")
        assert client.get(asked["Location"]).status_code == 200
        again = client.post(asked["Location"], {"code": code(), "next": "/admin/second-factor/totp/deactivate/"})
        assert again["Location"] == "/admin/second-factor/totp/deactivate/"
        client.post("/admin/second-factor/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert "cms.second_factor_removed" in deeds(user)


def test_who_needs_one_cannot_take_the_last_away(client):
    user = person()
    give_app(user)
    log_in(client, user)
    client.post(SHOW, {"code": code()})
    page = client.get("/admin/second-factor/totp/deactivate/")
    assert b"Your role needs a second factor" in page.content
    client.post("/admin/second-factor/totp/deactivate/")
    assert Authenticator.objects.count() == 1


def test_before_the_first_factor_it_asks_for_the_password(client):
    user = person()
    log_in(client, user)
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        asked = client.get("/admin/second-factor/totp/activate/")["Location"]
        assert asked.startswith("/admin/second-factor/again/")
        assert b"is not right" in client.post(asked, {"password": "sai-mat-khau"}).content
        back = client.post(asked, {"password": PASSWORD, "next": "/admin/second-factor/totp/activate/"})
        assert client.get(back["Location"]).status_code == 200


# A lost one -------------------------------------------------------------------------------------------------------


def as_administrator(client):
    admin = person(people.ADMINISTRATOR)
    give_app(admin)
    log_in(client, admin)
    assert client.post(SHOW, {"code": code()}).status_code == 302
    return admin


def test_an_administrator_resets_it_and_the_log_says_who(client):
    lost = person()
    give_app(lost)
    theirs = Client()
    log_in(theirs, lost)
    theirs.post(SHOW, {"code": code()})
    admin = as_administrator(client)
    page = reverse("person_access", args=[lost.pk])
    assert b"An app on the telephone" in client.get(page).content
    assert client.post(page, {"reset": "1"}).status_code == 302
    assert not Authenticator.objects.filter(user=lost).exists()
    assert theirs.get("/admin/")["Location"].startswith(LOGIN), "whoever found the telephone is out"
    entry = ModelLogEntry.objects.for_instance(lost).get(action="cms.second_factor_reset")
    assert entry.user == admin
    find()
    assert "was reset" in PersonalNotice.objects.get(person=lost).text(), "the person hears of it"
    log_in(theirs, lost)
    assert theirs.get("/admin/")["Location"] == SET_UP


def test_resetting_asks_who_it_is_when_that_is_a_while_ago(client):
    lost = person()
    give_app(lost)
    as_administrator(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        answer = client.post(reverse("person_access", args=[lost.pk]), {"reset": "1"})
        assert answer["Location"].startswith("/admin/second-factor/reauthenticate/")
        assert Authenticator.objects.filter(user=lost).exists()
        again = {"code": code(), "next": reverse("person_access", args=[lost.pk])}
        client.post(answer["Location"], again)
        assert not Authenticator.objects.filter(user=lost).exists(), "what was asked for is done without asking twice"


def test_nobody_resets_their_own_nor_that_of_somebody_with_more_rights(client):
    admin = as_administrator(client)
    above = person(people.ADMINISTRATOR, is_superuser=True)
    give_app(above)
    for one in (admin, above):
        client.post(reverse("person_access", args=[one.pk]), {"reset": "1"})
        assert Authenticator.objects.filter(user=one).exists()


@pytest.mark.parametrize("role", [people.EDITOR, people.APPROVER, people.PUBLISHER])
def test_nobody_else_resets_anything(client, settings, role):
    settings.SECOND_FACTOR = "nobody"
    lost = person()
    give_app(lost)
    log_in(client, person(role))
    assert client.get(reverse("person_access", args=[lost.pk]))["Location"] == "/admin/"
    client.post(reverse("person_access", args=[lost.pk]), {"reset": "1"})
    assert Authenticator.objects.filter(user=lost).exists()


def test_the_server_resets_that_of_the_last_administrator(client, capsys, committed):
    admin = person(people.ADMINISTRATOR, username="quan-tri")
    give_app(admin)
    RecoveryCodes.activate(admin)
    log_in(client, admin)
    for _try in range(6):
        client.post(SHOW, {"code": "000000"})
    call_command("reset_second_factor", "quan-tri")
    assert "1 second factors" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert "cms.second_factor_reset" in deeds(admin)
    log_in(client, admin)
    set_up_app(client)  # what was tried before does not stand in the way
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "khong-co-ai")


def test_who_has_shown_it_costs_no_question_to_the_database(client, django_assert_num_queries, settings):
    user = person()
    log_in(client, user)
    settings.SECOND_FACTOR = "nobody"
    client.get("/admin/account/")
    with CaptureQueriesContext(connection) as without:
        client.get("/admin/account/")
    asked = len(without)
    client.post("/admin/logout/")
    settings.SECOND_FACTOR = "roles"
    give_app(user)
    log_in(client, user)
    client.post(SHOW, {"code": code()})
    client.get("/admin/account/")
    with django_assert_num_queries(asked):
        client.get("/admin/account/")


def test_what_is_counted_names_nobody(client):
    user = person(username="phat-hanh")
    client.post(LOGIN, {"username": user.username, "password": "sai"})
    assert "phat-hanh" not in str(list(CountedTry.objects.values()))


def test_a_visitor_of_the_public_site_gets_no_cookie_and_caches_hear_of_none(client):
    answer = client.get("/")
    assert not client.cookies and "Cookie" not in answer.get("Vary", "")


def test_a_new_key_for_credentials_is_a_new_key_for_second_factors(client, settings):
    user = person()
    give_app(user)
    RecoveryCodes.activate(user)
    settings.CREDENTIAL_KEYS = ["moi", *settings.CREDENTIAL_KEYS]
    call_command("rotate_credentials")
    settings.CREDENTIAL_KEYS = ["moi"]
    assert len(RecoveryCodes.activate(user).get_unused_codes()) == 10
    log_in(client, user)
    assert client.post(SHOW, {"code": code()}).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{",
        "{}",
        "[]",
        "7",
        '{"id": "x"}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "eA", "attestationObject": "eA",'
        ' "authenticatorData": "eA", "signature": "eA"}}',
    ],
)
def test_what_is_no_answer_of_a_passkey_is_refused_in_words(client, sent):
    user = person()
    log_in(client, user)
    add = reverse("mfa_add_webauthn")
    client.get(add)
    assert client.post(add, {"name": "Máy", "credential": sent}).status_code == 200
    give_app(user)
    client.post("/admin/logout/")
    log_in(client, user)
    client.get(SHOW)
    assert client.post(SHOW, {"credential": sent}).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()
