"""The stand-ins of the demo as one: a port for each, settings that reach them, and what they keep over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from publishing.channels import adapters
from publishing.channels.base import Adapter, ChannelError, Outcome
from publishing.channels.http import Http
from publishing.sandbox import PORTS
from publishing.sandbox.__main__ import StandIns
from publishing.sandbox.newsroom_mail import MailSandbox
from publishing.story import Action
from tests.publishing.stories import make_story
from tests.servers.local import free_ports

MAILBOXES = {"newsroom_mail": "editors", "loudspeaker": "station"}


class Running(StandIns):
    """Started; stopped at the end of the block."""

    def __enter__(self) -> Running:
        for server in self.all():
            server.start()
        return self

    def __exit__(self, *error: object) -> None:
        for server in self.all():
            server.stop()

    def adapter(self, kind: str) -> Adapter:
        told = self.connections()[kind]
        return adapters()[kind](told["config"], told["secrets"], owner="Đài thử (hư cấu)", http=Http(connect=2, read=5))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with Running(0, tmp_path) as started:
        yield started


def test_every_kind_of_channel_has_one_that_its_settings_reach(running: Running) -> None:
    connections = running.connections()
    assert set(connections) == set(adapters())
    for kind, told in connections.items():
        assert "(hư cấu)" in told["name"], kind
        form = adapters()[kind].Form(told["config"] | told["secrets"])
        assert all(name in form.fields or name == "settle_seconds" for name in told["config"]), kind
        assert requests.get(told["url"]).status_code == 200, kind
        if not adapters()[kind].consent or kind == "facebook":  # the others must renew their access before
            assert running.adapter(kind).probe().name, kind


def test_they_take_as_many_ports_as_the_demo_keeps_for_them(tmp_path: Path) -> None:
    first = free_ports(PORTS)
    with Running(first, tmp_path) as started:
        taken = {server.port for server in started.all()}
        taken |= {server.page.port for server in started.all() if hasattr(server, "page")}
    assert taken == set(range(first, first + PORTS))


@pytest.mark.parametrize("kind", MAILBOXES)
def test_a_mailbox_keeps_its_mail_and_its_addresses_over_a_restart(tmp_path: Path, kind: str) -> None:
    first = free_ports(PORTS)
    with Running(first, tmp_path) as started:
        adapter = started.adapter(kind)
        adapter.send(adapter.render(make_story(), Action.POST, "restart11"), "restart11")
        before = started.connections()[kind]
    with Running(first, tmp_path) as again:
        assert again.connections()[kind] == before
        mailbox: MailSandbox = getattr(again, MAILBOXES[kind])
        (kept,) = mailbox.mails()
        assert make_story().title in kept["Subject"]
        shown = requests.get(before["url"]).text
        assert make_story().title in shown and "không phải hộp thư thật" in shown and mailbox.receiver in shown
        others = [name for name in MAILBOXES.values() if name != MAILBOXES[kind]]
        assert all(getattr(again, name).mails() == [] for name in others)


def test_a_mail_of_somebody_else_cannot_put_markup_on_the_page(running: Running) -> None:
    adapter = running.adapter("loudspeaker")
    story = make_story(title="<script>alert(1)</script>", claim="<img src=x onerror=alert(1)>")
    adapter.send(adapter.render(story, Action.POST, "markup111"), "markup111")
    shown = requests.get(running.station.page.url).text
    assert "<script>" not in shown and "<img" not in shown and "&lt;script&gt;" in shown


def test_a_switch_of_one_mailbox_leaves_the_other_alone(running: Running) -> None:
    requests.post(f"{running.station.page.url}/_sandbox/", data={"fault": "full"})
    for kind, words in (("newsroom_mail", ""), ("loudspeaker", Outcome.THROTTLED)):
        adapter = running.adapter(kind)
        outcome = ""
        try:
            adapter.send(adapter.render(make_story(), Action.POST, "switch333"), "switch333")
        except ChannelError as error:
            outcome = error.outcome
        assert outcome == words
