"""Connecting an account in the browser, against the vendors' stand-ins over real HTTP."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
import requests
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cms import people
from publishing import vault
from publishing.channels import adapters
from publishing.channels.base import Asking
from publishing.channels.http import Http
from publishing.credentials import fresh_adapter
from publishing.desk import consent as consents
from publishing.models import Channel, Organisation
from publishing.sandbox import facebook, facebook_oauth, youtube, youtube_oauth, zalo
from publishing.sandbox.facebook import FacebookSandbox
from publishing.sandbox.youtube import YouTubeSandbox
from publishing.sandbox.zalo import ZaloSandbox
from tests.make import make_user
from tests.publishing.test_desk import BY_HAND, text_of

pytestmark = pytest.mark.django_db

STALE = "belongs to no request of yours"
CONNECTED = "was connected."


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def administrator(client):
    user = make_user(people.ADMINISTRATOR)
    client.force_login(user)
    return user


class Facebook:
    """A channel of an app, with no Page yet. ``ticked``: what the person leaves ticked."""

    kind, account, name = "facebook", facebook.OTHER_PAGE_ID, facebook.OTHER_PAGE_NAME
    makes = FacebookSandbox
    ticked = {"page": [facebook.OTHER_PAGE_ID], "scope": list(facebook_oauth.PERMISSIONS)}

    def config(self, sandbox):
        return {"app_id": facebook_oauth.APP_ID, "api_base": sandbox.url, "api_version": "v25.0", "settle_seconds": 1}

    app = {"app_secret": facebook.APP_SECRET}


class Zalo:
    kind, account, name = "zalo", zalo.OA_ID, zalo.NAME
    makes = ZaloSandbox
    ticked = {"scope": ["article"]}
    app = {"app_secret": zalo.APP_SECRET}

    def config(self, sandbox):
        return {"app_id": zalo.APP_ID, "api_base": sandbox.url, "oauth_base": sandbox.url, "cover_url": sandbox.url}


class YouTube:
    kind, account, name = "youtube", youtube.CHANNEL_ID, youtube.NAME
    makes = YouTubeSandbox
    ticked = {"scope": [youtube_oauth.SCOPE]}
    app = {"client_secret": youtube.CLIENT_SECRET}

    def config(self, sandbox):
        return {"client_id": youtube.CLIENT_ID, "api_base": sandbox.url, "oauth_base": sandbox.url}


VENDORS = [Facebook(), Zalo(), YouTube()]
each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.kind)


@contextmanager
def stand_in(vendor, **options):
    sandbox = vendor.makes(redirect_uris=[consents.redirect_uri()], **options)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()


@pytest.fixture
def page():
    with stand_in(VENDORS[0]) as sandbox:
        yield sandbox


def make_channel(vendor, sandbox, **config) -> Channel:
    """As it is saved before an account is connected."""
    owner, _ = Organisation.objects.get_or_create(name="Trung tâm")
    made = Channel(organisation=owner, kind=vendor.kind, name=f"Kênh {vendor.kind}", is_sandbox=True)
    made.config = vendor.config(sandbox) | config
    made.set_secrets(vendor.app)
    made.stopped_at, made.stopped_words = timezone.now(), "The channel has no account yet."
    made.save()
    return made


def start(client, channel) -> str:
    """The vendor's address that a press of the button leads to."""
    answer = client.post(reverse("publishing_channel_connect", args=[channel.pk]))
    assert answer.status_code == 302
    return answer["Location"]


def consent(address, ticked, do="allow") -> str:
    """What the vendor sends the person back to, after they have answered its page."""
    asked = requests.get(address, timeout=5)
    assert asked.status_code == 200 and "MÔ PHỎNG" in asked.text, asked.text
    told = requests.post(address, data=ticked | {"do": do}, timeout=5, allow_redirects=False)
    assert told.status_code == 302
    return told.headers["Location"]


def come_back(client, address):
    parts = urlsplit(address)
    return client.get(urlunsplit(("", "", parts.path, parts.query, "")), follow=True)


def connect(client, channel, vendor, **ticked):
    return come_back(client, consent(start(client, channel), vendor.ticked | ticked))


# The whole way ------------------------------------------------------------------------------------------------


