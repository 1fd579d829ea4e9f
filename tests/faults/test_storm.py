"""Web, worker and beat killed, PostgreSQL and Redis taken away, channels that lie, two beats at once: all in one run.

The long version, and what it found last: bench/faults.py, docs/faults.md.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults import storm


@pytest.mark.needs("postgres", "redis-server")
def test_whatever_is_killed_taken_away_or_lied_about_every_click_is_out_once_on_every_channel(tmp_path):
    told = storm.run(tmp_path, stories=20, seconds=8)
    print(told)
    assert_every_call_leads_back_to_its_click(tmp_path / "log")
    assert sum(count for what, count in told["met"].items() if what.startswith("kill")) >= 5


def assert_every_call_leads_back_to_its_click(log: Path) -> None:
    """By the ids in the lines of web and workers."""
    lines = []
    for line in log.read_text().splitlines():
        with suppress(ValueError):  # what others say in between, and the last word of who was killed
            lines.append(json.loads(line))
    lines = [line for line in lines if isinstance(line, dict)]
    clicks = {
        line["trace"]
        for line in lines
        if line["logger"] == "publishing.outbox" and line["message"].startswith("planned")
    }
    calls = [line["trace"] for line in lines if line["logger"] == "publishing.turn"]
    assert len(calls) > 60 and set(calls) <= clicks and "" not in clicks
