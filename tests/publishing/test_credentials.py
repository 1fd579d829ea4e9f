"""Credentials that run out: renewed once, stored before they are used, and never lost in silence."""

from __future__ import annotations

import io
import itertools
from datetime import timedelta
from typing import ClassVar

import pytest
from django import forms
from django.core.management import call_command
from django.utils import timezone

from publishing import channels, claiming, credentials, models, outbox, turn, vault
from publishing.channels import tokens
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Expired, Outcome, Probe
from publishing.credentials import NOT_STORED, fresh_adapter
from publishing.desk import connection
from publishing.desk.channel_forms import ChannelForms
from publishing.models import Attempt, Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.signals import sweeping
from publishing.story import Action, Post, Receipt
from tests.publishing.stories import make_story

pytestmark = pytest.mark.django_db


class RenewingForm(ChannelForm):
    refresh_token = forms.CharField(label="Refresh token")


class Renewing(Adapter):
    """A vendor in memory whose refresh tokens work once."""

    kind = "renewing"
    label = nature = "Renewing"
    Form = RenewingForm
    secrets = ("refresh_token",)
    text_limit = 500
    finds = True
    numbers: ClassVar = itertools.count(1)
    good: ClassVar[set[str]] = set()  # refresh tokens in force
    access: ClassVar[set[str]] = set()  # access tokens in force
    refreshes: ClassVar[list[str]] = []
    sends: ClassVar[list[str]] = []
    script: ClassVar[list[Exception]] = []  # what the next refreshes raise
    before_send: ClassVar[list] = []

    def render(self, story, action, marker, wording=""):
        return Post(text=story.title)

    def send(self, post, marker):
        for step in self.before_send:
            step()
        self.sends.append(self.secret.get("access_token", ""))
        if self.secret.get("access_token", "") not in self.access:
            raise Expired("expired", vendor_code="401")
        return Receipt(f"id-{marker}")

    def find(self, post, marker):
        return None

    def probe(self):
        if self.secret.get("access_token", "") not in self.access:
            raise Expired("expired")
        return Probe("Renewing")

    def expires_at(self):
        return tokens.runs_out_at(self.secret)

    def refresh(self):
        self.refreshes.append(self.secret["refresh_token"])
        if self.script:
            raise self.script.pop(0)
        if self.secret["refresh_token"] not in self.good:
            raise ChannelError(Outcome.AUTH, "connect again", vendor_words=f"{self.secret['refresh_token']} is spent")
        self.good.remove(self.secret["refresh_token"])
        number = next(self.numbers)
        self.good.add(f"refresh-{number}")
        self.access.add(f"access-{number}")
        return tokens.kept(f"access-{number}", f"refresh-{number}", 3_600)


@pytest.fixture(autouse=True)
def vendor(monkeypatch, settings):
    settings.DELIVERY_LEASE_SECONDS = 0.4
    for store in (Renewing.refreshes, Renewing.sends, Renewing.script, Renewing.before_send):
        store.clear()
    Renewing.good.clear()
    Renewing.access.clear()
    for module in (channels, claiming, models, outbox, credentials):
        monkeypatch.setattr(module, "adapters", lambda: {"renewing": Renewing})
    return Renewing


def connect(seconds: float | None) -> Channel:
    """A channel whose access token is good for ``seconds``; None: only a refresh token was entered."""
    office, _ = Organisation.objects.get_or_create(name="Đài Ánh Dương (hư cấu)")
    made = Channel(organisation=office, kind="renewing", name="Kênh thử")
    Renewing.good.add("refresh-0")
    if seconds is None:
        made.set_secrets({"refresh_token": "refresh-0"})
    else:
        Renewing.access.add("access-0")
        made.set_secrets(tokens.kept("access-0", "refresh-0", seconds))
    made.save()
    return made


def stored(channel: Channel) -> dict[str, str]:
    return vault.unseal(Channel.objects.get(pk=channel.pk).sealed)


def deliver(channel: Channel) -> Delivery:
    """One try at a fresh delivery, and the delivery after it."""
    version = StoryVersion.of(make_story())
    (delivery,) = outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])
    for claimed in outbox.claim(5):
        outbox.deliver(claimed)
    delivery.refresh_from_db()
    return delivery


def test_credentials_that_are_good_for_long_cost_no_call(vendor):
    channel = connect(3_600)
    assert fresh_adapter(channel).secret["access_token"] == "access-0"
    assert vendor.refreshes == []


@pytest.mark.parametrize("seconds", [200, 0, -10, None])
def test_credentials_near_their_end_are_renewed_and_stored(vendor, seconds):
    channel = connect(seconds)
    adapter = fresh_adapter(channel)
    assert adapter.secret["access_token"] in vendor.access - {"access-0"}
    assert stored(channel) == dict(adapter.secret)
    assert vault.unseal(channel.sealed) == dict(adapter.secret)
    fresh_adapter(channel)
    assert vendor.refreshes == ["refresh-0"]


