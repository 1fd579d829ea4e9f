"""Yesterday's backup is restored today: everything is there, and nothing goes out a second time.

Counted at the stand-ins of the channels, which know nothing of a backup.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from publishing.sandbox.__main__ import connections
from publishing.sandbox.facebook import FacebookSandbox
from publishing.sandbox.newsroom import NewsroomSandbox
from publishing.sandbox.wordpress import WordPressSandbox
from tests.faults.installation import ROOT, Installation
from tests.servers.databases import TEMPLATE, postgres
from tests.servers.local import program

FAST = {"DELIVERY_LEASE_SECONDS": "1", "DELIVERY_READ_SECONDS": "0.8", "EMAIL_URL": "dummymail://", "FETCH_LINKS": "0"}

# An office at work: people, files, three channels, a story that is out, two that are due and one for tomorrow.
AT_WORK = """
from datetime import timedelta
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from cms.audit.sealing import seal
from cms.models import KeptCopy, User
from publishing import outbox
from publishing.models import Channel, Delivery, Organisation, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from publishing.worker import Worker
from tests import make
from tests.publishing.stories import make_story
owner = make.make_office(name="Cơ quan thử nghiệm (hư cấu)")
User.objects.create_superuser("quantri", password="mat-khau-thu-nghiem")
copy = KeptCopy(title="Ảnh chụp")
copy.file.save("anh.txt", ContentFile(b"kept"))
default_storage.save("images/cong.txt", ContentFile(b"public"))
page = make.publish(make.make_rebuttal(owner=(people := make.team())[0], office=owner), *people)
channels = []
for kind, stand_in in values["connections"].items():
    channel = Channel(organisation=owner, kind=kind, name=kind, is_sandbox=True,
                      config={**stand_in["config"], "settle_seconds": 0.3})
    channel.set_secrets(stand_in["secrets"])
    channel.save()
    channels.append(channel)
def owe(number, at):
    story = make_story(key=f"tin-{number:03d}", slug=f"tin-{number:03d}", title=f"Tin số {number:03d}.",
                       claim=f"Tin số {number:03d}.", short_answer=f"Trả lời tin số {number:03d}.",
                       url=f"https://kiemchung.example/tin-{number:03d}/")
    outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, Action.POST, at) for channel in channels])
owe(0, timezone.now())
worker = Worker(4)
worker.drain()
owe(1, timezone.now())
owe(2, timezone.now())
owe(3, timezone.now() + timedelta(days=1))
# Approved a moment ago, and by their plan the channels take it: nobody has planned it yet.
Channel.objects.update(plan=Channel.Plan.AUTOMATIC, plan_since=timezone.now() - timedelta(hours=1))
visitor = Client(SERVER_NAME="127.0.0.1")
visitor.login(username="quantri", password="mat-khau-thu-nghiem")
seal()
call_command("backup", values["place"], stdout=sys.stderr)
# A day goes by: what was due goes out, and so does what the channels take by themselves.
call_command("work", "--once")
print(json.dumps([page.title, visitor.session.session_key]))
"""

AFTER = """
from collections import Counter
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from cms.audit.entries import AuditEntry
from cms.audit.verifying import verify
from cms.models import KeptCopy, Rebuttal, User
from publishing.models import Channel, Delivery
with default_storage.open("images/cong.txt") as public, KeptCopy.objects.get().file.open() as kept:
    files = [public.read().decode(), kept.read().decode()]
page = Rebuttal.objects.get()
audit = verify()
call_command("work", "--once")
print(json.dumps({
    "states": Counter(Delivery.objects.values_list("state", flat=True)),
    "unclear": sum(one.is_unclear for one in Delivery.objects.all()),
    "secrets": {channel.kind: channel.adapter().secret for channel in Channel.objects.all()},
    "stopped": Channel.objects.filter(stopped_at__isnull=False).count(),
    "files": files,
    "title": page.title, "shown": Client(SERVER_NAME="127.0.0.1").get(page.url).status_code,
    "signs_in": Client(SERVER_NAME="127.0.0.1").login(username="quantri", password="mat-khau-thu-nghiem"),
    "breaks": audit.breaks, "waiting": audit.waiting,
    "noted": AuditEntry.objects.filter(deed="cms.restored").count(),
    "sessions": list(Session.objects.values_list("pk", flat=True)),
}))
"""

# Publishers look through what is held: the channels are connected again and everything is let go, tomorrow's as well.
LET_GO = """
import time
from collections import Counter
from django.core.management import call_command
from publishing import by_hand
from publishing.models import Channel, Delivery, State
from cms.models import User
from publishing.restored import PLANNED_AFTER
for channel in Channel.objects.all():
    by_hand.resume(channel)
person = User.objects.get(username="quantri")
for one in Delivery.objects.filter(state=State.HELD):
    if one.words == PLANNED_AFTER:
        by_hand.settle(one, person, is_there=True)
    else:
        by_hand.retry(one, person)
for turn in range(3):  # not found is believed after the lease
    call_command("work", "--once")
    time.sleep(0.7)
