"""What goes wrong at an office: each ends in a plain message at the right place, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from publishing import by_hand, outbox
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.sandbox.__main__ import connections
from publishing.sandbox.facebook import PAGE_TOKEN, FacebookSandbox
from publishing.sandbox.newsroom import NewsroomSandbox
from publishing.sandbox.sftp import make_private_key
from publishing.sandbox.wordpress import WordPressSandbox
from publishing.story import Action
from tests.publishing.stories import make_story

pytestmark = pytest.mark.django_db


class Office:
    """The three stand-ins, a channel to each, and one story owed to all of them."""

    def __init__(self, folder: Path) -> None:
        self.page, self.paper, self.newsroom = FacebookSandbox(), WordPressSandbox(), NewsroomSandbox(store=folder)
        for server in (self.page, self.paper, self.newsroom):
            server.start()
        owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
        for kind, way_in in connections(self.page, self.paper, self.newsroom).items():
            channel = Channel(
                organisation=owner, kind=kind, name=kind, config={**way_in["config"], "settle_seconds": 0}
            )
            channel.set_secrets(way_in["secrets"])
            channel.save()
        version = StoryVersion.of(make_story())
        outbox.enqueue(version, [Owed(each.pk, Action.POST, timezone.now()) for each in Channel.objects.all()])

    def channel(self, kind: str) -> Channel:
        return Channel.objects.get(kind=kind)

    def delivery(self, kind: str) -> Delivery:
        return Delivery.objects.get(channel__kind=kind)

    def work(self) -> None:
        """One turn of the worker, with every wait over."""
        Delivery.objects.filter(state=State.DUE).update(due_at=timezone.now())
        for claimed in outbox.claim(20):
            outbox.deliver(claimed)

    def stop(self) -> None:
        for server in (self.page, self.paper, self.newsroom):
            server.stop()


@pytest.fixture
def office(tmp_path: Path, settings) -> Iterator[Office]:
    settings.DELIVERY_LEASE_SECONDS, settings.DELIVERY_READ_SECONDS = 0.5, 1.0
    made = Office(tmp_path / "newsroom")
    yield made
    made.stop()


def others_went_out(office: Office, but: str) -> bool:
    return all(one.state == State.SENT for one in Delivery.objects.exclude(channel__kind=but))


def mend(channel: Channel, **secrets: str) -> None:
    channel.set_secrets(secrets)
    channel.save()
    channel.probe()
    by_hand.resume(channel)


def test_a_wrong_token_stops_the_page_and_says_so_and_the_post_goes_out_once_mended(office):
    page = office.channel("facebook")
    page.set_secrets({"access_token": "EAAwrong"})
    page.save()
    office.work()
    page.refresh_from_db()
    assert page.status == "stopped" and "Connect" in page.stopped_words
    assert office.delivery("facebook").state == State.DUE and others_went_out(office, "facebook")
    mend(page, access_token=PAGE_TOKEN)
    office.work()
    assert office.delivery("facebook").state == State.SENT and len(office.page.copies()) == 1


def test_a_revoked_token_is_named_as_what_it_is(office):
    office.page.dead[PAGE_TOKEN] = 467
    office.work()
    page = office.channel("facebook")
    assert page.status == "stopped" and "no longer valid" in page.stopped_words
    attempt = office.delivery("facebook").attempts.get()
    assert attempt.vendor_code == "190/467" and PAGE_TOKEN not in attempt.vendor_words
    del office.page.dead[PAGE_TOKEN]
    by_hand.resume(page)
    office.work()
    assert office.delivery("facebook").state == State.SENT


def test_a_wrong_password_of_the_newspaper(office):
    paper = office.channel("wordpress")
    paper.set_secrets({"application_password": "abcd abcd abcd abcd abcd abcd"})
    paper.save()
    office.work()
    paper.refresh_from_db()
    assert paper.status == "stopped" and paper.stopped_words
    assert office.delivery("wordpress").state == State.DUE and others_went_out(office, "wordpress")


def test_a_broken_newspaper_waits_and_gets_its_article_once(office):
    office.paper.faults += [{"fault": "html_500", "method": "POST"}] * 1
    office.work()
    assert office.delivery("wordpress").state == State.DUE and others_went_out(office, "wordpress")
    import time

    time.sleep(0.6)  # until "it is not there" is believed
    office.work()
    office.work()
    assert office.delivery("wordpress").state == State.SENT and len(office.paper.copies()) == 1


def test_a_newspaper_that_is_down_keeps_its_queue(office):
    address, port = office.paper.url, office.paper.port
    office.paper.stop()
    office.work()
    waiting = office.delivery("wordpress")
    assert waiting.state == State.DUE and waiting.due_at > timezone.now() and waiting.words
    office.paper = WordPressSandbox(port)
    office.paper.start()
    assert office.paper.url == address
    office.work()
    assert office.delivery("wordpress").state == State.SENT and len(office.paper.copies()) == 1


def test_a_broadcaster_with_another_host_key_gets_nothing(office):
    radio = office.channel("newsroom")
    from publishing.sandbox.sftp import load_private_key, public_line

    real = radio.config["host_key"]
    radio.config["host_key"] = public_line(load_private_key(make_private_key()))
    radio.save()
    office.work()
    radio.refresh_from_db()
    assert radio.status == "stopped" and "key" in radio.stopped_words
    assert list(office.newsroom.items()) == [] and others_went_out(office, "newsroom")
    radio.config["host_key"] = real
    radio.save()
    by_hand.resume(radio)
    office.work()
    assert len(list(office.newsroom.items())) == 1


def test_a_page_over_its_limit_waits_as_a_whole_and_nothing_is_sent_meanwhile(office):
    office.page.faults.append({"fault": "throttle", "method": "POST"})
    office.work()
    page = office.channel("facebook")
    assert page.status == "waiting" and office.delivery("facebook").state == State.DUE
    asked = len(office.page.log)
    office.work()
    assert len(office.page.log) == asked
    Channel.objects.update(not_before=None)
    office.work()
    assert office.delivery("facebook").state == State.SENT