def test_the_margin_grows_with_the_longest_call(vendor, monkeypatch):
    channel = connect(1_000)
    fresh_adapter(channel)
    assert vendor.refreshes == []
    monkeypatch.setattr(Renewing, "longest_call", 900.0)
    fresh_adapter(channel)
    assert vendor.refreshes == ["refresh-0"]


def test_new_credentials_are_stored_before_anything_is_sent_with_them(vendor):
    channel = connect(None)
    seen = []
    vendor.before_send.append(lambda: seen.append(stored(channel)["access_token"]))
    delivery = deliver(channel)
    assert delivery.state == State.SENT
    assert seen == vendor.sends and seen[0] != "access-0"


def test_whoever_waited_for_the_lock_uses_what_the_other_has_stored(vendor):
    channel = connect(None)
    late = Channel.objects.get(pk=channel.pk)  # read before the other one renewed
    first = fresh_adapter(channel)
    assert fresh_adapter(late).secret == first.secret
    assert vendor.refreshes == ["refresh-0"]


def test_a_token_refused_before_its_time_is_renewed_once_and_the_post_goes_out(vendor):
    channel = connect(3_600)
    vendor.access.clear()  # revoked, e.g. because a person changed a password
    delivery = deliver(channel)
    assert (delivery.state, len(vendor.refreshes), len(vendor.sends)) == (State.SENT, 1, 2)
    assert Channel.objects.get(pk=channel.pk).stopped_at is None
    assert delivery.doubts == 0


def test_two_that_were_refused_with_the_same_token_renew_it_once(vendor):
    channel = connect(3_600)
    first, second = fresh_adapter(channel), fresh_adapter(channel)
    vendor.access.clear()
    renewed = fresh_adapter(channel, refused=first)
    assert fresh_adapter(Channel.objects.get(pk=channel.pk), refused=second).secret == renewed.secret
    assert vendor.refreshes == ["refresh-0"]


def test_a_second_refusal_stops_the_channel_for_a_person(vendor, monkeypatch):
    channel = connect(3_600)
    monkeypatch.setattr(Renewing, "access", set())  # whatever is renewed is refused
    monkeypatch.setattr(Renewing, "refresh", lambda self: tokens.kept("access-x", "refresh-x", 3_600))
    delivery = deliver(channel)
    assert delivery.state == State.DUE and len(vendor.sends) == 2
    assert Channel.objects.get(pk=channel.pk).status == "stopped"
    assert stored(channel)["refresh_token"] == "refresh-x"


