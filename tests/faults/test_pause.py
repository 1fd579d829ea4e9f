"""A pause while a worker claims and sends: nothing is posted after it that was not being sent, nothing is doubled or lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from publishing.sandbox.__main__ import connections
from tests.faults.installation import Installation
from tests.faults.test_kill import COUNT, SEED, StandIns
from tests.servers.databases import postgres
from tests.servers.local import wait_until

STORIES = 60

# In the middle of the work; what the table says in the very transaction of the pause, and right after it. It is loaded before
# the worker starts, or a fast worker would be done by then.
PAUSE = """
import time
from pathlib import Path
from cms.models import User
from django.db import transaction
from publishing import together
from publishing.models import Delivery
keys = set(Delivery.objects.values_list("story", flat=True))
person = User.objects.create_user("phathanh")
Path(values["ready"]).touch()
until = time.monotonic() + 60
while Delivery.objects.filter(state="sent").count() < 8 and time.monotonic() < until:
    time.sleep(0.02)
with transaction.atomic():
    held = together.pause(keys, person, plan="Khởi động", reason="Số sai")
    claimed = sorted(Delivery.objects.exclude(state="held").values_list("pk", flat=True))
print(json.dumps({"held": held, "claimed": claimed}))
"""

AFTER = """
from publishing.models import Attempt, Delivery
print(json.dumps({
    "sent": sorted(Delivery.objects.filter(state="sent").values_list("pk", flat=True)),
    "open": Delivery.objects.filter(state__in=["sending", "due"]).count(),
    "reasons": sorted({one.words_text() for one in Delivery.objects.filter(state="held")}),
    "tries_of_held": Delivery.objects.filter(state="held", tried_at__isnull=False).count(),
}))
"""

GO_ON = """
from datetime import timedelta
from cms.models import User
from publishing import together
from publishing.models import Delivery
keys = set(Delivery.objects.values_list("story", flat=True))
gone = together.release(keys, User.objects.get(), plan="Khởi động", later=timedelta(), sends_missed=True)
print(json.dumps(gone.going))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Installation, StandIns]]:
    with ExitStack() as servers:
        stand_ins = servers.enter_context(StandIns(tmp_path))
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if request.param == "postgres" else {}
        made = Installation(tmp_path, **settings)
        made.manage("migrate", "--verbosity", "0")
        ways_in = connections(stand_ins.page, stand_ins.paper, stand_ins.newsroom)
        made.run(SEED, connections=ways_in, stories=STORIES)
        try:
            yield made, stand_ins
        finally:
            made.stop()


def test_a_pause_in_the_middle_of_the_work_stops_it_there(installation, tmp_path):
    office, stand_ins = installation
    ready = tmp_path / "ready"
    with ThreadPoolExecutor(1) as beside:
        pausing = beside.submit(office.run, PAUSE, ready=str(ready))
        wait_until(ready.exists, 60, "whoever is going to pause")
        office.work()
        paused = pausing.result()
    assert 0 < paused["held"] < STORIES * 3 and paused["held"] + len(paused["claimed"]) == STORIES * 3
    wait_until(lambda: office.run(AFTER)["open"] == 0, 60, "the end of what was being sent")
    time.sleep(2)  # several looks of the worker: there must be nothing that it takes
    after = office.run(AFTER)
    # What was claimed and not yet called when the pause came is held as well.
    late = set(paused["claimed"]) - set(after["sent"])
    assert set(after["sent"]) <= set(paused["claimed"]) and after["tries_of_held"] == 0
    assert len(after["reasons"]) == 1 and "Khởi động" in after["reasons"][0] and "phathanh" in after["reasons"][0]
    assert sum(sum(counted.values()) for counted in stand_ins.counts().values()) == len(after["sent"])

    assert office.run(GO_ON) == paused["held"] + len(late)
    wait_until(lambda: office.run(COUNT) == {"sent": STORIES * 3}, 120, "the rest")
    everything = {f"{number:03d}": 1 for number in range(STORIES)}
    assert all(dict(counted) == everything for counted in stand_ins.counts().values())
