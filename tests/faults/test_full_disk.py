"""The disk becomes full in the middle of sending: it is said in words, readers go on reading, and nothing is lost or doubled.

A small file system in memory is the disk, so that it is full for all of them: SQLite, the worker, uploads.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from django.db import DatabaseError, OperationalError
from PIL import Image

from cms.watching.full_disk import is_full_disk
from publishing.sandbox.__main__ import connections
from tests.faults.installation import Installation
from tests.faults.storm import BEGIN
from tests.faults.test_kill import COUNT, SEED, StandIns
from tests.servers.local import answers, free_port, wait_until

STORIES = 40

PLAN_SOME = """
from django.contrib.auth import get_user_model
from django.utils import timezone
from publishing import outbox
from publishing.models import Channel, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
get_user_model().objects.update(is_superuser=True)  # who clicks here uploads pictures as well
for version in StoryVersion.objects.order_by("pk")[: values["count"]]:
    outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now()) for channel in Channel.objects.all()])
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB where the data lie."""
    var = tmp_path / "var"
    var.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", var], capture_output=True).returncode:
        pytest.skip("a file system can be mounted by root only")
    yield var
    subprocess.run(["umount", "--lazy", var], check=True)


class Visitor:
    """A person who is logged in."""

    def __init__(self, port: int, begun: dict) -> None:
        self.begun, self.url = begun, f"http://127.0.0.1:{port}"
        self.token = "a" * 32
        self.cookies = {"sessionid": begun["session"], "csrftoken": self.token}

    def click(self, page: str) -> requests.Response:
        fields = {f"c{pk}-chosen": "on" for pk in self.begun["channels"]}
        return self._post(page, data={"do": "plan"} | fields)

    def upload(self) -> requests.Response:
        picture = io.BytesIO()
        Image.effect_noise((600, 600), 90).save(picture, "PNG")
        return self._post(
            "/admin/images/multiple/add/",
            data={"collection": "1"},
            files={"files[]": ("minh-hoa.png", picture.getvalue(), "image/png")},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )

    def _post(self, path: str, data: dict, **options) -> requests.Response:
        data = data | {"csrfmiddlewaretoken": self.token}
        return requests.post(
            self.url + path, data=data, cookies=self.cookies, allow_redirects=False, timeout=60, **options
        )


def fill(disk: Path) -> Path:
    """Takes all room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"." * 4096)
    return filler


def test_a_full_disk_is_said_in_words_and_nothing_is_lost_or_doubled(disk, tmp_path):
    port = free_port()
    with StandIns(tmp_path) as stand_ins:
        office = Installation(tmp_path, DELIVERY_LEASE_SECONDS="3", DELIVERY_READ_SECONDS="1.5", DISK_FREE_MB="1")
        try:
            three = connections(stand_ins.page, stand_ins.paper, stand_ins.newsroom)
            office.run(SEED, connections=three, stories=STORIES)
            begun = office.run(BEGIN)
            office.run(PLAN_SOME, count=10)
            visitor, pages = Visitor(port, begun), begun["pages"][10:]
            office.start(
                str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
                "--port", str(port), "--workers", "1", "--no-ws", "cms.wsgi:application",
            )  # fmt: skip
            wait_until(lambda: answers(port), 60, "the web server")
            assert visitor.upload().json()["success"] is True
            office.work()
            wait_until(lambda: stand_ins.requests > 4, 60, "calls in flight")

            filler = fill(disk)
            upload = visitor.upload()
            assert upload.status_code == 507 and "nothing was saved" in upload.json()["error"]
            # What SQLite's log has room for is saved, and then no more; each click is told which.
            told = [(page, visitor.click(page)) for page in pages]
            refused = [page for page, answer in told if answer.status_code == 507]
            assert {answer.status_code for _page, answer in told} <= {302, 507} and refused
            assert "ổ đĩa của máy chủ đã đầy" in next(answer for page, answer in told if page in refused).text
            assert requests.get(visitor.url + "/", timeout=30).status_code == 200, "readers read on"
            deep = requests.get(visitor.url + "/health/deep", timeout=30).json()["checks"]
            assert not deep["disk"]["ok"] and "No space left" in deep["storage"]["wrong"]

            filler.unlink()
            assert all(visitor.click(page).status_code == 302 for page in refused)
            assert visitor.upload().json()["success"] is True
            wait_until(lambda: office.run(COUNT) == {"sent": 3 * STORIES}, 120, "all of it")
        finally:
            office.stop()
    everything = {f"{number:03d}": 1 for number in range(STORIES)}
    assert all(dict(counted) == everything for counted in stand_ins.counts().values())


def test_other_errors_are_not_taken_for_a_full_disk():
    class Full(Exception):
        sqlstate = "53100"

    wrapped = DatabaseError("could not extend file")
    wrapped.__cause__ = Full()
    assert is_full_disk(wrapped) and is_full_disk(OSError(28, "x"))
    assert is_full_disk(OperationalError("database or disk is full"))
    assert not is_full_disk(OperationalError("database is locked")) and not is_full_disk(OSError(13, "x"))
    assert not is_full_disk(ValueError("disk is full"))