@each_vendor
def test_from_the_button_over_the_vendors_page_to_a_channel_that_works(client, administrator, vendor):
    with stand_in(vendor) as sandbox:
        channel = make_channel(vendor, sandbox)
        shown = text_of(connect(client, channel, vendor))
        assert CONNECTED in shown and vendor.name in shown and "The connection works." in shown
        channel.refresh_from_db()
        assert channel.status == "ready"
        assert channel.config[adapters()[vendor.kind].consent.account] == vendor.account
        assert channel.probe().name == vendor.name
    actions = list(ModelLogEntry.objects.values_list("action", "user"))
    assert ("publishing.channel_edit", administrator.pk) in actions and (
        "publishing.resume",
        administrator.pk,
    ) in actions


@pytest.mark.parametrize(("is_told", "days"), [(True, 90), (False, None)])
def test_a_page_connected_again_forgets_when_its_former_token_ended(
    client, administrator, page, monkeypatch, is_told, days
):
    channel = make_channel(VENDORS[0], page)
    Channel.objects.update(expires_at=timezone.now() + timedelta(days=2))
    if not is_told:
        monkeypatch.setattr("publishing.channels.facebook.told_end", lambda *told: (False, None))
    assert CONNECTED in text_of(connect(client, channel, VENDORS[0]))
    channel.refresh_from_db()
    left = channel.expires_at and round((channel.expires_at - timezone.now()) / timedelta(days=1))
    assert left == days and channel.probe_outcome == "ok"


@each_vendor
def test_the_vendor_is_asked_with_everything_it_wants_and_nothing_secret(client, administrator, vendor):
    with stand_in(vendor) as sandbox:
        address = start(client, make_channel(vendor, sandbox))
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == consents.redirect_uri()
    for secret in vendor.app.values():
        assert secret not in address
    waiting = client.session[consents.ASKED]
    verifier = vault.unseal(next(iter(waiting.values()))["sealed"])["verifier"]
    assert verifier not in address and verifier not in str(dict(client.session))
    if vendor.kind != "facebook":
        assert asked["code_challenge"] == Asking("", "", verifier).challenge


def test_the_real_addresses_are_those_of_the_vendors():
    asking = Asking("https://a.example/b/", "state", "v" * 43)
    made = {kind: one.consent({}, {}, Http()).address(asking) for kind, one in adapters().items() if one.consent}
    assert made["facebook"].startswith("https://www.facebook.com/v25.0/dialog/oauth?")
    assert made["zalo"].startswith("https://oauth.zaloapp.com/v4/oa/permission?")
    assert made["youtube"].startswith("https://accounts.google.com/o/oauth2/v2/auth?")


@each_vendor
def test_no_secret_reaches_a_page_a_message_a_log_or_the_session(client, administrator, vendor, caplog):
    caplog.set_level(logging.DEBUG)
    with stand_in(vendor) as sandbox:
        channel = make_channel(vendor, sandbox)
        ticked = {"page": [facebook.PAGE_ID, facebook.OTHER_PAGE_ID]} if vendor.kind == "facebook" else {}
        pages = [connect(client, channel, vendor, **ticked)]
        kept = str(dict(client.session))
        if ticked:
            choose = reverse("publishing_channel_choose", args=[channel.pk])
            pages.append(client.post(choose, {"account": facebook.PAGE_ID}, follow=True))
        pages.append(client.get(reverse("publishing_channel", args=[channel.pk])))
        channel.refresh_from_db()
        adapter = channel.adapter()
        assert channel.status == "ready"
        found = {*adapter.secret.values(), facebook.OTHER_PAGE_TOKEN} | set(getattr(sandbox.oauth, "people", {}))
        asked = str(sandbox.log)
    for secret in found:
        assert all(secret not in text_of(one) for one in pages)
        assert secret not in caplog.text and secret not in kept and secret not in str(dict(client.session))
        assert secret not in asked


# Which account ------------------------------------------------------------------------------------------------


def test_of_several_pages_one_is_chosen_by_name(client, administrator, page):
    channel = make_channel(VENDORS[0], page)
    answer = connect(client, channel, VENDORS[0], page=[facebook.PAGE_ID, facebook.OTHER_PAGE_ID])
    choose = reverse("publishing_channel_choose", args=[channel.pk])
    assert answer.redirect_chain[-1][0] == choose
    shown = text_of(answer)
    assert facebook.PAGE_NAME in shown and facebook.OTHER_PAGE_NAME in shown
    assert "Choose one of the accounts." in text_of(client.post(choose, {"account": "77"}, follow=True))
    saved = text_of(client.post(choose, {"account": facebook.PAGE_ID}, follow=True))
    assert CONNECTED in saved
    channel.refresh_from_db()
    assert channel.config["page_id"] == facebook.PAGE_ID and channel.status == "ready"
    assert STALE in text_of(client.post(choose, {"account": facebook.OTHER_PAGE_ID}, follow=True))
    channel.refresh_from_db()
    assert channel.config["page_id"] == facebook.PAGE_ID


