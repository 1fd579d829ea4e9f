"""The clock of the machine is set while calls are under way: an hour forward, and back. Nothing is doubled, nothing is lost.

libfaketime tells the worker another time of day; the clock that nobody sets goes on. The negative control takes the protection
away and must show doubles: a test that cannot fail proves nothing.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from publishing.sandbox.facebook import APP_SECRET, PAGE_ID, PAGE_TOKEN, FacebookSandbox
from publishing.sandbox.server import Reply, Request
from tests.faults.installation import Installation
from tests.faults.test_kill import COUNT, SEED
from tests.servers.local import wait_until

STORIES, TAKES = 6, 4.0


class LatePage(FacebookSandbox):
    """Carries out a post a while after it was asked: the time in which looking for it finds nothing."""

    asked = 0

    def answer(self, request: Request) -> Reply:
        if request.method == "POST":
            self.asked += 1
            time.sleep(TAKES)
        return super().answer(request)


UNPROTECTED = """
import signal
from publishing import steady
from publishing.worker import Worker
steady.clock.notice = lambda: None
worker = Worker(8)
signal.signal(signal.SIGTERM, lambda *_: worker.stopping.set())
worker.run()
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Installation, LatePage, Path]]:
    page, said = LatePage(calls_an_hour=10**6), tmp_path / "time"
    page.start()
    said.write_text("+0")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    installation = Installation(
        tmp_path,
        LD_PRELOAD=str(library), FAKETIME_TIMESTAMP_FILE=str(said), FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
        DELIVERY_LEASE_SECONDS="30",
    )  # fmt: skip
    config = {"page_id": PAGE_ID, "api_base": page.url, "api_version": "v25.0"}
    secrets = {"access_token": PAGE_TOKEN, "app_secret": APP_SECRET}
    installation.run(SEED, connections={"facebook": {"config": config, "secrets": secrets}}, stories=STORIES)
    try:
        yield installation, page, said
    finally:
        installation.stop()
        page.stop()


def copies(page: LatePage) -> Counter[str]:
    return Counter(copy["text"].split("Tin số ")[1][:3] for copy in page.copies())


@pytest.mark.needs("faketime")
def test_a_clock_that_is_set_while_calls_are_under_way_doubles_and_loses_nothing(office):
    installation, page, said = office
    worker = installation.work()
    for time_of_day in ("+1h", "+0"):
        before = page.asked
        wait_until(lambda before=before: page.asked > before, 60, "a call under way")
        said.write_text(time_of_day)
        time.sleep(1)  # several looks of the worker
    wait_until(lambda: installation.run(COUNT) == {"sent": STORIES}, 60, "all of it")
    assert worker.poll() is None
    assert copies(page) == {f"{number:03d}": 1 for number in range(STORIES)}
    assert "the clock was set by" in (installation.folder / "log").read_text()


@pytest.mark.needs("faketime")
def test_without_the_protection_posts_are_doubled(office):
    installation, page, said = office
    installation.start(sys.executable, "-c", "import django; django.setup()\n" + UNPROTECTED)
    wait_until(lambda: page.asked > 0, 60, "a call under way")
    said.write_text("+1h")
    wait_until(lambda: any(count > 1 for count in copies(page).values()), 30, "a double")
