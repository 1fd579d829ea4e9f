"""Many workers at one table: no delivery is claimed twice, none is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from publishing.sandbox.__main__ import connections
from tests.faults.installation import Installation
from tests.faults.test_kill import SEED, StandIns
from tests.servers.databases import postgres

CLAIM = """
import threading
from django.db import connection
from publishing import outbox
from publishing.channels import adapters
for adapter in adapters().values():
    adapter.max_in_flight = 1000
taken = []
def take():
    while claimed := outbox.claim(3):
        taken.extend(one.pk for one in claimed)
    connection.close()
threads = [threading.Thread(target=take) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps(taken))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with ExitStack() as servers:
        stand_ins = servers.enter_context(StandIns(tmp_path))
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if request.param == "postgres" else {}
        made = Installation(tmp_path, **settings)
        made.manage("migrate", "--verbosity", "0")
        made.run(SEED, connections=connections(stand_ins.page, stand_ins.paper, stand_ins.newsroom), stories=40)
        yield made


def test_no_row_is_claimed_twice(installation):
    taken = installation.run(CLAIM)
    assert len(taken) == 120 and len(set(taken)) == 120