def test_a_choice_waits_ten_minutes_and_for_its_own_channel_only(client, administrator, page):
    channel, other = make_channel(VENDORS[0], page), None
    connect(client, channel, VENDORS[0], page=[facebook.PAGE_ID, facebook.OTHER_PAGE_ID])
    other = Channel.objects.get(pk=channel.pk)
    other.pk, other.name = None, "Kênh khác"
    other.save()
    for pk, minutes in ((other.pk, 0), (channel.pk, 11)):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
            choose = reverse("publishing_channel_choose", args=[pk])
            assert STALE in text_of(client.post(choose, {"account": facebook.PAGE_ID}, follow=True))
    assert not Channel.objects.filter(stopped_at=None).exists()


def test_a_channel_that_has_posted_as_one_page_cannot_become_another(client, administrator, page):
    channel = make_channel(VENDORS[0], page, page_id=facebook.PAGE_ID)
    shown = text_of(connect(client, channel, VENDORS[0]))
    assert "belongs to another account" in shown and facebook.OTHER_PAGE_NAME in shown and CONNECTED not in shown
    channel.refresh_from_db()
    assert channel.status == "stopped" and "access_token" not in channel.adapter().secret
    both = [facebook.PAGE_ID, facebook.OTHER_PAGE_ID]
    assert CONNECTED in text_of(connect(client, channel, VENDORS[0], page=both)), "its own Page needs no choice"


def test_the_page_token_outlives_the_persons(client, administrator):
    now = timezone.now()
    with stand_in(VENDORS[0], clock=lambda: timezone.now().timestamp()) as sandbox:
        channel = make_channel(VENDORS[0], sandbox)
        connect(client, channel, VENDORS[0])
        channel.refresh_from_db()
        with time_machine.travel(now + timedelta(days=120), tick=True):
            assert channel.probe().name == facebook.OTHER_PAGE_NAME


# What is refused ----------------------------------------------------------------------------------------------


@each_vendor
def test_a_refused_consent_is_told_and_changes_nothing(client, administrator, vendor):
    with stand_in(vendor) as sandbox:
        channel = make_channel(vendor, sandbox)
        before = (channel.sealed, channel.config)
        shown = text_of(come_back(client, consent(start(client, channel), vendor.ticked, do="deny")))
    assert "Access was refused there" in shown and CONNECTED not in shown
    channel.refresh_from_db()
    assert (channel.sealed, channel.config) == before and channel.status == "stopped"


@pytest.mark.parametrize(
    ("vendor", "ticked", "words"),
    [
        (VENDORS[0], {"scope": ["pages_show_list", "pages_read_engagement"]}, "Not every permission was given."),
        (VENDORS[0], {"page": []}, "chose no Page"),
        (VENDORS[2], {"scope": []}, "permission to manage the YouTube channel was not given"),
    ],
    ids=["facebook permission", "facebook page", "youtube permission"],
)
def test_a_permission_that_was_unticked_is_missed_at_once(client, administrator, vendor, ticked, words):
    with stand_in(vendor) as sandbox:
        channel = make_channel(vendor, sandbox)
        shown = text_of(connect(client, channel, vendor, **ticked))
    assert words in shown and CONNECTED not in shown
    channel.refresh_from_db()
    assert channel.status == "stopped"


def test_a_person_without_the_right_to_post_on_the_page_cannot_connect_it(client, administrator, page):
    page.oauth.tasks[facebook.OTHER_PAGE_ID] = ["ANALYZE"]
    assert "chose no Page" in text_of(connect(client, make_channel(VENDORS[0], page), VENDORS[0]))


def test_a_google_account_without_a_channel_is_told_so(client, administrator):
    with stand_in(VENDORS[2]) as sandbox:
        sandbox.has_channel = False
        assert "has no YouTube channel" in text_of(connect(client, make_channel(VENDORS[2], sandbox), VENDORS[2]))


def test_a_suspended_youtube_channel_is_told_so(client, administrator):
    with stand_in(VENDORS[2]) as sandbox:
        back = consent(start(client, make_channel(VENDORS[2], sandbox)), VENDORS[2].ticked)
        sandbox.faults.append({"fault": "suspended", "path": "/youtube/v3/channels"})
        assert "has suspended or closed this channel" in text_of(come_back(client, back))


