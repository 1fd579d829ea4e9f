"""Readers go on reading while a release is taken into use and taken back: by the scripts of deploy/, on private ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.faults.installation import ROOT


@pytest.mark.needs("postgres", "redis-server", "nginx", "curl")
def test_no_request_fails_while_a_release_is_taken_into_use_and_taken_back():
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/rehearse", "--seconds-between", "1", "--quick"],
        cwd=ROOT,
        # A machine's own: what other tests of this process set (the browser's do) is no setting of an office.
        env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.stdout, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, found["failures"]) == (0, [])
    assert found["requests"] > 50 and set(found["shown"]) == {"first", "second"}
