"""The daily test of a channel: kept, polite, spread, and a refusal known before something was due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import time_machine
from bs4 import BeautifulSoup
from django import forms
from django.core import mail
from django.urls import reverse

from cms import people
from publishing import channels, claiming, credentials, models, notices, outbox, probing, vault
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Expired, Outcome, Probe
from publishing.desk import channel_forms, connection
from publishing.desk.health import health_of
from publishing.models import Channel, Notice, Organisation, State
from publishing.signals import sweeping
from tests.make import make_user
from tests.publishing.test_desk import owe

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class ProbedForm(ChannelForm):
    key = forms.CharField(label="Key")


class Probed(Adapter):
    """A vendor in memory that can be asked, and says when the key ends."""

    kind = "probed"
    label = nature = "Probed"
    Form = ProbedForm
    secrets = ("key",)
    text_limit = 500
    asked: ClassVar[list[str]] = []
    timeouts: ClassVar[list[tuple[float, float]]] = []
    script: ClassVar[list[object]] = []  # what the next tests raise or return

    def probe(self):
        self.asked.append(self.owner)
        self.timeouts.append(self.http.timeout)
        told = self.script.pop(0) if self.script else Probe("Probed")
        if isinstance(told, Exception):
            raise told
        return told


@pytest.fixture(autouse=True)
def vendor(monkeypatch, settings):
    settings.LANGUAGE_CODE = "en"
    for store in (Probed.asked, Probed.script, Probed.timeouts):
        store.clear()
    for module in (channels, claiming, models, outbox, credentials, probing):
        monkeypatch.setattr(module, "adapters", lambda: {"probed": Probed})
    return Probed


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def connect(name: str = "Kênh", **kw) -> Channel:
    owner, _ = Organisation.objects.get_or_create(name=f"Cơ quan của {name} (hư cấu)")
    made = Channel(organisation=owner, kind="probed", name=name, **kw)
    made.set_secrets({"key": "very-secret-key"})
    made.save()
    return made


def now(channel: Channel) -> Channel:
    return Channel.objects.get(pk=channel.pk)


def refused(outcome: Outcome = Outcome.AUTH) -> ChannelError:
    return ChannelError(outcome, "connect again", vendor_words="very-secret-key is bad", retry_after=60)


def test_each_channel_is_tested_once_a_day_one_in_a_sweep(vendor, clock):
    first, second, third = (connect(name) for name in ("a", "b", "c"))
    for _minute in range(5):
        sweeping.send_robust(sender=None)
        clock.shift(timedelta(minutes=1))
    assert vendor.asked == [str(one.organisation.name) for one in (first, second, third)]
    clock.move_to(NOON + DAY - timedelta(seconds=1))
    probing.sweep()
    assert len(vendor.asked) == 3
    clock.move_to(NOON + DAY)
    probing.sweep()
    probing.sweep()
    assert vendor.asked[3:] == [first.organisation.name], "the others' day is not over"


def test_the_result_is_kept_and_calls_are_short(vendor):
    channel = connect()
    probing.sweep()
    kept = now(channel)
    assert (kept.probed_at, kept.probe_outcome, kept.probe_ok_at) == (NOON, "ok", NOON)
    assert kept.probe_text() == "The connection works." and kept.stopped_at is None
    assert vendor.timeouts == [(3.0, 5.0)]


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"stopped_at": NOON},
        {"not_before": NOON + DAY},
        {"headroom": 0.1, "headroom_at": NOON},
        {"kind": "gone"},
    ],
)
def test_what_is_off_stopped_waiting_or_near_its_limit_is_left_alone(vendor, changes):
    Channel.objects.filter(pk=connect().pk).update(**changes)
    probing.sweep()
    assert vendor.asked == []


def test_another_worker_that_took_the_turn_is_not_repeated(vendor, monkeypatch):
    channel = connect()
    due = probing.due

    def another_was_quicker(at):
        found = list(due(at))
        Channel.objects.filter(pk=channel.pk).update(probed_at=NOON)
        return type("Found", (), {"first": lambda self: found[0]})()

    monkeypatch.setattr(probing, "due", another_was_quicker)
    probing.sweep()
    assert vendor.asked == []


def test_a_refusal_stops_the_channel_and_its_people_are_told_before_something_is_due(vendor, clock):
    channel = connect(notices_to="truc@example.vn")
    probing.sweep()
    clock.shift(DAY)
    vendor.script.append(refused())
    probing.sweep()
    kept = now(channel)
    assert (kept.status, kept.stopped_words, kept.probe_outcome) == ("stopped", "connect again", "auth")
    assert kept.probe_ok_at == NOON
    notices.sweep()
    assert [one.subject for one in mail.outbox] == ["Kênh has stopped: please connect it again"]
    clock.shift(DAY)
    probing.sweep()
    assert len(vendor.asked) == 2, "a stopped channel is left to the person who connects it again"


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN, Outcome.PERMANENT])
def test_anything_but_a_refusal_changes_nothing_but_what_is_kept(vendor, outcome):
    channel = connect(expires_at=NOON + DAY)
    before = Channel.objects.filter(pk=channel.pk).values().get()
    vendor.script.append(refused(outcome))
    probing.sweep()
    after = Channel.objects.filter(pk=channel.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"probed_at", "probe_outcome", "probe_words"}
    assert (after["probe_outcome"], after["probe_words"]) == (outcome, "connect again")
    probing.sweep()
    assert len(vendor.asked) == 1, "its turn is over"


def test_a_test_that_asks_for_more_than_a_post_needs_does_not_stop_a_channel_that_works(vendor, clock):
    channel = connect()
    owe(channel, state=State.SENT, sent_at=NOON)
    vendor.script += [refused(), refused()]
    probing.sweep()
    assert (now(channel).status, now(channel).probe_outcome) == ("ready", "auth")
    clock.shift(DAY)
    probing.sweep()
    assert now(channel).status == "ready"
    probing.test(now(channel))  # succeeds: from now on a refusal is believed
    vendor.script.append(refused())
    clock.shift(DAY)
    probing.sweep()
    assert now(channel).status == "stopped"


def test_a_channel_that_never_sent_anything_is_stopped_by_its_first_refusal(vendor):
    channel = connect()
    vendor.script.append(refused())
    probing.sweep()
    assert now(channel).status == "stopped"


def test_a_result_about_credentials_that_were_replaced_meanwhile_is_dropped(vendor, monkeypatch):
    channel = connect()

    def slow(self):
        Channel.objects.filter(pk=channel.pk).update(sealed=vault.seal({"key": "a new one"}))
        raise refused()

    monkeypatch.setattr(Probed, "probe", slow)
    probing.sweep()
    assert (now(channel).status, now(channel).probe_outcome) == ("ready", "")


def test_a_token_refused_before_its_time_is_renewed_as_for_a_post(vendor, monkeypatch):
    channel = connect()
    monkeypatch.setattr(Probed, "refresh", lambda self: {"key": "renewed"})
    vendor.script.append(Expired("expired"))
    probing.sweep()
    assert now(channel).probe_outcome == "ok" and vault.unseal(now(channel).sealed) == {"key": "renewed"}
    vendor.script += [Expired("expired"), Expired("expired")]
    monkeypatch.setattr(Probed, "refresh", lambda self: {"key": "renewed again"})
    Channel.objects.update(probed_at=None)
    probing.sweep()
    assert now(channel).status == "stopped"


def test_credentials_that_cannot_be_read_and_faults_of_ours_are_results_too(vendor, settings, caplog):
    channel = connect()
    vendor.script.append(RuntimeError("very-secret-key"))
    probing.sweep()
    assert (now(channel).probe_outcome, now(channel).probe_words) == ("unknown", probing.UNTESTED)
    settings.CREDENTIAL_KEYS = ["another key"]
    Channel.objects.update(probed_at=None)
    probing.sweep()
    assert now(channel).probe_outcome == "auth" and len(vendor.asked) == 1


def test_the_button_keeps_its_result_and_stops_nothing(vendor):
    channel = connect()
    vendor.script.append(refused())
    tested = connection.test(channel)
    assert (tested.works, tested.vendor_words) == (False, "••• is bad")
    assert (now(channel).probe_outcome, now(channel).status) == ("auth", "ready")
    assert (channel.probed_at, channel.probe_outcome) == (NOON, "auth")
    assert "very-secret-key" not in str(Channel.objects.filter(pk=channel.pk).values("probe_words", "stopped_words"))
    assert connection.test(channel).works and now(channel).probe_ok_at == NOON


# When the access ends ----------------------------------------------------------------------------------------


def told(days: float | None) -> Probe:
    return Probe("Probed", is_end_told=True, expires_at=None if days is None else NOON + days * DAY)


def test_the_end_that_a_vendor_tells_is_kept_over_the_sweeps_and_taken_back_by_it_alone(vendor, clock):
    channel = connect()
    vendor.script += [told(30), Probe("Probed"), refused(Outcome.TRANSIENT), told(60), told(None)]
    ends = []
    for _day in range(5):
        for _minute in range(3):
            sweeping.send_robust(sender=None)
        ends.append(now(channel).expires_at)
        clock.shift(DAY)
    assert ends == [NOON + 30 * DAY] * 3 + [NOON + 60 * DAY, None]


def test_what_the_adapter_knows_by_itself_is_still_kept_up_to_date(vendor, monkeypatch):
    channel = connect(expires_at=NOON + DAY)
    monkeypatch.setattr(Probed, "expires_at", lambda self: NOON + 9 * DAY)
    credentials.sweep()
    assert now(channel).expires_at == NOON + 9 * DAY


def test_an_end_that_was_told_is_forgotten_with_the_credentials_it_was_told_of(vendor, monkeypatch):
    channel = connect(expires_at=NOON + DAY)
    entered = {"organisation": channel.organisation_id, "name": "Tên mới", "is_active": "on"}
    entered |= {"plan-plan": "by_hand", "plan-plan_delay": "0"}
    for key, end in (("", NOON + DAY), ("a-new-key", None)):
        both = channel_forms.ChannelForms(now(channel), entered | {"own-key": key})
        assert both.is_valid(), both.own.errors
        both.save()
        assert now(channel).expires_at == end


def test_its_people_are_told_14_7_3_and_1_days_before_the_end_that_the_daily_test_found(vendor, clock):
    connect(notices_to="truc@example.vn")
    vendor.script += [told(20)] * 24
    subjects = {}
    for day in range(22):
        sweeping.send_robust(sender=None)
        sweeping.send_robust(sender=None)
        if mail.outbox:
            subjects[day] = [one.subject for one in mail.outbox]
            mail.outbox.clear()
        clock.shift(DAY)
    assert sorted(subjects) == [6, 13, 17, 19, 20] and all(len(one) == 1 for one in subjects.values())
    assert Notice.objects.get().kind == Notice.Kinds.EXPIRY


# What is shown ------------------------------------------------------------------------------------------------


def fact(channel: Channel) -> tuple[str, str]:
    (found,) = [one for one in health_of([now(channel)])[channel.pk].facts if one.label == "Last connection test"]
    return found.text, found.tone


@pytest.mark.parametrize(
    ("outcome", "tone"),
    [(Outcome.AUTH, "bad"), (Outcome.PERMANENT, "bad"), (Outcome.TRANSIENT, "care"), (Outcome.THROTTLED, "care")],
)
def test_the_last_test_stands_with_the_channels_health(vendor, outcome, tone):
    channel = connect()
    assert fact(channel) == ("none", "quiet")
    connection.test(channel)
    assert fact(channel) == ("24/11/2026 12:00: The connection works.", "good")
    vendor.script.append(refused(outcome))
    connection.test(channel)
    assert fact(channel) == ("24/11/2026 12:00: connect again", tone)


def test_pressing_test_shows_the_result_on_the_channels_page(client, vendor, monkeypatch):
    from publishing.desk import words

    monkeypatch.setattr(words, "adapters", lambda: {"probed": Probed})
    channel = connect()
    client.force_login(make_user(people.ADMINISTRATOR))
    vendor.script.append(refused())
    answer = client.post(reverse("publishing_channel_test", args=[channel.pk]), follow=True)
    shown = BeautifulSoup(answer.content, "html.parser").select_one(".desk-health").get_text(" ", strip=True)
    assert "Last connection test" in shown and "connect again" in shown
    assert "very-secret-key" not in answer.content.decode()
