"""Files of approved materials as readers fetch them: only what is approved, for long, and counted without anybody's data."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError
from django.db.models import Sum
from django.template import Context, Template
from django.urls import reverse

from campaigns.materials import files, versions
from campaigns.materials.models import DownloadCount
from campaigns.materials.offered import offered
from cms.pages.answer import Change
from tests.campaigns.materials import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Scene:
    return scene(title="Đừng tin “công an” gọi điện", slug="dung-tin-cong-an-goi-dien")


def counted() -> int:
    return DownloadCount.objects.aggregate(sum=Sum("times"))["sum"] or 0


def test_readers_get_the_approved_file_for_a_year_with_a_name_they_can_read(here, client):
    version = here.approve()
    answer = client.get(files.address(version, "zalo.txt"))
    assert answer.status_code == 200
    assert version.content["title"] in b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    name = r'attachment; filename="dung-tin-cong-an-goi-dien-[a-z-]+-zalo\.txt"'
    assert re.fullmatch(name, answer["Content-Disposition"])
    assert "max-age=31536000" in answer["Cache-Control"]
    assert "immutable" in answer["Cache-Control"]
    assert not answer.cookies


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
    with django_assert_max_num_queries(4) as made:  # the version, a savepoint, the count, the end of the savepoint
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


# For templates --------------------------------------------------------------------------------------------------


def test_a_template_lists_what_is_offered(here):
    here.approve()
    template = Template(
        "{% load materials %}{% offered_materials page as found %}"
        "{% for one in found %}{{ one.group }}|{{ one.label }}{% for file in one.files %}|{{ file.url }}{% endfor %}{% endfor %}"
    )
    said = template.render(Context({"page": here.campaign}))
    assert said.endswith(f"|{files.address(here.newest(), 'zalo.txt')}")
