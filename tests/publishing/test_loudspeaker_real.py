"""A loudspeaker station's folder on the real OpenSSH server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from publishing.channels import sftp
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http
from publishing.channels.loudspeaker import Loudspeaker
from publishing.sandbox.sftp import make_private_key
from publishing.story import Action, Post
from tests.publishing.stories import make_correction, make_retraction, make_story
from tests.servers.sftp import RealSftp, real_sftp

pytestmark = pytest.mark.needs("sshd", "ssh-keygen")
MARKER = "m7k2p9x4qa"


@pytest.fixture(scope="module")
def running() -> Iterator[RealSftp]:
    with real_sftp() as made:
        yield made


@pytest.fixture
def server(running: RealSftp) -> RealSftp:
    running.clear()
    return running


def station(server: RealSftp, private_key: str = "", **config: Any) -> Loudspeaker:
    usual = {
        "reached_by": "sftp",
        "sftp_host": "127.0.0.1",
        "sftp_port": server.port,
        "sftp_username": server.username,
        "sftp_directory": str(server.inbox),
        "sftp_host_key": server.host_key_line,
    }
    secrets = {"sftp_private_key": private_key or server.private_key, "password": "the mail server's"}
    return Loudspeaker(usual | config, secrets, owner="Đài xã Bình Minh (hư cấu)", http=Http(connect=2, read=5))


def bulletin(adapter: Loudspeaker) -> Post:
    return adapter.render(make_story(), Action.POST, MARKER)


def refusal(adapter: Loudspeaker) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        adapter.send(bulletin(adapter), MARKER)
    return caught.value


def test_the_sheet_arrives_whole_and_twice_is_once(server: RealSftp) -> None:
    adapter = station(server)
    post = bulletin(adapter)
    assert adapter.find(post, MARKER) is None
    receipt = adapter.send(post, MARKER)
    assert adapter.send(post, MARKER) == receipt == adapter.find(post, MARKER)
    assert server.names() == [receipt.remote_id] == [post.files[0].name]
    assert (server.inbox / receipt.remote_id).read_bytes() == post.files[0].text.encode()


def test_what_follows_is_a_file_beside_the_first(server: RealSftp) -> None:
    adapter, story = station(server), make_story()
    steps = [
        (story, Action.POST, "first"),
        (make_correction(story), Action.CORRECT, "second"),
        (make_retraction(story, revision=3), Action.RETRACT, "third"),
    ]
    names = [adapter.send(adapter.render(one, action, marker), marker).remote_id for one, action, marker in steps]
    assert server.names() == sorted(names) and len(set(names)) == 3
    assert "RÚT TIN" in (server.inbox / names[2]).read_text().upper()


def test_half_of_a_sheet_that_a_killed_upload_left_is_replaced(server: RealSftp) -> None:
    adapter = station(server)
    name = bulletin(adapter).files[0].name
    (server.inbox / f".{name}.part").write_text("half of a sheet" * 10_000)
    adapter.send(bulletin(adapter), MARKER)
    assert server.names() == [name]


def test_a_sheet_of_another_content_is_neither_overwritten_nor_taken_for_ours(server: RealSftp) -> None:
    adapter = station(server)
    post = bulletin(adapter)
    file = server.inbox / post.files[0].name
    for other in ("from the station", "x" * len(post.files[0].text.encode())):
        file.write_text(other)
        assert adapter.find(post, MARKER) is None
        error = refusal(adapter)
        assert (error.outcome, error.words) == (Outcome.PERMANENT, sftp.TAKEN)
        assert file.read_text() == other


def test_a_server_with_another_key_gets_nothing(server: RealSftp) -> None:
    adapter = station(server)
    server.host_key_line = server.change_host_key()
    error = refusal(adapter)
    assert (error.outcome, error.words) == (Outcome.AUTH, sftp.OTHER_KEY)
    assert server.names() == []


def test_a_key_that_may_not_log_in_is_auth_and_a_missing_folder_for_a_person(server: RealSftp) -> None:
    assert refusal(station(server, private_key=make_private_key())).words == sftp.REFUSED
    missing = refusal(station(server, sftp_directory=f"{server.inbox}/khong-co"))
    assert (missing.outcome, missing.words) == (Outcome.PERMANENT, sftp.NO_FOLDER)


def test_a_probe_leaves_nothing_behind(server: RealSftp) -> None:
    assert station(server).probe().name == f"{server.username}@127.0.0.1"
    assert server.names() == []