def test_a_crash_between_the_answer_and_the_store_is_a_matter_for_a_person_and_not_silent(vendor, monkeypatch):
    """The process dies after the vendor gave new tokens: what is stored is spent, and the next try says so."""
    channel = connect(None)
    with monkeypatch.context() as broken:
        broken.setattr(Channel, "save", lambda *a, **k: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            fresh_adapter(channel)
    assert stored(channel)["refresh_token"] == "refresh-0" and "refresh-0" not in vendor.good
    delivery = deliver(channel)
    kept = Channel.objects.get(pk=channel.pk)
    assert (delivery.state, kept.status, kept.stopped_words) == (State.DUE, "stopped", "connect again")
    assert vendor.sends == []
    (attempt,) = delivery.attempts.all()
    assert (attempt.outcome, attempt.vendor_words) == (Outcome.AUTH, "••• is spent")


def test_tokens_that_cannot_be_stored_stop_the_channel_with_words(vendor, monkeypatch, caplog):
    channel = connect(None)
    with monkeypatch.context() as broken:
        broken.setattr(Channel, "set_secrets", lambda *a: (_ for _ in ()).throw(RuntimeError("disk full")))
        delivery = deliver(channel)
    kept = Channel.objects.get(pk=channel.pk)
    assert (delivery.state, kept.stopped_words) == (State.DUE, NOT_STORED[:300])
    assert "could not be stored" in caplog.text and "refresh-" not in caplog.text
    assert vendor.sends == []


@pytest.mark.parametrize(
    ("outcome", "state", "is_waiting"),
    [
        (Outcome.TRANSIENT, State.DUE, False),
        (Outcome.UNKNOWN, State.DUE, False),
        (Outcome.THROTTLED, State.DUE, True),
    ],
)
def test_a_renewal_that_failed_for_now_is_tried_again_with_nothing_in_doubt(vendor, outcome, state, is_waiting):
    channel = connect(-10)
    vendor.script.append(ChannelError(outcome, "not now", retry_after=120))
    delivery = deliver(channel)
    kept = Channel.objects.get(pk=channel.pk)
    assert (delivery.state, delivery.doubts, delivery.words) == (state, 0, "not now")
    assert timezone.now() + timedelta(seconds=100) < delivery.due_at < timezone.now() + timedelta(seconds=130)
    assert (kept.status == "waiting") is is_waiting and kept.stopped_at is None
    assert vendor.sends == []
    expected = Outcome.TRANSIENT if outcome == Outcome.UNKNOWN else outcome
    assert [one.outcome for one in Attempt.objects.all()] == [expected]
    Delivery.objects.update(due_at=timezone.now())
    Channel.objects.update(not_before=None)
    for claimed in outbox.claim(5):
        outbox.deliver(claimed)
    assert Delivery.objects.get().state == State.SENT


@pytest.mark.parametrize("outcome", [Outcome.TRANSIENT, Outcome.THROTTLED])
def test_a_token_that_is_still_good_is_used_when_it_cannot_be_renewed_yet(vendor, outcome):
    channel = connect(200)
    vendor.script.append(ChannelError(outcome, "not now", retry_after=120))
    assert deliver(channel).state == State.SENT
    assert vendor.sends == ["access-0"]


def test_a_lost_connection_stops_the_channel_although_the_old_token_is_still_good(vendor):
    channel = connect(200)
    vendor.good.clear()
    assert deliver(channel).state == State.DUE
    assert Channel.objects.get(pk=channel.pk).stopped_words == "connect again"


def test_unreadable_credentials_are_said_to_be_so(vendor, settings):
    channel = connect(None)
    settings.CREDENTIAL_KEYS = ["another key"]
    deliver(channel)
    assert Channel.objects.get(pk=channel.pk).stopped_words == turn.UNREADABLE
    sweeping.send_robust(sender=None)  # and the sweep goes on


def test_a_channel_is_tested_with_renewed_credentials(vendor):
    channel = connect(None)
    assert connection.test(channel).works
    assert len(vendor.refreshes) == 1 and stored(channel)["access_token"] in vendor.access
    vendor.good.clear()
    again = Channel.objects.get(pk=channel.pk)
    again.set_secrets({"refresh_token": "spent"})
    again.save()
    tested = connection.test(again)
    assert (tested.works, tested.words) == (False, "connect again")
    assert tested.vendor_words == "••• is •••"


def test_the_sweep_renews_what_has_nothing_to_send_and_finds_lost_connections_before_they_are_needed(vendor):
    channel = connect(100)
    sweeping.send_robust(sender=None)
    sweeping.send_robust(sender=None)
    assert len(vendor.refreshes) == 1
    vendor.good.clear()
    Channel.objects.filter(pk=channel.pk).update(sealed=vault.seal({"refresh_token": "spent"}))
    sweeping.send_robust(sender=None)
    sweeping.send_robust(sender=None)
    assert Channel.objects.get(pk=channel.pk).stopped_words == "connect again"
    assert len(vendor.refreshes) == 2, "a stopped channel is left to the person who connects it again"


def test_the_sweep_leaves_alone_what_is_off_and_what_renews_nothing(vendor, monkeypatch):
    channel = connect(None)
    Channel.objects.filter(pk=channel.pk).update(is_active=False)
    sweeping.send_robust(sender=None)
    Channel.objects.filter(pk=channel.pk).update(is_active=True)
    monkeypatch.setattr(Renewing, "refresh", Adapter.refresh)
    sweeping.send_robust(sender=None)
    assert vendor.refreshes == []


def test_a_form_that_was_open_during_a_renewal_does_not_bring_spent_tokens_back(vendor):
    channel = connect(None)
    opened = Channel.objects.select_related("organisation").get(pk=channel.pk)
    entered = {"organisation": channel.organisation_id, "name": "Tên mới", "is_active": "on"}
    entered |= {"plan-plan": "by_hand", "plan-plan_delay": "0"}
    both = ChannelForms(opened, entered)
    fresh_adapter(channel)
    assert both.is_valid(), (both.common.errors, both.own.errors)
    both.save()
    kept = Channel.objects.get(pk=channel.pk)
    assert kept.name == "Tên mới" and stored(kept)["refresh_token"] in vendor.good


def test_rotating_the_keys_keeps_what_was_renewed(vendor, settings):
    channel = connect(None)
    fresh_adapter(channel)
    before = stored(channel)
    settings.CREDENTIAL_KEYS = ["a newer key", *settings.CREDENTIAL_KEYS]
    call_command("rotate_credentials", stdout=io.StringIO())
    settings.CREDENTIAL_KEYS = ["a newer key"]
    assert stored(channel) == before
