"""Channels whose credentials run out, from the desk's settings to the reader: connected, sent, in doubt, corrected, retracted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from publishing import outbox, vault
from publishing.channels.youtube import YouTube
from publishing.channels.zalo import Zalo
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from tests.publishing.rigs import rigs
from tests.publishing.stories import make_correction, make_retraction, make_story

pytestmark = pytest.mark.django_db
CREATES = {"zalo": ("POST", "/v2.0/article/create"), "youtube": ("POST", "/upload/youtube/v3/videos")}
RENEWALS = {"zalo": "/v4/oa/access_token", "youtube": "/token"}


@pytest.fixture(params=sorted(CREATES))
def rig(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings.DELIVERY_LEASE_SECONDS = 0.2
    settings.DELIVERY_READ_SECONDS = 2
    for adapter in (Zalo, YouTube):
        monkeypatch.setattr(adapter, "pause", staticmethod(lambda seconds: None))
        monkeypatch.setattr(adapter, "longest_call", 0.0)
    with rigs()[request.param]() as running:
        yield running


@pytest.fixture
def channel(rig: Any) -> Channel:
    """As a person connects it: with the fields of the form, and a refresh token in the place of an access token."""
    config, secrets = rig.settings()
    owner, _ = Organisation.objects.get_or_create(name="Đài Ánh Dương (hư cấu)")
    made = Channel(organisation=owner, kind=rig.kind, name="Kênh thử", config={**config, "settle_seconds": 0})
    made.set_secrets({name: secrets[name] for name in made.adapter_class.secrets})
    made.save()
    return made


def run(channel: Channel, story: Any = None, action: Action = Action.POST) -> Delivery:
    """Plans the story if one is given, and makes one turn of the worker."""
    if story is not None:
        outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, action, timezone.now())])
    Delivery.objects.filter(state=State.DUE).update(due_at=timezone.now())
    for claimed in outbox.claim(5):
        outbox.deliver(claimed)
    return Delivery.objects.latest("id")


def asked(rig: Any, path: str, method: str = "POST") -> int:
    return sum((one["method"], one["path"]) == (method, path) for one in rig.sandbox.log)


def fitted(rig: Any, story: Any) -> Any:
    return rig.fit(story) if hasattr(rig, "fit") else story


def test_a_channel_connected_by_a_refresh_token_posts_corrects_and_retracts(rig: Any, channel: Channel) -> None:
    story = fitted(rig, make_story())
    sent = run(channel, story)
    assert (sent.state, sent.permalink) == (State.SENT, rig.copies()[0]["url"])
    assert asked(rig, RENEWALS[rig.kind]) == 1
    assert vault.unseal(Channel.objects.get(pk=channel.pk).sealed)["access_token"]
    after = make_correction(story)
    assert run(channel, after, Action.CORRECT).state == State.SENT
    assert after.change in rig.copies()[0]["text"]
    withdrawn = make_retraction(after, videos=(), images=())
    assert run(channel, withdrawn, Action.RETRACT).state == State.SENT
    assert not any(story.claim in copy["text"] for copy in rig.copies())
    method, path = CREATES[rig.kind]
    assert asked(rig, path, method) == 1 and asked(rig, RENEWALS[rig.kind]) == 1


def test_a_post_accepted_without_an_answer_is_found_and_not_sent_again(rig: Any, channel: Channel) -> None:
    rig.fault("drop_after")
    assert run(channel, fitted(rig, make_story())).state == State.DUE
    found = run(channel)
    assert (found.state, found.permalink) == (State.SENT, rig.copies()[0]["url"])
    method, path = CREATES[rig.kind]
    assert asked(rig, path, method) == 1 and len(rig.copies()) == 1


def test_a_token_that_the_vendor_drops_early_costs_one_renewal_and_no_person(rig: Any, channel: Channel) -> None:
    rig.fault("expire_token")
    assert run(channel, fitted(rig, make_story())).state == State.SENT
    assert asked(rig, RENEWALS[rig.kind]) == 2 and len(rig.copies()) == 1
    assert Channel.objects.get(pk=channel.pk).status == "ready"


def test_a_spent_or_revoked_refresh_token_stops_the_channel_and_keeps_the_queue(rig: Any, channel: Channel) -> None:
    channel.set_secrets({"refresh_token": "spent-elsewhere"})
    channel.save()
    waiting = run(channel, fitted(rig, make_story()))
    stopped = Channel.objects.get(pk=channel.pk)
    assert (waiting.state, stopped.status) == (State.DUE, "stopped")
    assert "refresh token" in stopped.stopped_words
    assert "spent-elsewhere" not in repr(list(waiting.attempts.values()))
