"""A loudspeaker station's folder on the real OpenSSH server."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import Any

import paramiko
import pytest

from publishing.channels import sftp
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http
from publishing.channels.loudspeaker import Loudspeaker
from publishing.sandbox.sftp import make_private_key
from publishing.story import Action, Post, Story
from tests.publishing.public_files import PublicFiles
from tests.publishing.stories import make_audio, make_correction, make_retraction, make_story
from tests.servers.sftp import RealSftp

pytestmark = pytest.mark.needs("sshd", "ssh-keygen")
MARKER = "m7k2p9x4qa"


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


def recorded(site: PublicFiles, story: Story, sound: bytes) -> Story:
    site.sound = sound
    return replace(story, audio=make_audio(f"{site.url}/sound.mp3", sound))


def test_the_recording_is_laid_beside_the_sheet_and_taken_away_when_it_no_longer_stands(
    server: RealSftp, our_site: PublicFiles
) -> None:
    adapter, story = station(server), make_story()
    first, second = (bytes([number]) * 700_000 for number in (1, 2))
    out = adapter.render(recorded(our_site, story, first), Action.POST, "first")
    receipts = [adapter.send(out, "first").remote_id]
    assert server.names() == sorted([out.files[0].name, out.audio_name])
    assert (server.inbox / out.audio_name).read_bytes() == first
    assert out.audio_name in (server.inbox / receipts[0]).read_text()
    assert adapter.send(out, "first").remote_id == receipts[0], "the same again is there once"

    corrected = adapter.render(recorded(our_site, make_correction(story), second), Action.CORRECT, "second")
    receipts.append(adapter.send(replace(corrected, earlier=tuple(receipts)), "second").remote_id)
    assert server.names() == sorted([*receipts, corrected.audio_name])
    assert (server.inbox / corrected.audio_name).read_bytes() == second

    gone = adapter.render(make_retraction(story, revision=3), Action.RETRACT, "third")
    receipts.append(adapter.send(replace(gone, earlier=tuple(receipts)), "third").remote_id)
    assert server.names() == sorted(receipts)


def test_half_of_a_recording_that_a_killed_upload_left_is_replaced_before_its_sheet_comes(
    server: RealSftp, our_site: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, sound = station(server), b"sound" * 50_000
    post = adapter.render(recorded(our_site, make_story(), sound), Action.POST, MARKER)
    (server.inbox / f".{post.audio_name}.part").write_bytes(sound[:1000])
    put, order = sftp.Folder.put, []

    def watched(self: sftp.Folder, name: str, content: bytes, *, is_trigger: bool) -> None:
        order.append((name, is_trigger))
        put(self, name, content, is_trigger=is_trigger)

    monkeypatch.setattr(sftp.Folder, "put", watched)
    adapter.send(post, MARKER)
    assert order == [(post.audio_name, False), (post.files[0].name, True)]
    assert server.names() == sorted([post.audio_name, post.files[0].name])
    assert (server.inbox / post.audio_name).read_bytes() == sound


def test_a_server_that_lets_nobody_remove_anything_gets_the_withdrawal_all_the_same(
    server: RealSftp, our_site: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, story = station(server), make_story()
    receipt = adapter.send(adapter.render(recorded(our_site, story, b"x"), Action.POST, "first"), "first")
    gone = adapter.render(make_retraction(story), Action.RETRACT, "second")

    def refused(self: Any, path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(paramiko.SFTPClient, "remove", refused)
    name = adapter.send(replace(gone, earlier=(receipt.remote_id,)), "second").remote_id
    assert "Không phát lại" in (server.inbox / name).read_text()


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
