"""Sealers that are killed, that meet each other, and rows that appear late: no event is missed, none is there twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.servers.databases import postgres

KILLS = 4

WRITE = """
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import ModelLogEntry
kind = ContentType.objects.get(app_label="publishing", model="organisation")
for part in range(values["parts"]):
    ModelLogEntry.objects.bulk_create(
        ModelLogEntry(
            content_type=kind, label="Cơ quan (hư cấu)", action="wagtail.edit", timestamp=timezone.now(), object_id="1"
        )
        for _number in range(100)
    )
"""

SEAL = "import time, django; django.setup()\nfrom cms.audit.sealing import seal\nwhile True:\n    seal()\n    time.sleep(0.05)\n"

ASK = """
from cms.audit import sealing, verifying
from cms.audit.entries import AuditEntry
from cms.audit.sources import SOURCES
for _time in range(values.get("seal", 0)):
    sealing.seal()
found = verifying.verify()
print(json.dumps({
    "breaks": found.breaks,
    "waiting": found.waiting,
    "entries": AuditEntry.objects.count(),
    "rows": sum(source.rows().count() for source in SOURCES),
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


def test_two_sealers_that_are_killed_again_and_again_miss_nothing_and_double_nothing(office):
    before = office.run(ASK)["rows"]
    killed = 0
    for _time in range(KILLS):
        sealers = [office.start(sys.executable, "-c", SEAL) for _two in range(2)]
        office.run(WRITE, parts=10)
        time.sleep(0.2)
        for sealer in sealers:
            killed += sealer.poll() is None
            sealer.kill()
            sealer.wait()
        assert office.run(ASK)["breaks"] == []
    assert killed >= KILLS, "they were at work when they were killed"
    found = office.run(ASK, seal=2)
    assert found == {"breaks": [], "waiting": 0, "entries": before + KILLS * 1000, "rows": before + KILLS * 1000}


@pytest.mark.needs("postgres")
def test_a_transaction_that_commits_late_is_still_taken_in(tmp_path):
    import psycopg

    with postgres() as address:
        office = Installation(tmp_path, DATABASE_URL=address)
        office.manage("migrate", "--verbosity", "0")
        office.run(WRITE, parts=1)
        with psycopg.connect(address) as late:
            row = late.execute(
                "INSERT INTO wagtailcore_modellogentry (label, action, data, timestamp, content_changed, deleted, object_id)"
                " VALUES ('muộn', 'wagtail.edit', '{}', now(), false, false, '1') RETURNING id"
            ).fetchone()
            assert row
            office.run(WRITE, parts=2)  # ids above the one that nobody sees yet
            sealed = office.run(ASK, seal=4)
            assert sealed["breaks"] == [] and sealed["waiting"] == 0
            with psycopg.connect(address) as other:
                ask = "SELECT sealed_to FROM cms_auditmark WHERE source = 'log'"
                mark = other.execute(ask).fetchone()
                assert mark and mark[0] < row[0], "nobody looks below the mark any more"
            late.commit()
        found = office.run(ASK, seal=4)
        assert found["breaks"] == [] and found["waiting"] == 0
        assert found["entries"] == found["rows"] == sealed["entries"] + 1
        with psycopg.connect(address) as other:
            mark = other.execute(ask).fetchone()
            assert mark and mark[0] > row[0], "and it moves on once the transaction is over"
