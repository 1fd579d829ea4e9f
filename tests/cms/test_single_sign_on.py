"""Single sign-on opens an account only to the person it belongs to, by the word of the office's own provider."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount, SocialToken
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from cms.accounts import single_sign_on as sso
from cms.models import User
from tests.make import make_user
from tests.servers.oidc import CLIENT, SECRET, Person, Provider, provider

pytestmark = pytest.mark.django_db
LOGIN, BEGIN, BACK = "/admin/login/", "/admin/login/sso/", "/admin/login/sso/back/"


@pytest.fixture(scope="module")
def running():
    with provider("http://127.0.0.1:8000" + BACK) as made:
        yield made


@pytest.fixture
def idp(running: Provider, settings):
    settings.LANGUAGE_CODE = "en"
    settings.BASE_URL = "http://127.0.0.1:8000"
    settings.OIDC_SERVER, settings.OIDC_NAME = running.url, "Ánh Dương ID"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    running.person, running.claims, running.signed_by, running.issuer = Person(), {}, "us", ""
    running.in_userinfo, running.userinfo_sub = False, ""
    with translation.override("en"):
        yield running


@pytest.fixture
def lan():
    user = make_user(people.EDITOR, username="lan.hoang", email="Lan@example.vn")
    UserProfile.objects.create(user=user, preferred_language="en")
    return user


def ask(client, **posted):
    """Off to the provider. Returns where it sends us back to."""
    there = client.post(BEGIN, posted)["Location"]
    answer = requests.get(there, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, "the provider is content with the question"
    return answer.headers["Location"]


def come_back(client, address: str):
    return client.get(address.removeprefix("http://127.0.0.1:8000"))


def sign_on(client, **posted):
    return come_back(client, ask(client, **posted))


def is_in(client) -> bool:
    return client.get("/admin/account/").status_code == 200


def why(answer) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]


def refused(client, answer, words) -> bool:
    return answer["Location"] == LOGIN and not is_in(client) and why(answer)[-1:] == [str(words)]


# Coming in ------------------------------------------------------------------------------------------------------


def test_a_person_comes_in_by_a_verified_address_and_is_bound_to_the_account(client, idp, lan):
    page = BeautifulSoup(client.get(LOGIN).content, "html.parser")
    button = page.select_one(f"form[action='{BEGIN}'] button")
    assert button.text == "Log in with Ánh Dương ID"
    answer = sign_on(client, next="/admin/account/")
    assert answer["Location"] == "/admin/account/" and is_in(client)
    bound = SocialAccount.objects.get()
    assert (bound.user, bound.uid, bound.extra_data) == (lan, "u-1", {})
    assert not SocialToken.objects.exists(), "no token is kept"
    assert User.objects.get(pk=lan.pk).has_usable_password()
    said = list(ModelLogEntry.objects.for_instance(lan).order_by("pk").values_list("action", flat=True))
    assert said[-2:] == ["cms.sign_on_bound", "cms.login"]


def test_the_next_time_it_is_the_same_account(client, idp, lan):
    sign_on(client)
    client.post("/admin/logout/")
    sign_on(client)
    assert is_in(client) and SocialAccount.objects.count() == 1


def test_an_address_that_is_told_apart_from_the_token_counts_when_it_is_about_the_same_person(client, idp, lan):
    idp.in_userinfo = True
    sign_on(client)
    assert is_in(client)
    client.post("/admin/logout/")
    idp.userinfo_sub = "u-2"
    assert refused(client, sign_on(client), sso.FAILED)


def test_nobody_is_led_to_another_site_afterwards(client, idp, lan):
    assert sign_on(client, next="https://xau.example/")["Location"] == "/admin/"


def test_a_link_alone_starts_nothing(client, idp):
    assert client.get(BEGIN).status_code == 405


def test_without_a_server_there_is_no_button_and_no_address(client, settings):
    settings.OIDC_SERVER = ""
    assert BEGIN.encode() not in client.get(LOGIN).content
    assert client.post(BEGIN).status_code == client.get(BACK).status_code == 404


# Who is not who ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [False, None, "false"])
def test_an_address_that_is_not_verified_opens_nothing(client, idp, lan, said):
    idp.person.email_verified = said
    assert refused(client, sign_on(client), sso.NOT_VERIFIED)


def test_unless_the_office_says_that_its_provider_never_says_so(client, idp, lan, settings):
    settings.OIDC_TRUSTS_EMAIL = True
    idp.person.email_verified = None
    sign_on(client)
    assert is_in(client)


def test_no_account_is_made_by_itself(client, idp):
    assert refused(client, sign_on(client), sso.NO_ACCOUNT)
    assert not User.objects.filter(email__iexact="lan@example.vn").exists()


def test_where_a_setting_says_so_one_is_made_that_opens_nothing_yet(client, idp, settings):
    settings.OIDC_MAKES_ACCOUNTS = True
    sign_on(client)
    made = User.objects.get(email="lan@example.vn")
    assert not made.groups.exists() and not made.has_usable_password() and not made.is_superuser
    assert not is_in(client)


def test_two_accounts_with_one_address_are_nobodys(client, idp, lan):
    make_user(people.PUBLISHER, email="lan@example.vn")
    assert refused(client, sign_on(client), sso.SEVERAL)


def test_who_left_stays_out(client, idp, lan):
    sign_on(client)
    client.post("/admin/logout/")
    User.objects.update(is_active=False)
    assert refused(client, sign_on(client), sso.NOT_IN_USE)
    SocialAccount.objects.all().delete()
    assert refused(client, sign_on(client), sso.NOT_IN_USE)


def test_an_address_that_was_given_to_somebody_else_at_the_provider_opens_nothing(client, idp, lan):
    sign_on(client)
    client.post("/admin/logout/")
    idp.person = Person(sub="u-2")
    assert refused(client, sign_on(client), sso.NOT_THE_SAME)


def test_nor_does_an_account_that_was_given_to_somebody_else_here(client, idp, lan):
    sign_on(client)
    client.post("/admin/logout/")
    User.objects.filter(pk=lan.pk).update(email="binh@example.vn")
    assert refused(client, sign_on(client), sso.NOT_THE_SAME)
    make_user(people.EDITOR, email="lan@example.vn")
    assert refused(client, sign_on(client), sso.NOT_THE_SAME)


def test_an_administrator_separates_them_and_the_next_one_is_bound_anew(client, idp, lan):
    sign_on(client)
    client.post("/admin/logout/")
    admin = make_user(people.ADMINISTRATOR)
    client.post(LOGIN, {"username": admin.username, "password": "mat-khau-thu-nghiem"})
    client.post(reverse("person_access", args=[lan.pk]), {"unbind": "1"})
    client.post("/admin/logout/")
    idp.person = Person(sub="u-2")
    sign_on(client)
    assert SocialAccount.objects.get().uid == "u-2" and is_in(client)


# What is no answer to our question ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "cua-ai-khac"},
        {"nonce": None},
        {"aud": "ung-dung-khac"},
        {"aud": [CLIENT, "ung-dung-khac"], "azp": "ung-dung-khac"},
        {"iss": "https://xau.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_was_not_made_for_this_log_in_opens_nothing(client, idp, lan, claims):
    idp.claims = claims
    assert refused(client, sign_on(client), sso.FAILED)


@pytest.mark.parametrize("by", ["stranger", "secret", "none"])
def test_nor_does_one_that_the_provider_did_not_sign(client, idp, lan, by):
    idp.signed_by = by
    assert refused(client, sign_on(client), sso.FAILED)


def test_nor_does_a_server_that_calls_itself_otherwise(client, idp, lan):
    idp.issuer = "https://xau.example"
    assert refused(client, client.post(BEGIN), sso.FAILED)


@pytest.mark.parametrize("state", ["", "mot-trang-thai-khac"])
def test_an_answer_without_our_question_opens_nothing(client, idp, lan, state):
    parts = urlsplit(ask(client))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"state": state}
    assert refused(client, client.get(f"{BACK}?{urlencode(query)}"), sso.FAILED)


def test_nor_does_one_in_another_browser_or_a_second_time(client, idp, lan):
    address = ask(client)
    other = Client()
    assert refused(other, come_back(other, address), sso.FAILED)
    come_back(client, address)
    assert is_in(client)
    client.post("/admin/logout/")
    assert refused(client, come_back(client, address), sso.FAILED)


def test_breaking_off_at_the_provider_says_so(client, idp, lan):
    state = parse_qs(urlsplit(client.post(BEGIN)["Location"]).query)["state"][0]
    assert refused(client, client.get(f"{BACK}?{urlencode({'error': 'access_denied', 'state': state})}"), sso.CANCELLED)


def test_a_provider_that_is_down_leaves_the_password(client, idp, lan, settings):
    settings.OIDC_SERVER = "http://127.0.0.1:9/realm"
    assert refused(client, client.post(BEGIN), sso.FAILED)
    assert client.post(LOGIN, {"username": "lan.hoang", "password": "mat-khau-thu-nghiem"}).status_code == 302


# With the second factor ---------------------------------------------------------------------------------------------


def test_the_second_factor_is_asked_for_here_unless_the_provider_does_so(client, idp, lan, settings):
    totp.TOTP.activate(lan, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert sign_on(client)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    settings.OIDC_SECOND_FACTOR = True
    sign_on(client)
    assert is_in(client)


def test_whose_role_needs_one_sets_it_up_after_single_sign_on_too(client, idp, settings):
    settings.SECOND_FACTOR = "roles"
    user = make_user(people.PUBLISHER, email="lan@example.vn")
    user.set_unusable_password()
    user.save()
    sign_on(client)
    assert client.get("/admin/")["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    settings.OIDC_SECOND_FACTOR = True
    assert client.get("/admin/").status_code == 200
