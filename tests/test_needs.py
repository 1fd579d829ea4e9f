"""A suite that cannot run is named, and makes the run fail: a green run has run everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize(("program", "status"), [("no-such-program", 1), ("sh", 0)])
def test_a_missing_program_fails_the_run_and_is_named(tmp_path, program, status, processes):
    suite = tmp_path / "test_suite.py"
    suite.write_text(
        f"import pytest\n\n@pytest.mark.needs({program!r})\ndef test_it(): pass\n\ndef test_other(): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", processes, "--rootdir", str(ROOT),
         "-c", str(ROOT / "pyproject.toml"), str(suite)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert ("suites that could not run" in done.stdout and "no-such-program" in done.stdout) == bool(status)
