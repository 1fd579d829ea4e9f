"""Files of approved materials as readers fetch them: only what is approved, for long, and counted without anybody's data."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError
from django.db.models import Sum
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from campaigns.materials import files, ground, versions
from campaigns.materials.drawing import FAILED, NotDrawn
from campaigns.materials.models import DownloadCount
from campaigns.materials.offered import offered
from campaigns.second_person import Refused
from cms.pages.answer import Change
from tests.campaigns.materials import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Scene:
    return scene(title="Đừng tin “công an” gọi điện", slug="dung-tin-cong-an-goi-dien")


def counted() -> int:
    return DownloadCount.objects.aggregate(sum=Sum("times"))["sum"] or 0


def test_readers_get_the_approved_file_with_a_name_they_can_read(here, client):
    version = here.approve()
    answer = client.get(files.address(version, "zalo.txt"))
    assert answer.status_code == 200
    assert version.content["title"] in b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    name = r'attachment; filename="dung-tin-cong-an-goi-dien-[a-z-]+-zalo\.txt"'
    assert re.fullmatch(name, answer["Content-Disposition"])
    assert not answer.cookies


def asked_again(client, address: str, etag: str):
    """What a cache asks when its copy is no longer fresh."""
    return client.get(address, headers={"If-None-Match": etag})


def test_a_cache_keeps_a_file_for_minutes_and_then_asks(here, client):
    address = files.address(here.approve(), "zalo.txt")
    first = client.get(address)
    told = set(first["Cache-Control"].split(", "))
    assert told == {"public", "max-age=300", "must-revalidate"} and first["ETag"]
    again = asked_again(client, address, first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert set(again["Cache-Control"].split(", ")) == told
    assert counted() == 1, "nobody downloads what they have"


def test_a_cache_that_asks_is_told_that_a_file_was_withdrawn_or_replaced(here, client):
    first = here.approve(title="Một")
    address = files.address(first, "zalo.txt")
    etag = client.get(address)["ETag"]
    second = here.approve(title="Hai")
    answer = asked_again(client, address, etag)
    assert (answer.status_code, answer["Location"]) == (302, files.address(second, "zalo.txt"))
    assert {"max-age=300", "must-revalidate"} <= set(answer["Cache-Control"].split(", "))
    assert asked_again(client, answer["Location"], etag).status_code == 200, "the new text is another file"
    versions.withdraw(second, here.approver, "Số điện thoại sai.")
    for where in (address, files.address(second, "zalo.txt")):
        gone = asked_again(client, where, etag)
        assert gone.status_code == 404 and "max-age" not in gone.get("Cache-Control", "")


def test_a_draft_is_not_there(here, client):
    versions.submit(here.newest(), here.editor)
    assert client.get(files.address(here.newest(), "zalo.txt")).status_code == 404


def test_a_later_draft_changes_nothing_for_readers(here, client):
    version = here.approve(title="Bản đã duyệt")
    versions.edit(here.material(), {"title": "Bản nháp mới"}, here.editor)
    said = b"".join(client.get(files.address(version, "zalo.txt")).streaming_content).decode()
    assert said.startswith("Bản đã duyệt")
    answer = client.get(files.address(here.newest(), "zalo.txt"))
    assert answer["Location"] == files.address(version, "zalo.txt")


def test_the_address_of_a_replaced_version_leads_to_the_present_one(here, client):
    first = here.approve(title="Một")
    second = here.approve(title="Hai")
    answer = client.get(files.address(first, "zalo.txt"))
    assert (answer.status_code, answer["Location"]) == (302, files.address(second, "zalo.txt"))
    assert "immutable" not in answer["Cache-Control"]
    assert counted() == 0


def test_what_is_withdrawn_is_gone_and_its_stored_files_too(here, client, django_capture_on_commit_callbacks):
    version = here.approve()
    client.get(files.address(version, "zalo.txt"))
    folder = f"materials/{version.material_id}/{version.number}"
    assert default_storage.listdir(folder)[1]
    with django_capture_on_commit_callbacks(execute=True):
        versions.withdraw(version, here.approver, "Số điện thoại sai.")
    assert default_storage.listdir(folder)[1] == []
    assert client.get(files.address(version, "zalo.txt")).status_code == 404


def test_a_retracted_campaigns_files_are_gone(here, client):
    address = files.address(here.approve(), "zalo.txt")
    here.change(change_kind=Change.RETRACTION, change_note="Bài này sai.")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["nothing.txt", "..", "speaker.txt"])
def test_files_that_are_not_offered_are_not_there(here, client, name, recording):
    versions.edit(here.material("spoken"), {}, here.editor, sound=recording)
    version = here.approve("spoken")
    good = reverse("material_file", args=[version.material_id, version.number, files.digest_of(version), "x"])
    assert client.get(good[:-1] + name).status_code == 404


def test_the_web_servers_own_folder_does_not_show_them(here, client):
    version = here.approve()
    client.get(files.address(version, "zalo.txt"))
    [name] = default_storage.listdir(f"materials/{version.material_id}/{version.number}")[1]
    assert client.get(f"/media/materials/{version.material_id}/{version.number}/{name}").status_code == 404


def test_a_file_is_made_once(here, client, monkeypatch):
    version = here.approve()
    first = b"".join(client.get(files.address(version, "zalo.txt")).streaming_content)
    monkeypatch.setattr(files, "make", lambda version, name: b"made again")
    assert b"".join(client.get(files.address(version, "zalo.txt")).streaming_content) == first


def test_a_storage_that_fails_costs_no_reader_the_file(here, client, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(FileSystemStorage, "save", fails)
    assert client.get(files.address(here.approve(), "zalo.txt")).status_code == 200


def test_a_file_keeps_saying_the_words_it_was_approved_with(here, client):
    version = here.approve("loudspeaker")
    before = files.make(version, "loudspeaker.txt")
    here.change(signs="Giục bạn làm ngay.")
    assert b"".join(client.get(files.address(version, "loudspeaker.txt")).streaming_content) == before


# Counting -------------------------------------------------------------------------------------------------------


def test_downloads_are_counted_by_day_and_file(here, client):
    version = here.approve()
    with time_machine.travel("2026-11-24 09:00+07:00", tick=False):
        for _turn in range(3):
            client.get(files.address(version, "zalo.txt"))
    with time_machine.travel("2026-11-25 09:00+07:00", tick=False):
        client.get(files.address(version, "zalo.txt"))
    rows = DownloadCount.objects.order_by("on").values_list("on__day", "file", "times")
    assert list(rows) == [(24, "zalo.txt", 3), (25, "zalo.txt", 1)]
    assert {field.name for field in DownloadCount._meta.fields} == {"id", "material", "on", "file", "times"}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Dest": "image"},
        {"Range": "bytes=500-"},
    ],
)
def test_programs_and_guesses_are_not_counted(here, client, headers):
    version = here.approve()
    client.get(files.address(version, "zalo.txt"), headers=headers)
    assert counted() == 0
    client.get(
        files.address(version, "zalo.txt"), headers={"User-Agent": "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 7)"}
    )
    assert counted() == 1


def test_a_question_without_an_answer_is_not_counted(here, client):
    assert client.head(files.address(here.approve(), "zalo.txt")).status_code == 200
    assert counted() == 0


def test_a_count_that_fails_costs_no_reader_the_file(here, client, monkeypatch):
    def fails(*args, **kwargs):
        raise DatabaseError("database is locked")

    version = here.approve()
    monkeypatch.setattr("campaigns.public.files.DownloadCount.objects", type("Rows", (), {"filter": fails}))
    assert client.get(files.address(version, "zalo.txt")).status_code == 200


def test_a_download_takes_two_questions_and_one_note(here, client, django_assert_max_num_queries):
    version = here.approve()
    client.get(files.address(version, "zalo.txt"))
    # Whether what pages share still holds, the version, a savepoint, the count, the end of the savepoint; and what pages
    # share, which this transaction may have changed for all that PostgreSQL says.
    with django_assert_max_num_queries(6) as made:
        client.get(files.address(version, "zalo.txt"))
    assert sum("UPDATE" in one["sql"] for one in made.captured_queries) == 1


# Sound ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sound(here, recording) -> str:
    versions.edit(here.material("spoken"), {}, here.editor, sound=recording)
    here.approve("spoken")
    [one] = offered(here.campaign)
    assert one.sound
    return one.sound.url


def test_a_recording_is_played_from_the_page(client, sound):
    answer = client.get(sound)
    assert (answer["Content-Type"], answer["Accept-Ranges"]) == ("audio/mpeg", "bytes")
    assert answer["Content-Disposition"].startswith("inline")
    assert len(b"".join(answer.streaming_content)) == 3 + 8 * 256


@pytest.mark.parametrize(
    ("asked", "status", "told", "size"),
    [
        ("bytes=0-1", 206, "bytes 0-1/2051", 2),
        ("bytes=2000-", 206, "bytes 2000-2050/2051", 51),
        ("bytes=-10", 206, "bytes 2041-2050/2051", 10),
        ("bytes=0-999999", 206, "bytes 0-2050/2051", 2051),
        ("bytes=9999-", 416, "bytes */2051", 0),
        ("bytes=5-2", 416, "bytes */2051", 0),
    ],
)
def test_phones_ask_for_parts_of_a_recording(client, sound, asked, status, told, size):
    answer = client.get(sound, headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"], len(answer.content)) == (status, told, size)


def test_the_rest_of_another_recording_is_not_put_behind_the_first_part_of_this_one(client, sound):
    etag = client.get(sound, headers={"Range": "bytes=0-1"})["ETag"]
    assert client.get(sound, headers={"Range": "bytes=2-", "If-Range": etag}).status_code == 206
    whole = client.get(sound, headers={"Range": "bytes=2-", "If-Range": '"another"'})
    assert whole.status_code == 200 and len(b"".join(whole.streaming_content)) == 2051


def another_file(recording, content: bytes = b"ID3 another voice") -> None:
    """Somebody gives the recording another file in the collection; the name may stay the same."""
    name = recording.file.name
    default_storage.delete(name)
    assert default_storage.save(name, ContentFile(content)) == name


def test_readers_hear_what_was_approved_whatever_becomes_of_the_collection(
    here, client, recording, django_capture_on_commit_callbacks
):
    versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    with django_capture_on_commit_callbacks(execute=True):
        version = here.approve("loudspeaker")
    address = files.address(version, "sound.mp3")
    another_file(recording)
    answer = client.get(address)
    assert answer.status_code == 200 and len(b"".join(answer.streaming_content)) == 2051
    default_storage.delete(recording.file.name)
    assert client.get(address).status_code == 200


def test_a_recording_that_was_changed_before_it_was_set_aside_is_neither_heard_nor_sent(here, client, recording):
    versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    version = here.approve("loudspeaker")
    another_file(recording)
    assert client.get(files.address(version, "sound.mp3")).status_code == 404
    assert files.audio(version) is None and files.lacks_sound(version)


def test_another_file_of_the_same_recording_is_another_version_to_be_approved(here, recording):
    versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    before = here.newest("loudspeaker")
    another_file(recording)
    with translation.override("en"), pytest.raises(Refused, match="another one than when it was chosen"):
        versions.submit(before, here.editor)
    after = versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    assert files.digest_of(after) != files.digest_of(before)
    assert ground.token(after) != ground.token(before), "who looked at the first cannot approve the second"


def test_between_submission_and_approval_the_file_may_not_change(here, recording):
    versions.edit(here.material("spoken"), {}, here.editor, sound=recording)
    versions.submit(here.newest("spoken"), here.editor)
    another_file(recording)
    with pytest.raises(Refused), translation.override("en"):
        versions.approve(here.newest("spoken"), here.approver)


def test_a_recording_that_phones_do_not_play_is_not_approved(here, recording):
    recording.file.name = default_storage.save("media/loi-doc.flac", ContentFile(b"fLaC"))
    recording.save()
    versions.edit(here.material("spoken"), {}, here.editor, sound=recording)
    with pytest.raises(Refused, match="MP3"), translation.override("en"):
        versions.submit(here.newest("spoken"), here.editor)


# For templates --------------------------------------------------------------------------------------------------


def test_a_template_lists_what_is_offered(here):
    here.approve()
    template = Template(
        "{% load materials %}{% offered_materials page as found %}"
        "{% for one in found %}{{ one.group }}|{{ one.label }}{% for file in one.files %}|{{ file.url }}{% endfor %}{% endfor %}"
    )
    said = template.render(Context({"page": here.campaign}))
    assert said.endswith(f"|{files.address(here.newest(), 'zalo.txt')}")


def test_a_file_that_cannot_be_drawn_now_is_asked_for_again_in_a_minute(here, client, monkeypatch):
    def fails(*asked, **how):
        raise NotDrawn(FAILED)

    version = here.approve("poster")
    monkeypatch.setattr("campaigns.materials.typesetting.drawn", fails)
    asked = [(client.get(files.address(version, "a4.pdf")))]
    client.force_login(here.editor)
    asked.append(
        client.get(
            reverse("campaigns_material_file", args=[here.campaign.pk, version.material_id, version.number, "a4.pdf"])
        )
    )
    for answer in asked:
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        assert "no-store" in answer["Cache-Control"]
    monkeypatch.undo()
    assert client.get(files.address(version, "a4.pdf")).status_code == 200
