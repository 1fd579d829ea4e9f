"""When the access to a Facebook Page ends: asked of Facebook, and told to those who look after the Page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.core import mail

from publishing import probing
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.facebook_access import told_end
from publishing.channels.facebook_errors import EXPIRED
from publishing.models import Channel
from publishing.sandbox.facebook import OTHER_PAGE_TOKEN, PAGE_ID, PAGE_NAME, PAGE_TOKEN, USER_TOKEN
from publishing.sandbox.facebook_oauth import APP_ID, PERMISSIONS
from publishing.signals import sweeping
from tests.publishing.rigs.facebook import APP_SECRET, Rig
from tests.publishing.test_desk import make_channel

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def rig(clock: Any) -> Iterator[Rig]:
    with Rig() as running:
        running.sandbox.clock = running.sandbox.oauth.clock = lambda: datetime.now(UTC).timestamp()
        yield running


def ends(rig: Rig, days: float | None = None, consent: float | None = None) -> None:
    if days is not None:
        rig.sandbox.oauth.page_ends[PAGE_TOKEN] = (NOON + days * DAY).timestamp()
    if consent is not None:
        rig.sandbox.oauth.consent_ends[PAGE_TOKEN] = (NOON + consent * DAY).timestamp()


# What is told ------------------------------------------------------------------------------------------------


def data(**seen: Any) -> dict[str, Any]:
    return {"data": {"is_valid": True, "expires_at": 0} | seen}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (data(), (True, None)),
        (data(expires_at=1_800_000_000), (True, datetime.fromtimestamp(1_800_000_000, UTC))),
        (data(data_access_expires_at=1_799_000_000), (True, datetime.fromtimestamp(1_799_000_000, UTC))),
        (data(expires_at=1_800_000_000, data_access_expires_at=1_799_000_000), (True, datetime.fromtimestamp(1_799_000_000, UTC))),
        (data(expires_at=1_798_000_000, data_access_expires_at=1_799_000_000), (True, datetime.fromtimestamp(1_798_000_000, UTC))),
        (data(data_access_expires_at=1_000_000_000), (True, None)),  # past, and yet valid
        (data(data_access_expires_at=0), (True, None)),
        (data(data_access_expires_at="soon"), (True, None)),
        (data(is_valid=False), (False, None)),
        (data(expires_at="never"), (False, None)),
        (data(expires_at=True), (False, None)),
        (data(expires_at=-1), (False, None)),
        (data(expires_at=10**15), (False, None)),
        ({"data": []}, (False, None)),
        ({}, (False, None)),
    ],
)  # fmt: skip
def test_the_end_is_the_earlier_of_the_two_or_never_or_not_told(seen: dict[str, Any], expected: Any) -> None:
    assert told_end(seen, NOON) == expected


def test_a_probe_asks_as_the_app_and_tells_the_end(rig: Rig) -> None:
    ends(rig, 40)
    found = rig.adapter().probe()
    assert (found.name, found.is_end_told, found.expires_at) == (PAGE_NAME, True, NOON + 40 * DAY)
    (asked,) = [one for one in rig.sandbox.log if one["path"].endswith("/debug_token")]
    assert asked["method"] == "GET" and set(asked["query"]) == {"input_token"}
    assert PAGE_TOKEN not in str(rig.sandbox.log) and APP_SECRET not in str(rig.sandbox.log)


def test_a_token_without_an_end_has_that_of_the_consent_behind_it(rig: Rig) -> None:
    ends(rig, consent=12)
    assert rig.adapter().probe().expires_at == NOON + 12 * DAY


@pytest.mark.parametrize("lacking", ["app_id", "app_secret"])
def test_without_app_or_secret_nothing_is_asked_and_the_connection_still_works(rig: Rig, lacking: str) -> None:
    rig.sandbox.requires_proof = False
    adapter = rig.adapter({"app_id": ""}) if lacking == "app_id" else rig.adapter(secrets={"app_secret": ""})
    found = adapter.probe()
    assert found.name == PAGE_NAME and not found.is_end_told
    assert not any("debug_token" in one["path"] for one in rig.sandbox.log)


def test_what_facebook_does_not_tell_is_no_fault_of_the_connection(rig: Rig) -> None:
    assert not rig.adapter({"app_id": "99999999"}).probe().is_end_told, "another app's token is not explained"
    for fault in ("html_500", "html_200", "drop_before"):
        rig.sandbox.faults.append({"fault": fault, "method": "GET", "path": "/v25.0/debug_token"})
        assert not rig.adapter().probe().is_end_told
    assert rig.sandbox.faults == []


# The stand-in ------------------------------------------------------------------------------------------------


def debug(rig: Rig, token: str, app: str = f"{APP_ID}|{APP_SECRET}", **more: str) -> dict[str, Any]:
    answer = requests.get(
        f"{rig.sandbox.url}/v25.0/debug_token",
        params={"input_token": token, **more},
        headers={"Authorization": f"Bearer {app}"},
    )
    told: dict[str, Any] = answer.json()
    assert answer.status_code == (400 if "error" in told else 200)
    return told


def test_the_stand_in_explains_a_token_to_its_own_app_only(rig: Rig) -> None:
    seen = debug(rig, PAGE_TOKEN)["data"]
    assert (seen["type"], seen["profile_id"], seen["expires_at"]) == ("PAGE", PAGE_ID, 0)
    assert seen["is_valid"] is True and set(seen["scopes"]) == set(PERMISSIONS)
    assert debug(rig, OTHER_PAGE_TOKEN)["data"]["profile_id"] != PAGE_ID
    for app in (PAGE_TOKEN, USER_TOKEN, f"{APP_ID}|wrong", ""):
        assert debug(rig, PAGE_TOKEN, app)["error"]["code"] == 100
    assert debug(rig, "")["error"]["code"] == 100
    assert debug(rig, PAGE_TOKEN, fields="is_valid")["error"]["code"] == 100
    assert debug(rig, "unknown")["data"]["is_valid"] is False


def test_the_stand_in_refuses_a_token_whose_end_has_come_and_one_that_was_revoked(rig: Rig, clock: Any) -> None:
    ends(rig, 2)
    clock.shift(2 * DAY)
    assert debug(rig, PAGE_TOKEN)["data"]["error"]["subcode"] == 463
    with pytest.raises(ChannelError) as caught:
        rig.adapter().probe()
    assert (caught.value.outcome, caught.value.words) == (Outcome.AUTH, EXPIRED)
    rig.sandbox.dead[OTHER_PAGE_TOKEN] = 467
    assert debug(rig, OTHER_PAGE_TOKEN)["data"]["error"]["subcode"] == 467


# From the daily test to the mail -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_those_who_look_after_a_page_are_told_14_7_3_and_1_days_before_its_token_ends(
    rig: Rig, clock: Any, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "en"
    config, secrets = rig.settings()
    channel = make_channel(config=config, secrets=secrets, notices_to="truc@example.vn")
    ends(rig, 20.5)
    told: dict[int, list[str]] = {}
    for day in range(23):
        for _minute in range(3):
            sweeping.send_robust(sender=None)
        if mail.outbox:
            told[day] = [one.subject for one in mail.outbox]
            assert not any(PAGE_TOKEN in one.body or APP_SECRET in one.body for one in mail.outbox)
            mail.outbox.clear()
        clock.shift(DAY)
    assert told == {
        7: ["Trang Ánh Dương: the access runs out within 14 days"],
        14: ["Trang Ánh Dương: the access runs out within 7 days"],
        18: ["Trang Ánh Dương: the access runs out within 3 days"],
        20: ["Trang Ánh Dương: the access runs out within 1 day"],
        # The daily test was refused as well.
        21: [
            "Trang Ánh Dương: the access has run out",
            "Trang Ánh Dương has stopped: please connect it again",
        ],
    }
    stopped = Channel.objects.get(pk=channel.pk)
    assert (stopped.status, stopped.stopped_words) == ("stopped", EXPIRED)
    asked = sum(one["path"].endswith("/debug_token") for one in rig.sandbox.log)
    assert asked == 21, "once a day, until it was refused"


@pytest.mark.django_db
def test_a_page_connected_anew_has_the_new_end(rig: Rig, clock: Any) -> None:
    config, secrets = rig.settings()
    channel = make_channel(config=config, secrets=secrets)
    ends(rig, 3)
    assert probing.test(channel).outcome is Outcome.OK
    assert Channel.objects.get(pk=channel.pk).expires_at == NOON + 3 * DAY
    rig.sandbox.oauth.page_ends.clear()
    ends(rig, consent=90)
    probing.test(channel)
    assert Channel.objects.get(pk=channel.pk).expires_at == NOON + 90 * DAY
