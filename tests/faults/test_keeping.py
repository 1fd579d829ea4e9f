"""Workers that are killed while they keep copies: no half file stays, no copy is lost, and none is there twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from publishing.sandbox.server import Reply, Sandbox
from tests.faults.installation import Installation
from tests.servers.databases import postgres

KILLS, PAGES = 3, 12

SETUP = """
import datetime, time, django; django.setup()
from django.conf import settings
settings.FETCHES_FROM_LOOPBACK = True
from cms.keeping import copies
copies.LEASE = datetime.timedelta(seconds=4)
copies._site = lambda url: url
"""
KEEP = SETUP + "while True:\n    copies.turn()\n    time.sleep(0.02)\n"
BEGIN = SETUP + "copies.Keeping.objects.bulk_create(copies.Keeping(url=url) for url in values['urls'])\nprint('{}')\n"
ASK = """
import hashlib
from pathlib import Path
from django.conf import settings
from cms.models import Keeping, KeptCopy
root = Path(settings.PRIVATE_ROOT)
copies = list(KeptCopy.objects.all())
print(json.dumps({
    "owed": Keeping.objects.exclude(due_at=None).count(),
    "copies": sorted(copy.source_url for copy in copies),
    "whole": all(hashlib.sha256((root / copy.file.name).read_bytes()).hexdigest() == copy.sha256 for copy in copies),
    "strays": sorted({str(path.relative_to(root)) for path in root.rglob("*.zip")} - {copy.file.name for copy in copies}),
}))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with ExitStack() as servers:
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if request.param == "postgres" else {}
        made = Installation(tmp_path, **settings)
        made.manage("migrate", "--verbosity", "0")
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def site() -> Iterator[Sandbox]:
    made = Sandbox()
    page = b"<p>" + b"Trang h\xc6\xb0 c\xe1\xba\xa5u. " * 20_000

    def slowly(request: object, number: str) -> Reply:
        time.sleep(0.05)
        return Reply(200, page, content_type="text/html; charset=utf-8")

    made.route("GET", r"/(\d+)", slowly)
    made.start()
    yield made
    made.stop()


def test_workers_that_are_killed_again_and_again_keep_each_page_once_and_leave_no_half_file(office, site):
    urls = sorted(f"{site.url}/{number}" for number in range(PAGES))
    office.run(BEGIN, urls=urls)
    for _time in range(KILLS):
        before, until = len(site.log), time.monotonic() + 60
        workers = [office.start(sys.executable, "-c", KEEP) for _two in range(2)]
        while len(site.log) < before + 2 and time.monotonic() < until:
            time.sleep(0.005)
        for worker in workers:
            worker.kill()  # one of them is between the answer and the row of its copy
            worker.wait()
    last = office.start(sys.executable, "-c", KEEP)
    until = time.monotonic() + 60
    while (found := office.run(ASK))["owed"] and time.monotonic() < until:
        time.sleep(0.5)
    last.kill()
    last.wait()
    assert found == {"owed": 0, "copies": urls, "whole": True, "strays": []}