@each_vendor
def test_a_wrong_app_secret_is_told_in_words_without_it(client, administrator, vendor):
    with stand_in(vendor) as sandbox:
        channel = make_channel(vendor, sandbox)
        wrong = "wrong-secret-0123456789"
        channel.set_secrets(dict.fromkeys(vendor.app, wrong))
        channel.save()
        shown = text_of(connect(client, channel, vendor))
    assert "Check" in shown and wrong not in shown and CONNECTED not in shown


def test_a_token_that_facebook_quotes_in_a_refusal_is_not_shown(client, administrator, page, monkeypatch):
    quoted = []

    def refuse(token):
        quoted.append(token)
        raise facebook.Refused(190, f"Malformed access token {token}")

    monkeypatch.setattr(page.oauth, "accounts", refuse)
    shown = text_of(connect(client, make_channel(VENDORS[0], page), VENDORS[0]))
    assert "Malformed access token [removed]" in shown and quoted[0] not in shown


@each_vendor
def test_a_vendor_that_breaks_down_is_told_and_changes_nothing(client, administrator, vendor):
    for fault in ("drop_before", "drop_after", "html_500"):
        with stand_in(vendor) as sandbox:
            Channel.objects.all().delete()
            channel = make_channel(vendor, sandbox)
            back = consent(start(client, channel), vendor.ticked)
            sandbox.faults.append({"fault": fault})
            assert "gave no clear answer" in text_of(come_back(client, back)), fault
            channel.refresh_from_db()
            assert channel.status == "stopped"


# The state ----------------------------------------------------------------------------------------------------


@each_vendor
def test_an_answer_counts_once(client, administrator, vendor):
    with stand_in(vendor) as sandbox:
        channel = make_channel(vendor, sandbox)
        back = consent(start(client, channel), vendor.ticked)
        assert CONNECTED in text_of(come_back(client, back))
        asked = len(sandbox.log)
        assert STALE in text_of(come_back(client, back))
        assert len(sandbox.log) == asked, "the vendor is not asked again"


def test_two_copies_of_an_answer_at_the_same_moment_count_once(client, administrator, page):
    channel = make_channel(VENDORS[0], page)
    back = consent(start(client, channel), VENDORS[0].ticked)
    waiting = client.session[consents.ASKED]
    assert CONNECTED in text_of(come_back(client, back))
    session = client.session  # as the other request has read it, before the first one took the entry out
    session[consents.ASKED] = waiting
    session.save()
    assert STALE in text_of(come_back(client, back))


def refuses(client, page, address):
    asked = len(page.log)
    assert STALE in text_of(come_back(client, address))
    assert len(page.log) == asked
    assert not Channel.objects.filter(stopped_at=None).exists()


def test_a_state_that_was_tampered_with_is_refused(client, administrator, page):
    back = consent(start(client, make_channel(VENDORS[0], page)), VENDORS[0].ticked)
    parts = urlsplit(back)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    nonce, _colon, rest = query["state"].partition(":")
    other = f"{nonce[:-1]}{'y' if nonce.endswith('x') else 'x'}"
    for state in ("", nonce, f"{other}:{rest}", query["state"] + "x"):
        refuses(client, page, f"{parts.path}?code={query['code']}&state={state}")
    refuses(client, page, f"{parts.path}?code={query['code']}")


def test_an_answer_that_comes_after_ten_minutes_is_refused(client, administrator, page):
    back = consent(start(client, make_channel(VENDORS[0], page)), VENDORS[0].ticked)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=5), tick=True):
        refuses(client, page, back)


def test_another_persons_answer_is_refused_and_stays_good_for_its_owner(client, administrator, page):
    back = consent(start(client, make_channel(VENDORS[0], page)), VENDORS[0].ticked)
    stranger = Client()
    stranger.force_login(make_user(people.ADMINISTRATOR))
    refuses(stranger, page, back)
    same_person = Client()
    same_person.force_login(administrator)
    refuses(same_person, page, back)  # in another browser: whoever was lured there did not ask for it
    assert CONNECTED in text_of(come_back(client, back))


def test_only_who_may_change_channels_can_connect_them(client, page):
    channel = make_channel(VENDORS[0], page)
    client.force_login(make_user(people.PUBLISHER))
    addresses = [reverse(f"publishing_channel_{one}", args=[channel.pk]) for one in ("connect", "choose")]
    for address in addresses:
        assert client.post(address)["Location"] == reverse("wagtailadmin_home")
    assert client.get(reverse("publishing_channel_oauth"))["Location"] == reverse("wagtailadmin_home")
    assert not page.log


