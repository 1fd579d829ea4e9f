"""The fault tests, longer: what is killed, taken away and lied about, and whole days of the office. Figures in docs/faults.md.

    .venv/bin/python bench/faults.py            two storms of a minute, three days
    .venv/bin/python bench/faults.py storm 10 600    ten storms of ten minutes each
    .venv/bin/python bench/faults.py day 50 200      fifty days with 200 stories each

Another seed each time. It ends with an error at the first post that was lost, doubled or early, counted at the channels.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.faults import storm  # noqa: E402
from tests.faults.installation import Installation  # noqa: E402

DAY = """
import sys, json, django
from pathlib import Path
django.setup()
import time_machine
from tests.faults.test_day import BEGIN, live
with time_machine.travel(BEGIN) as clock:
    print(json.dumps(live(clock, Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
"""


def storms(count: int, seconds: int) -> None:
    for seed in range(1, count + 1):
        with tempfile.TemporaryDirectory(prefix="storm-") as folder:
            told = storm.run(Path(folder), stories=max(30, seconds), seconds=seconds, seed=seed)
            print(f"storm {seed}:", told, flush=True)


def days(count: int, stories: int) -> None:
    for seed in range(1, count + 1):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="day-") as folder:
            installation = Installation(Path(folder), EMAIL_URL="dummymail://", LOG_LEVEL="CRITICAL")
            command = [sys.executable, "-c", DAY, folder, str(stories), str(seed)]
            done = subprocess.run(command, cwd=ROOT, env=installation.environment, stdout=subprocess.PIPE, check=True)
        print(
            f"day {seed}:", json.loads(done.stdout.splitlines()[-1]), f"in {time.monotonic() - began:.0f} s", flush=True
        )


def main() -> None:
    match sys.argv[1:]:
        case ["storm", count, seconds]:
            storms(int(count), int(seconds))
        case ["day", count, stories]:
            days(int(count), int(stories))
        case []:
            storms(2, 60)
            days(3, 100)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
