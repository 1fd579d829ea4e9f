"""``make audit``: asks whether any locked dependency has a known hole. Never green without having asked.

Ends with 0: every dependency was looked up, none has a known hole. 1: some have; they are listed, with the release that mends
them. 2: it could not be asked, or not for all of them, and why. ``make test`` runs it too; there 2 is said in the last line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOUND, HOLES, NOT_ASKED = 0, 1, 2
SECONDS = 180
# Holes that do not concern us, by their number, each with the reason and the day until which that was looked at.
PASSED_OVER: dict[str, str] = {}

Asking = Callable[[Sequence[str]], tuple[str, str]]


def ask(arguments: Sequence[str]) -> tuple[str, str]:
    """(what pip-audit wrote, what it said beside that)"""
    command = [
        str(Path(sys.executable).with_name("pip-audit")),
        "--format",
        "json",
        "--progress-spinner",
        "off",
        *arguments,
    ]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as fault:
        return "", f"{type(fault).__name__}: {fault}"
    return done.stdout, done.stderr


def audit(asking: Asking = ask) -> tuple[int, list[str]]:
    """(how it ended, lines for a person)"""
    written, said = asking(["--disable-pip", "--require-hashes", "--requirement", "requirements.txt"])
    try:
        found: list[dict[str, Any]] = json.loads(written)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = said.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        return NOT_ASKED, [f"NOT AUDITED: the service that knows of holes could not be asked. {last[0]}"]
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release yet'}"
        for one in found
        for hole in one.get("vulns", [])
        if hole["id"] not in PASSED_OVER
    ]
    skipped = [one for one in found if "skip_reason" in one]
    lines = [*holes, *(f"passed over: {number}: {why}" for number, why in PASSED_OVER.items())]
    if skipped or not found:
        why = skipped[0]["skip_reason"] if skipped else "nothing was looked up"
        lines.append(f"NOT AUDITED: {len(skipped)} of {len(found)} dependencies could not be looked up. {why}")
    if holes:
        return HOLES, lines
    if skipped or not found:
        return NOT_ASKED, lines
    return SOUND, [*lines, f"{len(found)} dependencies, none with a known hole."]


if __name__ == "__main__":
    ended, told = audit()
    print("\n".join(told))
    sys.exit(ended)