def test_the_button_works_by_post_only_and_for_kinds_that_can(client, administrator, page):
    channel = make_channel(VENDORS[0], page)
    assert client.get(reverse("publishing_channel_connect", args=[channel.pk])).status_code == 405
    Channel.objects.update(kind="wordpress")
    assert client.post(reverse("publishing_channel_connect", args=[channel.pk])).status_code == 404


# Zalo's refresh token works once ------------------------------------------------------------------------------


def test_zalos_refresh_token_is_stored_before_it_is_used(client, administrator):
    with stand_in(VENDORS[1]) as sandbox:
        channel = make_channel(VENDORS[1], sandbox)
        back = consent(start(client, channel), VENDORS[1].ticked)
        sandbox.faults.extend([{"fault": "html_500", "path": "/v2.0/oa/getoa"}] * 2)
        shown = text_of(come_back(client, back))
        assert "gave no clear answer" in shown
        channel.refresh_from_db()
        token = channel.adapter().secret["refresh_token"]
        assert token in sandbox.access.refresh and token not in sandbox.access.spent
        assert channel.config["oa_id"] == zalo.OA_ID
        with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
            sandbox.access.access.clear()
            assert consents.test(channel).works, "renewed with the token that was stored"
        channel.refresh_from_db()
        assert token in sandbox.access.spent and channel.adapter().secret["refresh_token"] != token


def test_a_new_consent_replaces_a_zalo_token_that_is_spent(client, administrator):
    with stand_in(VENDORS[1]) as sandbox:
        channel = make_channel(VENDORS[1], sandbox)
        channel.set_secrets({"refresh_token": "spent-long-ago"})
        channel.save()
        assert CONNECTED in text_of(connect(client, channel, VENDORS[1]))
        channel.refresh_from_db()
        assert channel.status == "ready" and not sandbox.access.spent
        asked = len(sandbox.log)
        fresh_adapter(channel)
        assert len(sandbox.log) == asked, "its access token is good: the refresh token is not spent yet"


# The channel's form -------------------------------------------------------------------------------------------


def form_values(vendor, sandbox, **own):
    owner, _ = Organisation.objects.get_or_create(name="Trung tâm")
    values = {"organisation": owner.pk, "name": "Kênh mới", "is_active": "on", "is_sandbox": "on"} | BY_HAND
    form = adapters()[vendor.kind].Form
    initial = {name: field.initial for name, field in form.base_fields.items() if field.initial is not None}
    own = initial | vendor.config(sandbox) | own
    return values | {f"own-{name}": value for name, value in own.items()}


@each_vendor
def test_a_channel_is_added_with_the_app_alone_and_waits_for_its_account(client, administrator, vendor):
    with stand_in(vendor) as sandbox:
        address = reverse("publishing_channel_create", args=[vendor.kind])
        assert consents.redirect_uri() in text_of(client.get(address))
        refused = text_of(client.post(address, form_values(vendor, sandbox)))
        assert "The channel was not saved" in refused and not Channel.objects.exists()
        shown = text_of(client.post(address, form_values(vendor, sandbox, **vendor.app), follow=True))
        channel = Channel.objects.get()
        assert "The channel has no account yet." in shown and channel.status == "stopped"
        button = reverse("publishing_channel_connect", args=[channel.pk])
        assert button in shown and "Connect with" in shown
        assert not sandbox.log, "there is nothing to test yet"
        assert CONNECTED in text_of(connect(client, channel, vendor))
        channel.refresh_from_db()
        assert channel.status == "ready"


def test_without_an_app_facebook_is_connected_by_hand_as_before(client, administrator, page):
    address = reverse("publishing_channel_create", args=["facebook"])
    values = form_values(VENDORS[0], page, app_id="", page_id=facebook.PAGE_ID)
    refused = text_of(client.post(address, values))
    assert "or enter what connecting needs: App ID, App secret." in refused
    saved = client.post(address, values | {"own-access_token": facebook.PAGE_TOKEN}, follow=True)
    assert "The connection works." in text_of(saved)
    channel = Channel.objects.get()
    shown = text_of(client.get(reverse("publishing_channel", args=[channel.pk])))
    button = reverse("publishing_channel_connect", args=[channel.pk])
    assert button not in shown and "first enter and save: App ID, App secret." in shown
    assert "first enter and save" in text_of(client.post(button, follow=True))


def test_the_stand_in_sends_nobody_to_an_address_that_is_not_registered(client, administrator, page, settings):
    settings.BASE_URL = "https://elsewhere.example"
    address = start(client, make_channel(VENDORS[0], page))
    answer = requests.post(address, data={"do": "allow"}, timeout=5, allow_redirects=False)
    assert answer.status_code == 400 and "Location" not in answer.headers
