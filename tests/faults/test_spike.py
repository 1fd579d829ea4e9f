"""The spike of bench/spike.py, a few seconds of it; and that it says so where something is not as it is to be."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.spike_editors import Click
from bench.spike_told import complaints

ROOT = Path(__file__).resolve().parent.parent.parent
ONE, OTHER = ("facebook 1", "0123456789"), ("webhook 2", "0123456789")


def test_readers_editors_and_deliveries_get_through_a_short_spike_without_an_error():
    # How fast and how punctual is not for a machine that does other things: the long run tells that.
    command = ["bench/spike.py", "--kind", "embedded", "--quick", "--late", "60", "--least", "0"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=400)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| spike | 400 | 400 |" in done.stdout
    assert "deliveries: 50 owed, 50 came, 0 lost, 0 doubled" in done.stdout


def _phase(**other: Any) -> dict[str, Any]:
    usual = {"planned": 2, "seconds": 2.0, "statuses": {"200": 2}, "errors": {}, "took": [0.1, 0.2], "neither": 0}
    return {**usual, "old_asked_at": [], "new_asked_at": [], **other}


def _all_well() -> dict[str, Any]:
    """A spike from second 100 on; at 110 the correction was published."""
    return {
        "asked": {"rate": 1, "times": 1, "least": 0.5, "late": 5},
        "quiet": _phase(old_asked_at=[90.0, 91.0]),
        "spike": _phase(old_asked_at=[110.9], new_asked_at=[111.1]),
        "after": _phase(new_asked_at=[130.0, 131.0]),
        "clicks": [Click("today", 99.0, 0.1, "200", True), Click("save draft", 100.0, 0.1, "302", True)],
        "approver": Click("publish the correction", 109.0, 1.0, "302", True),
        "look": {"drafts": {"nguoi-1": 1}},
        "owed": {ONE: 100.0, OTHER: 101.0},
        "arrived": {ONE: 100.1, OTHER: 105.9},
        "standing": Counter({ONE: 1, OTHER: 1}),
        "corrected": 8,
        "channels": 8,
    }


def test_a_spike_in_which_all_was_well_has_no_complaint():
    assert complaints(_all_well()) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["spike"], _phase(planned=3, errors={"ConnectionRefusedError": 1}), "spike: readers met {'ConnectionRefusedError': 1}"),
        (["quiet", "statuses"], {"200": 1, "503": 1}, "quiet: readers met {'503': 1}"),
        (["spike", "neither"], 1, "neither the old nor the new"),
        (["spike", "planned"], 3, "of 3 readers only 2"),
        (["spike", "seconds"], 10.0, "the spike did not come"),
        (["spike", "old_asked_at"], [110.9, 111.2], "1 readers got the old words, 1.2 s after"),
        (["after", "old_asked_at"], [130.0], "afterwards 1 readers still"),
        (["after", "new_asked_at"], [], "afterwards 0 readers still"),
        (["approver"], Click("publish the correction", 109.0, 1.0, "500", False), "the correction was not published: 500"),
        (["corrected"], 7, "corrected on 7 of 8"),
        (["clicks", 0], Click("today", 99.0, 30.0, "ReadTimeout", False), "editors met {'today: ReadTimeout': 1}"),
        (["look", "drafts"], {"nguoi-1": 0}, "1 drafts were said to be saved, 0 are there"),
        (["standing"], Counter({ONE: 1}), "1 deliveries are lost"),
        (["arrived"], {ONE: 100.1}, "1 deliveries are lost"),
        (["standing"], Counter({ONE: 2, OTHER: 1}), "1 deliveries are doubled"),
        (["arrived"], {ONE: 100.1, OTHER: 106.1}, "1 deliveries were more than 5 s late, 5.1 s"),
        (["arrived"], {ONE: 99.9, OTHER: 101.1}, "1 deliveries were early"),
    ],
)  # fmt: skip
def test_whatever_is_not_as_it_is_to_be_is_a_complaint(path, value, said):
    told = copy.deepcopy(_all_well())
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    found = complaints(told)
    assert len(found) == 1 and said in found[0], found
