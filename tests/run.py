"""What ``make test`` runs: every check, and every test on both databases. Exits non-zero if anything could not run.

As root on Debian it first installs the Debian packages of tests/debian-packages.txt that are missing.
``tests/run.py --quick`` leaves out what takes minutes; the full run is what counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

BIN = Path(sys.executable).parent
PRODUCTION = {
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdef" * 4,
    "BASE_URL": "https://kiemchung.example.vn",
    "BEHIND_PROXY": "1",
}


def install_packages() -> None:
    """Installs missing Debian packages where we may; otherwise the tests that need them say so."""
    wanted = [line.split("#")[0].strip() for line in (ROOT / "tests" / "debian-packages.txt").read_text().splitlines()]
    if os.geteuid() != 0 or not Path("/usr/bin/dpkg-query").exists():
        return
    query = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}"]
    missing = [
        name
        for name in filter(None, wanted)
        if not subprocess.run([*query, name], capture_output=True, text=True).stdout.startswith("ii")
    ]
    if missing:
        print("Installing", *missing, flush=True)
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], **quiet)
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], **quiet)


def step(title: str, *command: str | Path, **environment: str) -> bool:
    """Runs one check and says how long it took. Tests show how far they are; what others say comes at their end."""
    is_tests = "pytest" in command
    if is_tests:
        print(f"\n== {title}", flush=True)
    started = time.monotonic()
    said = None if is_tests else subprocess.PIPE
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=said, stderr=said and subprocess.STDOUT, text=True
    )
    if not is_tests:
        print(f"\n== {title}\n{done.stdout}", flush=True)
    print(f"-- {title}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def audit_step() -> str:
    """Asks for known holes of the dependencies: "" or what the last line has to say about it. Found ones fail the run."""
    from tests.audit import HOLES, NOT_ASKED, audit

    started = time.monotonic()
    ended, lines = audit()
    word = {HOLES: "FAILED", NOT_ASKED: "NOT DONE"}.get(ended, "ok")
    print("\n== dependencies\n" + "\n".join(lines), flush=True)
    print(f"-- dependencies: {word}, {time.monotonic() - started:.0f} s", flush=True)
    return "" if word == "ok" else word


def main() -> int:
    """The number of steps that failed, as the exit status."""
    install_packages()
    manage = (sys.executable, "manage.py")
    pytest = (
        sys.executable,
        "-m",
        "pytest",
        "--numprocesses",
        "2",
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        "--durations",
        "20",
    )
    # mypy uses one processor for a minute: what else needs one goes beside it.
    with ThreadPoolExecutor(2) as both:
        started = [
            both.submit(step, "types", BIN / "mypy"),
            both.submit(step, "lint", BIN / "ruff", "check", "."),
            both.submit(step, "format", BIN / "ruff", "format", "--check", "."),
            both.submit(step, "migrations", *manage, "makemigrations", "--check", "--dry-run"),
            both.submit(
                step, "deployment settings", *manage, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION
            ),
        ]
        audited = both.submit(audit_step)
        ended = [each.result() for each in started]
        ended.append(audited.result() != "FAILED")
    ended.append(step("tests on SQLite", *pytest, *(["--ignore", "tests/faults"] if "--quick" in sys.argv else [])))
    from tests.servers.databases import TEMPLATE, postgres

    try:
        with postgres() as url:
            ended.append(
                step(
                    "tests on PostgreSQL",
                    *pytest,
                    *("tests/cms", "tests/publishing", "tests/campaigns"),
                    # What asks no database was right or wrong a step ago.
                    "--only-database",
                    *("-m", "not needs"),
                    DATABASE_URL=url,
                    TEST_TEMPLATE=TEMPLATE,
                )
            )
    except FileNotFoundError as missing:
        print(f"\n== tests on PostgreSQL could not run: {missing}")
        ended.append(False)
    failed = ended.count(False)
    not_done = "; NOT DONE: the dependencies were not audited" if audited.result() == "NOT DONE" else ""
    print(f"\n{len(ended)} steps, {failed} failed{not_done}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
