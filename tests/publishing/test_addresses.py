"""Where an address that a person entered may lead."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django import forms

from publishing.channels.addresses import clean_address, is_public
from publishing.channels.http import Http, NotPublic, NotSent
from publishing.sandbox.server import Reply, Sandbox


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_open_internet_is_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 127.8.8.8 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
    "::1 :: fe80::1 fe80::1%eth0 fd00::1 ff02::1 ::ffff:10.0.0.1 ::7f00:1 ::10.0.0.1 fec0::1 64:ff9b:1::1 2001:0:a00:1:: 192.0.0.8 198.18.0.1 240.0.0.1 64:ff9b::a00:1 2002:a00:1:: tinthat.example".split(),
)
def test_private_networks_and_what_wraps_them_are_not(host: str) -> None:
    assert not is_public(host)


@pytest.mark.parametrize(
    "address",
    "https://2130706433/ https://0x7f.1/ https://017700000001/ https://127.1/ https://localhost/ https://10.0.0.1:8443/x "
    "https://[fd00::1]/ http://127.0.0.1/ https://[::1 https://a.example:99999/".split(),
)
def test_a_form_refuses_private_numbers_however_they_are_written(address: str) -> None:
    with pytest.raises(forms.ValidationError):
        clean_address(address, may_be_private=False)


def test_a_form_takes_a_name_and_where_that_is_allowed_a_private_number() -> None:
    assert clean_address("https://a.example/x/", may_be_private=False) == "https://a.example/x/"
    assert clean_address("https://a.example:8443/", may_be_private=False, plain=True) == "https://a.example:8443"
    assert clean_address("https://10.0.0.1/x", may_be_private=True) == "https://10.0.0.1/x"
    assert clean_address("http://127.0.0.1:8000", may_be_private=True) == "http://127.0.0.1:8000"
    with pytest.raises(forms.ValidationError):
        clean_address("http://10.0.0.1/x", may_be_private=True)


@pytest.fixture
def server() -> Iterator[Sandbox]:
    made = Sandbox()
    made.route("GET", "/", lambda request: Reply(200, {"ok": True}))
    made.start()
    yield made
    made.stop()


def test_a_call_for_public_addresses_only_lets_go_of_a_private_one_before_it_says_anything(server: Sandbox) -> None:
    by_name = f"http://localhost:{server.port}/"
    for address in (server.url, by_name, f"https://localhost:{server.port}/"):
        with pytest.raises(NotPublic):
            Http(connect=1, read=1).call("GET", address, only_public=True)
    assert server.log == []
    assert Http(connect=1, read=1).call("GET", by_name).json == {"ok": True}
    with pytest.raises(NotPublic):
        Http(connect=1, read=1).call("GET", by_name, only_public=True)  # no connection is shared between the two
    with pytest.raises(NotPublic):  # nor does it tell whether somebody is there
        Http(connect=1, read=1).call("GET", "http://127.0.0.1:9/", only_public=True)


def test_a_name_is_asked_for_once_and_only_what_was_looked_at_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, reached = [], []

    def name_server(host: str, port: int, *args: object, **options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        where = "10.0.0.1" if len(asked) > 1 else "8.8.8.8"  # another answer the second time
        return [(2, 1, 6, "", (private, port)) for private in ("192.168.0.1", where)]

    def connect(address: tuple[str, int], *args: object, **options: object) -> None:
        reached.append(address)
        raise OSError("nobody is there")

    monkeypatch.setattr("publishing.channels.addresses.socket.getaddrinfo", name_server)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(NotSent) as caught:
        Http(connect=1, read=1).call("GET", "http://turns.example/", only_public=True)
    assert not isinstance(caught.value, NotPublic), "one that is down is only that"
    assert (asked, reached) == (["turns.example"], [("8.8.8.8", 80)])


def test_paths_are_in_no_log_whatever_its_level(server: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    Http(connect=1, read=1).call("GET", f"{server.url}/bot123:secret/getMe")
    assert "secret" not in caplog.text
