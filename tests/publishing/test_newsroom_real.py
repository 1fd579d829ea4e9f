"""The newsroom channel against the real OpenSSH server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from publishing.channels import sftp
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http
from publishing.channels.newsroom import Newsroom
from publishing.sandbox.sftp import make_private_key
from publishing.story import Action, Receipt
from tests.publishing.public_files import PublicFiles
from tests.publishing.stories import make_audio, make_correction, make_retraction, make_story
from tests.servers.sftp import RealSftp

pytestmark = pytest.mark.needs("sshd", "ssh-keygen")
MARKER = "m7k2p9x4qa"


def newsroom(server: RealSftp, private_key: str = "", **config: Any) -> Newsroom:
    usual = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": server.username,
        "directory": str(server.inbox),
        "host_key": server.host_key_line,
    }
    secrets = {"private_key": private_key or server.private_key}
    return Newsroom(usual | config, secrets, owner="Đài Ánh Dương (hư cấu)", http=Http(connect=2, read=5))


def send(adapter: Newsroom, marker: str = MARKER) -> Receipt:
    return adapter.send(adapter.render(make_story(), Action.POST, marker), marker)


def refusal(adapter: Newsroom) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        send(adapter)
    return caught.value


def test_script_and_item_arrive_whole_and_twice_is_once(server: RealSftp) -> None:
    adapter = newsroom(server)
    post = adapter.render(make_story(), Action.POST, MARKER)
    assert adapter.find(post, MARKER) is None
    receipt = send(adapter)
    assert send(adapter) == receipt == adapter.find(post, MARKER)
    assert server.names() == sorted(file.name for file in post.files)
    for file in post.files:
        assert (server.inbox / file.name).read_bytes() == file.text.encode()


def test_correction_and_withdrawal_arrive_as_new_versions_beside_the_first(server: RealSftp) -> None:
    adapter = newsroom(server)
    story = make_story()
    steps = [
        (story, Action.POST, "first"),
        (make_correction(story), Action.CORRECT, "second"),
        (make_retraction(story, revision=3), Action.RETRACT, "third"),
    ]
    names = [adapter.send(adapter.render(one, action, marker), marker).remote_id for one, action, marker in steps]
    items = [json.loads((server.inbox / name).read_text()) for name in names]
    assert len({item["uri"] for item in items}) == 1
    assert [item["version"] for item in items] == ["1", "2", "3"]
    assert [item["pubStatus"] for item in items] == ["usable", "usable", "canceled"]


def test_the_recording_is_there_before_the_item_that_speaks_of_it(
    server: RealSftp, our_site: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = newsroom(server, formats="both")
    our_site.sound = b"ID3" + b"sound" * 100_000
    story = replace(make_story(), audio=make_audio(f"{our_site.url}/sound.mp3", our_site.sound))
    post = adapter.render(story, Action.POST, MARKER)
    put, seen = sftp.Folder.put, []

    def watched(self: sftp.Folder, name: str, content: bytes, *, is_trigger: bool) -> None:
        put(self, name, content, is_trigger=is_trigger)
        seen.append(server.names())

    monkeypatch.setattr(sftp.Folder, "put", watched)
    receipt = adapter.send(post, MARKER)
    assert seen[0] == [post.audio_name] and len(seen) == 4
    assert (server.inbox / post.audio_name).read_bytes() == our_site.sound
    item = json.loads((server.inbox / receipt.remote_id).read_text())
    (spoken,) = [one for one in item["renditions"] if one["name"] == "spoken"]
    assert (spoken["title"], spoken["sizeInBytes"]) == (post.audio_name, len(our_site.sound))
    gone = adapter.render(make_retraction(story), Action.RETRACT, "second")
    after = adapter.send(replace(gone, earlier=(receipt.remote_id,)), "second")
    assert post.audio_name not in server.names()
    assert [one["name"] for one in json.loads((server.inbox / after.remote_id).read_text())["renditions"]] == ["web"]


def test_a_probe_leaves_nothing_behind(server: RealSftp) -> None:
    assert newsroom(server).probe().name == f"{server.username}@127.0.0.1"
    assert server.names() == []


def test_a_server_with_another_key_gets_nothing(server: RealSftp) -> None:
    adapter = newsroom(server)
    pinned, server.host_key_line = server.host_key_line, server.change_host_key()
    assert pinned != server.host_key_line
    error = refusal(adapter)
    assert (error.outcome, error.words) == (Outcome.AUTH, sftp.OTHER_KEY)
    assert "SHA256:" in error.vendor_words
    assert server.names() == []
    assert send(newsroom(server))


def test_a_server_with_another_kind_of_key_is_a_server_with_another_key(server: RealSftp) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    openssh = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    pinned = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*openssh).decode()
    assert refusal(newsroom(server, host_key=pinned)).words == sftp.OTHER_KEY
    assert server.names() == []


def test_a_key_that_may_not_log_in_is_auth(server: RealSftp) -> None:
    key = make_private_key()
    error = refusal(newsroom(server, private_key=key))
    assert (error.outcome, error.words) == (Outcome.AUTH, sftp.REFUSED)
    assert key not in f"{error.words} {error.vendor_words}"


def test_a_missing_folder_is_permanent(server: RealSftp) -> None:
    error = refusal(newsroom(server, directory=f"{server.inbox}/khong-co"))
    assert (error.outcome, error.words) == (Outcome.PERMANENT, sftp.NO_FOLDER)


def test_a_file_where_the_folder_should_be_fails_the_connection_test(server: RealSftp) -> None:
    (server.inbox / "tep").write_text("")
    with pytest.raises(ChannelError) as caught:
        newsroom(server, directory=f"{server.inbox}/tep").probe()
    assert caught.value.words == sftp.NO_FOLDER


def test_a_folder_nobody_may_write_to_is_permanent(server: RealSftp) -> None:
    server.restart(read_only=True)
    try:
        error = refusal(newsroom(server))
        assert (error.outcome, error.words) == (Outcome.PERMANENT, sftp.NOT_ALLOWED)
        with pytest.raises(ChannelError):
            newsroom(server).probe()
    finally:
        server.restart()


def test_a_server_that_is_down_is_transient_and_gets_it_later(server: RealSftp) -> None:
    server.stop()
    try:
        assert refusal(newsroom(server)).outcome is Outcome.TRANSIENT
    finally:
        server.start()
    assert send(newsroom(server))


def test_what_a_killed_upload_left_is_replaced(server: RealSftp) -> None:
    adapter = newsroom(server)
    names = [file.name for file in adapter.render(make_story(), Action.POST, MARKER).files]
    for name in names:
        (server.inbox / f".{name}.part").write_text("half of an upload" * 10_000)
    send(adapter)
    assert server.names() == sorted(names)


def test_a_file_of_another_content_is_never_overwritten(server: RealSftp) -> None:
    adapter = newsroom(server)
    name = adapter.render(make_story(), Action.POST, MARKER).files[0].name
    (server.inbox / name).write_text("from the newsroom")
    assert refusal(adapter).outcome is Outcome.PERMANENT
    assert server.names() == [name]
    assert (server.inbox / name).read_text() == "from the newsroom"


def test_a_folder_may_be_the_one_the_user_starts_in(server: RealSftp) -> None:
    assert newsroom(server, directory="").probe().name