print(json.dumps(Counter(Delivery.objects.values_list("state", flat=True))))
"""


class StandIns:
    """Three channels, and how often each text stands on each."""

    def __init__(self, folder: Path) -> None:
        self.page = FacebookSandbox(calls_an_hour=10**6)
        self.paper = WordPressSandbox()
        self.newsroom = NewsroomSandbox(store=folder / "newsroom")

    def counts(self) -> dict[str, Counter[str]]:
        def name(text: str) -> str:
            found = re.search(r"Tin số (\d{3})", text)
            return found[1] if found else "page"

        return {
            "facebook": Counter(name(copy["text"]) for copy in self.page.copies()),
            "wordpress": Counter(name(copy["text"]) for copy in self.paper.copies()),
            "newsroom": Counter(name(item["headlines"][0]["value"]) for item in self.newsroom.items()),
        }


@pytest.fixture
def stand_ins(tmp_path: Path) -> Iterator[StandIns]:
    made = StandIns(tmp_path)
    servers = (made.page, made.paper, made.newsroom)
    for server in servers:
        server.start()
    yield made
    for server in servers:
        server.stop()


@contextmanager
def _databases(kind: str) -> Iterator[list[dict[str, str]]]:
    """Settings of two installations."""
    if kind == "sqlite":
        yield [{}, {}]
        return
    with postgres() as url:
        subprocess.run([program("createdb"), "-T", TEMPLATE, "--maintenance-db", url, "second"], check=True)
        yield [{"DATABASE_URL": url}, {"DATABASE_URL": url.rpartition("/")[0] + "/second"}]


def _everywhere(**counts: int) -> dict[str, Counter[str]]:
    found = Counter({name.removeprefix("n"): count for name, count in counts.items()})
    return dict.fromkeys(("facebook", "wordpress", "newsroom"), found)


def _says(installation: Installation, *command: str) -> str:
    """What a command that is refused says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=installation.environment, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stdout
    return done.stderr


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgres", "pg_dump", "psql"))]
)
def test_a_restored_installation_has_everything_and_sends_nothing_a_second_time(tmp_path, stand_ins, kind):
    ways_in = connections(stand_ins.page, stand_ins.paper, stand_ins.newsroom)
    place = tmp_path / "backups"
    with _databases(kind) as (first, second):
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        office = Installation(tmp_path / "a", **FAST, **first)
        title, session = office.run(AT_WORK, connections=ways_in, place=str(place))
        went_out = _everywhere(n000=1, n001=1, n002=1, page=1)
        assert stand_ins.counts() == went_out

        # The machine is lost.
        home = Installation(tmp_path / "b", **FAST, **second)
        [keys] = place.glob("keys-*.json")
        assert stat.S_IMODE(keys.stat().st_mode) == 0o600
        assert "--keys" in _says(home, "restore", str(place))
        home.manage("restore", str(place), "--keys", str(keys))

        found: dict[str, Any] = home.run(AFTER)  # and its worker has run
        assert found["title"] == title and found["shown"] == 200 and found["signs_in"]
        assert found["files"] == ["public", "kept"]
        assert found["secrets"] == {name: way["secrets"] for name, way in ways_in.items()}
        assert found["breaks"] == [] and found["waiting"] == 0 and found["noted"] == 1
        assert session not in found["sessions"]
        # Sent: the first story. Held and unclear: two that were due, one for tomorrow, and the page that a plan takes.
        assert found["states"] == {"sent": 3, "held": 12}
        assert (found["unclear"], found["stopped"]) == (12, 3)
        assert stand_ins.counts() == went_out, "the restored installation sent by itself"

        assert home.run(LET_GO) == {"sent": 12, "due": 3}
        assert stand_ins.counts() == went_out


def test_a_damaged_or_newer_backup_is_not_restored(tmp_path):
    office = Installation(tmp_path)
    place = tmp_path / "backups"
    office.manage("backup", str(place))
    [folder] = [path for path in place.iterdir() if path.is_dir()]
    office.manage("backup", "--verify", str(place))

    newer = shutil.copytree(folder, tmp_path / "newer")
    said = json.loads((newer / "manifest.json").read_text())
    said["migrations"]["cms"].append("9999_later")
    (newer / "manifest.json").write_text(json.dumps(said))
    assert "9999_later" in _says(office, "restore", str(newer))

    with (folder / "database.sqlite3").open("r+b") as file:
        file.seek(5000)
        file.write(b"xxxx")
    assert "database.sqlite3 was changed" in _says(office, "backup", "--verify", str(place))
    assert "not whole" in _says(office, "restore", str(place))


def test_each_backup_leaves_the_sign_that_status_page_and_alert_go_by(tmp_path):
    office = Installation(tmp_path)
    place = tmp_path / "backups"
    sign = Path(office.environment["DATA_DIR"]) / "last_backup.json"

    office.manage("backup", str(place))
    well = json.loads(sign.read_text())
    assert well["ok"] is True

    [folder] = [path for path in place.iterdir() if path.is_dir()]
    assert well["at"] == json.loads((folder / "manifest.json").read_text())["made_at"]
    (folder / "database.sqlite3").write_bytes(b"x")
    _says(office, "backup", "--verify", str(place))
    assert json.loads(sign.read_text()) == {**well, "ok": False}, "a damaged one counts as none"

    sign.unlink()
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another backup" in _says(office, "backup", str(place))
        assert not sign.exists(), "the other one will say how it ended"
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    subprocess.run([sys.executable, "manage.py", "backup", str(blocked)], cwd=ROOT, env=office.environment, stderr=-3)
    assert json.loads(sign.read_text())["ok"] is False


def test_an_installation_in_use_is_overwritten_only_when_that_is_said(tmp_path):
    office = Installation(tmp_path)
    place = tmp_path / "backups"
    office.run("from tests import make\nmake.make_user(username='an')")
    office.manage("backup", str(place))
    office.run("from cms.models import User\nUser.objects.update(username='binh')")
    assert "--force" in _says(office, "restore", str(place))
    office.manage("restore", str(place), "--force")
    assert office.run(
        "from cms.models import User\nprint(json.dumps([one.username for one in User.objects.all()]))"
    ) == ["an"]
