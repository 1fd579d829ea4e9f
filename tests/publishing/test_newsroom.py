"""The newsroom: the script, the ninjs item, the settings, and what the stand-in shows. The contract is tested elsewhere."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import paramiko
import pytest
import requests
from django.utils import translation

from publishing.channels import sftp
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.newsroom import Newsroom, NewsroomForm
from publishing.channels.newsroom_item import item_uri, ninjs
from publishing.sandbox.newsroom import NAME, NewsroomSandbox
from publishing.sandbox.sftp import Door, load_private_key, make_private_key, public_line
from publishing.story import Action, Post, Story
from tests.publishing.rigs.newsroom import Rig
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story, variants

MARKER = "m7k2p9x4qa"
SCHEMA = json.loads((Path(__file__).parents[1] / "fixtures/ninjs_3_1_text.json").read_text())

formats = jsonschema.FormatChecker(())


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return datetime.fromisoformat(str(value)).tzinfo is not None


@formats.checks("uri")
def _is_uri(value: object) -> bool:
    return bool(urlsplit(str(value)).scheme) and not re.search(r"\s", str(value))


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=formats)


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def changed(story: Story, action: Action) -> Story:
    return {Action.POST: lambda one: one, Action.CORRECT: make_correction, Action.RETRACT: make_retraction}[action](
        story
    )


def pure(story: Story, action: Action = Action.POST, **config: Any) -> Post:
    return Newsroom(config, {}, owner=NAME).render(story, action, MARKER)


def item_of(post: Post) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(post.files[-1].text)
    return found


def everything(sandbox: NewsroomSandbox) -> list[str]:
    return sorted(path.name for path in sandbox.inbox.iterdir())


# ninjs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", variants())
@pytest.mark.parametrize("action", list(Action))
def test_every_item_is_valid_ninjs(name: str, action: Action) -> None:
    VALIDATOR.validate(item_of(pure(changed(variants()[name], action))))


@pytest.mark.parametrize(
    "wrong",
    [{"private": 1}, {"pubStatus": "cancelled"}, {"urgency": 10}, {"versionCreated": "24/11/2026"}, {"uri": "no uri"}],
)
def test_the_schema_refuses_what_ninjs_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(item_of(pure(make_story())) | wrong)


def test_a_correction_is_a_higher_version_of_the_same_item_and_says_what_changed() -> None:
    story = make_story()
    first, second = item_of(pure(story)), item_of(pure(make_correction(story), Action.CORRECT))
    assert second["uri"] == first["uri"]
    assert int(second["version"]) > int(first["version"])
    assert second["firstCreated"] == first["firstCreated"]
    assert second["versionCreated"] > first["versionCreated"]
    assert second["pubStatus"] == "usable"
    assert "214, không phải 241" in second["edNote"]
    assert "edNote" not in first


def test_a_withdrawn_item_is_canceled_and_repeats_nothing_of_what_it_said() -> None:
    story = make_story()
    post = pure(make_retraction(story), Action.RETRACT)
    item = item_of(post)
    assert item["pubStatus"] == "canceled"
    assert "Nguồn tin chính đã rút lại xác nhận" in item["edNote"]
    assert item["uri"] == item_uri(story)
    for file in post.files:
        for gone in (story.short_answer, story.claim, story.verdict, story.body_text, story.sources[0].title):
            assert gone not in file.text


def test_the_identity_does_not_depend_on_address_title_or_revision() -> None:
    story = make_story()
    later = make_correction(story, url="https://tinthat.example/bac-bo/khac/", slug="khac", title="Khác")
    assert item_uri(later) == item_uri(story) == "tag:tinthat.example,2026:rebuttal-7f3a9c-vi"
    assert item_uri(story, "https://anhduong.example/tin/") == "https://anhduong.example/tin/rebuttal-7f3a9c-vi"


def test_the_item_carries_what_a_newsroom_needs() -> None:
    story = make_story(is_urgent=True)
    item = ninjs(story, Action.POST, MARKER, "Kịch bản.", provider="Cổng kiểm chứng")
    assert item["urgency"] == 2
    assert item["by"] == story.office
    assert item["infoSources"][0]["name"] == "Cổng kiểm chứng"
    assert {body["role"]: body["contentType"] for body in item["bodies"]} == {
        "script": "text/plain",
        "main": "text/plain",
        "richtext": "text/html",
    }
    assert item["trustIndicators"] == [{"title": story.sources[0].title, "href": story.sources[0].url}]
    assert item["renditions"][0]["href"] == story.url


def test_markup_outside_the_allow_list_does_not_reach_the_newsroom() -> None:
    item = item_of(pure(make_story(body_html="<p onclick=x>Đúng</p><script>alert(1)</script>")))
    assert [body["value"] for body in item["bodies"] if body["role"] == "richtext"] == ["<p>Đúng</p>alert(1)"]


# The script --------------------------------------------------------------------------------------------------


def test_the_script_names_the_office_the_verdict_the_claim_the_truth_and_a_domain_one_can_say() -> None:
    story = make_story()
    text = pure(story).text
    order = [
        NAME,
        story.office,
        "Kết luận: Tin giả.",
        story.claim,
        "Kết quả kiểm chứng: Không đúng.",
        "tinthat chấm example.",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "http" not in text


def test_a_verified_fact_has_no_verdict_and_no_claim() -> None:
    text = pure(variants()["fact"]).text
    assert "thông tin chính thức của" in text
    assert "Kết luận" not in text
    assert "Có tin nói" not in text


def test_an_office_that_owns_the_channel_is_named_once() -> None:
    story = make_story()
    text = Newsroom({}, {}, owner=story.office).render(story, Action.POST, MARKER).text
    assert text.count(story.office) == 1
    assert text.startswith("Sau đây là thông tin kiểm chứng của")


def test_a_correction_says_so_first() -> None:
    text = pure(make_correction(make_story()), Action.CORRECT).text
    assert text.startswith("Đính chính thông tin ngày 20/11/2026.")
    assert text.index("Số ca trong tuần 46") < text.index("Nội dung sau khi đính chính")


def test_a_withdrawal_asks_not_to_read_it() -> None:
    text = pure(make_retraction(make_story()), Action.RETRACT).text
    assert text.startswith("TIN ĐÃ RÚT. Đề nghị không đọc")
    assert "Lý do: Nguồn tin chính" in text


def test_an_english_story_has_an_english_script() -> None:
    text = pure(variants()["english"]).text
    assert "The finding: False." in text
    assert "tinthat dot example" in text


@pytest.mark.parametrize("action", list(Action))
def test_the_file_has_a_header_and_the_date_of_the_place_not_of_greenwich(action: Action) -> None:
    late = datetime.fromisoformat("2026-11-20T18:30:00+00:00")
    post = pure(make_story(modified_at=late), action)
    header, _line, body = post.files[0].text.partition("-" * 40)
    assert "Ngày: 21/11/2026" in header
    assert re.search(r"khoảng \d+ giây", header)
    assert "Ngôn ngữ: tiếng Việt" in header
    assert make_story().url in header
    assert body.strip() == post.text


def test_the_text_is_in_composed_letters_whatever_was_typed() -> None:
    text = pure(variants()["combining"]).text
    assert text == unicodedata.normalize("NFC", text)


def test_the_wording_is_the_middle_of_the_script_and_editing_it_leaves_the_frame() -> None:
    adapter, story = Newsroom({}, {}, owner=NAME), make_story()
    assert adapter.wording(story) in adapter.render(story, Action.POST, MARKER).text
    assert adapter.wording(make_story(short_answer="Dài. " * 5000)).endswith("…")


def test_file_names_are_safe_and_say_marker_and_version() -> None:
    names = [file.name for file in pure(make_story(slug="../Ổ gà & <b>", revision=3)).files]
    assert names == ["g-b_m7k2p9x4qa_v3.txt", "g-b_m7k2p9x4qa_v3.json"]


# Settings ----------------------------------------------------------------------------------------------------

KEY = public_line(load_private_key(make_private_key()))
GOOD = {"host": "sftp.example.vn", "port": 22, "username": "u", "host_key": KEY, "password": "p"}


@pytest.mark.parametrize("line", ["%s", "sftp.example.vn %s", "[sftp.example.vn]:2222 %s root@anhduong\n"])
def test_a_host_key_is_taken_as_people_copy_it(line: str) -> None:
    form = NewsroomForm(GOOD | {"host_key": line % KEY})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["host_key"] == KEY


@pytest.mark.parametrize(
    "line", ["AAAA", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !!!", "ssh-dss AAAAB3NzaC1kc3MAAA=="]
)
def test_what_is_no_host_key_is_refused_in_words(line: str) -> None:
    assert "ssh-ed25519" in str(NewsroomForm(GOOD | {"host_key": line}).errors["host_key"])


@pytest.mark.parametrize("host", ["sftp://a.example", "a.example/in", "a b", ""])
def test_a_host_is_a_name_only(host: str) -> None:
    assert "host" in NewsroomForm(GOOD | {"host": host}).errors


def test_one_of_key_and_password_is_needed_unless_one_is_stored() -> None:
    without = GOOD | {"password": ""}
    assert NewsroomForm(without).non_field_errors()
    assert NewsroomForm(without, initial=GOOD).is_valid()
    assert NewsroomForm(without | {"private_key": make_private_key()}).is_valid()


def test_a_private_key_that_cannot_be_used_is_refused_and_none_is_sent_back_to_the_browser() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    usual = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = ed25519.Ed25519PrivateKey.generate()
    locked = key.private_bytes(*usual, serialization.BestAvailableEncryption(b"pass")).decode()
    with translation.override("en"):
        assert "passphrase" in str(NewsroomForm(GOOD | {"private_key": locked}).errors["private_key"])
        assert "BEGIN" in str(NewsroomForm(GOOD | {"private_key": "ssh-ed25519 AAAA"}).errors["private_key"])
    for made in (key, rsa.generate_private_key(65537, 2048)):
        text = made.private_bytes(*usual, serialization.NoEncryption()).decode().replace("\n", "\r\n")
        form = NewsroomForm(GOOD | {"private_key": text})
        assert form.is_valid(), form.errors
        assert "PRIVATE" not in str(form["private_key"])


# On the stand-in ---------------------------------------------------------------------------------------------


def test_sending_twice_leaves_one_set_of_whole_files(rig: Rig) -> None:
    adapter, before = rig.adapter(), everything(rig.sandbox)
    post = adapter.render(fresh_story(), Action.POST, MARKER)
    assert adapter.send(post, MARKER) == adapter.send(post, MARKER) == adapter.find(post, MARKER)
    new = sorted(set(everything(rig.sandbox)) - set(before))
    assert new == sorted(file.name for file in post.files)
    for file in post.files:
        assert (rig.sandbox.inbox / file.name).read_text() == file.text


def test_a_login_by_key_works(rig: Rig) -> None:
    adapter = rig.adapter(secrets={"password": "", "private_key": rig.sandbox.private_key})
    assert adapter.probe().name == "kiemchung@127.0.0.1"


def test_a_wrong_key_is_followed_by_the_password(rig: Rig) -> None:
    assert rig.adapter(secrets={"private_key": make_private_key()}).probe()


def test_neither_key_nor_password_is_auth_in_words_of_its_own(rig: Rig) -> None:
    with pytest.raises(ChannelError) as caught:
        rig.adapter(secrets={"password": ""}).probe()
    assert (caught.value.outcome, caught.value.words) == (Outcome.AUTH, sftp.NO_LOGIN)


def test_a_file_of_another_content_is_never_overwritten(rig: Rig) -> None:
    adapter = rig.adapter()
    post = adapter.render(fresh_story(), Action.POST, MARKER)
    adapter.send(post, MARKER)
    item = rig.sandbox.inbox / post.files[-1].name
    for other in ("{}", " " * len(item.read_bytes())):
        item.write_text(other)
        with pytest.raises(ChannelError) as caught:
            adapter.send(post, MARKER)
        assert caught.value.outcome is Outcome.PERMANENT
        assert item.read_text() == other
        assert adapter.find(post, MARKER) is None
    item.unlink()


def test_the_item_comes_last_so_that_nobody_sees_it_without_its_script(rig: Rig) -> None:
    rig.sandbox.page.log.clear()
    adapter = rig.adapter()
    post = adapter.render(fresh_story(), Action.POST, MARKER)
    adapter.send(post, MARKER)
    assert [entry["path"].rpartition("/")[2] for entry in rig.sandbox.page.log] == [file.name for file in post.files]


def test_what_a_broken_upload_left_is_replaced(rig: Rig) -> None:
    adapter = rig.adapter()
    post = adapter.render(fresh_story(), Action.POST, MARKER)
    rig.fault("drop_upload")
    with pytest.raises(ChannelError) as caught:
        adapter.send(post, MARKER)
    assert caught.value.outcome is Outcome.TRANSIENT
    left = rig.sandbox.inbox / f".{post.files[0].name}.part"
    assert left.exists()
    adapter.send(post, MARKER)
    assert not left.exists()


def test_a_full_disk_is_tried_again_in_a_quarter_of_an_hour(rig: Rig) -> None:
    rig.fault("disk_full")
    with pytest.raises(ChannelError) as caught:
        rig.adapter().send(pure(fresh_story()), MARKER)
    assert (caught.value.outcome, caught.value.retry_after) == (Outcome.THROTTLED, 900)


def test_a_server_without_the_rename_of_openssh_gets_a_plain_one(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(self: object, old: str, new: str) -> None:
        raise OSError("Operation unsupported")

    monkeypatch.setattr(paramiko.SFTPClient, "posix_rename", unsupported)
    adapter, story = rig.adapter(), fresh_story()
    adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    assert adapter.find(adapter.render(story, Action.POST, MARKER), MARKER)


def test_a_server_that_says_nothing_does_not_hold_a_worker(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    import socket

    monkeypatch.setattr(sftp, "LOGIN_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(ChannelError) as caught:
            rig.adapter(config={"port": silent.getsockname()[1]}).probe()
    assert caught.value.outcome is Outcome.TRANSIENT


def test_the_whole_call_is_bounded_even_where_the_library_waits_for_ever(
    monkeypatch: pytest.MonkeyPatch, rig: Rig
) -> None:
    over = threading.Event()
    monkeypatch.setattr(sftp, "WHOLE_SECONDS", 0.8)
    monkeypatch.setattr(Door, "check_channel_subsystem_request", lambda *request: over.wait(20))
    with pytest.raises(ChannelError) as caught:
        rig.adapter().probe()
    over.set()
    assert caught.value.outcome is Outcome.TRANSIENT


def test_a_user_without_file_transfer_is_permanent(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    monkeypatch.setattr(Door, "check_channel_subsystem_request", lambda *request: False)
    with pytest.raises(ChannelError) as caught:
        rig.adapter().probe()
    assert (caught.value.outcome, caught.value.words) == (Outcome.PERMANENT, sftp.NO_SFTP)


def test_a_server_that_hangs_up_during_the_login_has_not_refused_it(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    def hang_up(self: Door, username: str, password: str) -> int:
        for transport in rig.sandbox.transports:
            transport.close()
        return paramiko.AUTH_FAILED

    monkeypatch.setattr(Door, "check_auth_password", hang_up)
    with pytest.raises(ChannelError) as caught:
        rig.adapter().probe()
    assert caught.value.outcome is Outcome.TRANSIENT


def test_a_user_without_a_home_on_the_server_is_told_what_to_check(rig: Rig) -> None:
    with pytest.raises(ChannelError) as caught:
        rig.adapter(config={"directory": "/khong-co"}).send(pure(fresh_story()), MARKER)
    assert (caught.value.outcome, caught.value.words) == (Outcome.PERMANENT, sftp.NO_FOLDER)


def test_the_stand_in_lets_nobody_out_of_its_folder(rig: Rig) -> None:
    (rig.sandbox.inbox / "loi-ra").symlink_to("/etc")
    with paramiko.Transport(("127.0.0.1", rig.sandbox.port)) as transport:
        transport.connect(username=rig.sandbox.username, password=rig.sandbox.password)
        sftp = paramiko.SFTPClient.from_transport(transport)
        assert sftp is not None
        assert sftp.listdir("/../..") == ["tin-den"]
        for path in ("/tin-den/loi-ra/passwd", "/../../etc/passwd"):
            with pytest.raises(OSError):
                sftp.open(path)
        with pytest.raises(OSError):
            sftp.open("/tin-den/thang.json", "wb")
    (rig.sandbox.inbox / "loi-ra").unlink()


def test_many_may_send_at_once(rig: Rig) -> None:
    adapter = rig.adapter()
    posts = [adapter.render(fresh_story(), Action.POST, f"{MARKER}{n}") for n in range(6)]
    threads = [threading.Thread(target=adapter.send, args=(post, MARKER)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {file.name for post in posts for file in post.files} <= set(everything(rig.sandbox))


def test_the_page_shows_the_latest_version_and_marks_a_withdrawn_item(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story(title="Tiêu đề <b>thử</b>", short_answer="Không đúng, một hai ba.")
    adapter.send(adapter.render(story, Action.POST, "trang1"), "trang1")
    for name, text in (("hong.json", "{"), ("khac.json", '{"version": "1"}'), ("so.json", "3")):
        (rig.sandbox.inbox / name).write_text(text)  # a newsroom's page does not fail over what somebody else put there
    shown = requests.get(rig.sandbox.page.url).text
    assert "MÔ PHỎNG – không phải đài thật" in shown
    assert "Tiêu đề &lt;b&gt;thử" in shown
    assert story.short_answer in shown
    adapter.send(adapter.render(make_retraction(story), Action.RETRACT, "trang2"), "trang2")
    shown = requests.get(rig.sandbox.page.url).text
    assert story.short_answer not in shown
    assert "ĐÃ RÚT – không đọc" in shown
    assert "2 bản" in shown


def test_the_stand_in_keeps_its_identity_and_what_it_received(tmp_path: Path) -> None:
    first = NewsroomSandbox(store=tmp_path).start()
    first.stop()
    second = NewsroomSandbox(store=tmp_path).start()
    second.stop()
    assert first.host_key_line == second.host_key_line
