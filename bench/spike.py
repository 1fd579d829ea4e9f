"""A rumour goes round: fifty times as many readers on one page, while editors work and a thousand deliveries fall due.

    .venv/bin/python bench/spike.py --kind production    PostgreSQL, Redis, Celery and beat, two web processes behind nginx
    .venv/bin/python bench/spike.py --kind embedded      SQLite, the embedded server and sender, nothing in front
    .venv/bin/python bench/spike.py --kind embedded --quick    a few seconds of it: whether this still works

First the usual: readers come --rate times a second, and some editors work. Then --times as many come for --seconds, and
meanwhile the deliveries fall due one after the other, over eight stand-ins of channels; in the middle an approver publishes
a correction of that very page, which is out on these channels as well. Everything that is measured is measured from
outside: by the readers, at the editors, at the stand-ins. All of it runs on this machine, readers and stand-ins too.

It ends with 1 if an answer was wrong, a delivery was lost, doubled, early, or later than --late seconds, a draft was lost, or
somebody who asked more than a second after the correction got the old words.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.spike_channels import Channels  # noqa: E402
from bench.spike_editors import Click, Person  # noqa: E402
from bench.spike_office import KINDS, LOOK, NEW, OLD, PLAN, Office, office  # noqa: E402
from bench.spike_told import PHASES, WITHIN, complaints, show  # noqa: E402
from tests.servers.local import stop, wait_until  # noqa: E402

# Nothing promises less in words; half a minute would still be read as "at nine o'clock". Five seconds are what a person
# who waits for a post at its time takes for punctual, and ten times what the worker's own looking about costs at most.
LATE = 5.0
AFTER = 3.0  # seconds of usual times after the spike: everybody gets the corrected words
STRAGGLERS = 120.0  # seconds after the spike in which a late delivery still counts as late and not as lost


def readers(at: Office, rate: float, seconds: float, begins_at: float) -> subprocess.Popen[str]:
    """Readers of the page from ``begins_at`` on, in a process of their own."""
    wanted = {"port": at.port, "path": at.made["path"], "rate": rate, "seconds": seconds, "begins_at": begins_at}
    return _helper("spike_readers.py", wanted | {"old": OLD, "new": NEW})


def _helper(name: str, wanted: dict[str, Any]) -> subprocess.Popen[str]:
    helper = subprocess.Popen(
        [sys.executable, str(ROOT / "bench" / name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert helper.stdin
    helper.stdin.write(json.dumps(wanted) + "\n")
    helper.stdin.flush()
    return helper


def said(helper: subprocess.Popen[str], seconds: float) -> Any:
    """What it prints last. RuntimeError if it fails."""
    out, _err = helper.communicate(timeout=seconds)
    if helper.returncode:
        raise RuntimeError(f"{helper.args!r} failed")
    return json.loads(out.splitlines()[-1])


def sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """One spike. What everybody met, for ``spike_told``."""
    with ExitStack() as kept:
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="spike-")))
        channels = Channels(kept)
        at = kept.enter_context(
            office(asked.kind, folder, channels.connections(), asked.editors, asked.incidents, not asked.quick)
        )
        approver = Person(at.port, at.made["approver"], "127.0.3.1")
        # The copies of the page are out, and the page was made, before anybody comes in numbers.
        wait_until(lambda: channels.saying(OLD) == len(channels.rigs), 60, "the copies of the page")
        for _time in range(20):
            approver.click("page", at.made["path"])
        plan = at.installation.run(
            PLAN, count=asked.deliveries, seconds=asked.seconds, starts_in=asked.quiet + 5 + asked.deliveries * 0.04
        )
        begins_at, ends_at = plan["begins_at"], plan["begins_at"] + asked.seconds
        if time.time() > begins_at - asked.quiet - 1:
            raise SystemExit("This machine was too busy to plan the deliveries in time.")
        load_before = os.getloadavg()[0]
        people = _helper(
            "spike_editors.py",
            {"port": at.port, "editors": at.made["editors"], "pause": asked.pause, "until": ends_at},
        )
        kept.callback(stop, people)
        usual = readers(at, asked.rate, asked.quiet, begins_at - asked.quiet)
        kept.callback(stop, usual)
        quiet = said(usual, asked.quiet + 120)
        many = readers(at, asked.rate * asked.times, asked.seconds, begins_at)
        kept.callback(stop, many)
        sleep_until(begins_at + asked.seconds / 2)
        approver.click("publish the correction", at.made["click"], {"comment": ""}, frozenset({200, 302}))
        click = approver.clicks[-1]
        spike = said(many, asked.seconds + 120)
        load_after = os.getloadavg()[0]
        sleep_until(click.at + click.seconds + WITHIN)
        after = said(readers(at, asked.rate, AFTER, time.time() + 0.5), AFTER + 120)
        clicks = [Click(*one) for one in said(people, 120)]
        owed = {(name, token): due for name, token, due in plan["due"]}
        _wait_for(lambda: owed.keys() <= channels.arrived.keys() and channels.saying(NEW) == len(channels.rigs))
        look: dict[str, Any] = {}

        def is_over() -> bool:
            look.update(at.installation.run(LOOK, editors=at.made["editors"], key=at.made["key"]))
            return not {"due", "sending"} & look["states"].keys()

        _wait_for(is_over)
        log = (folder / "log").read_text(errors="replace")
        return {
            "asked": vars(asked),
            "load": [load_before, load_after],
            "began": {"quiet": begins_at - asked.quiet, "spike": begins_at, "end": ends_at},
            "quiet": quiet,
            "spike": spike,
            "after": after,
            "clicks": clicks,
            "approver": click,
            "owed": owed,
            "arrived": channels.arrived,
            "standing": channels.standing(),
            "corrected": channels.saying(NEW),
            "channels": len(channels.rigs),
            "look": look,
            "log": log,
        }


def _wait_for(is_so: Any) -> None:
    """Until it is so, or for as long as it is worth waiting: what is missing then is told by the counts."""
    try:
        wait_until(is_so, STRAGGLERS, "the deliveries")
    except TimeoutError as late:
        print(late, file=sys.stderr)


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--rate", type=float, default=20, help="readers a second at usual times")
    parser.add_argument("--times", type=float, default=50, help="how many times as many come in the spike")
    parser.add_argument("--quiet", type=float, default=30, help="seconds of usual times before")
    parser.add_argument("--seconds", type=float, default=60, help="seconds of the spike")
    parser.add_argument("--deliveries", type=int, default=1000)
    parser.add_argument("--editors", type=int, default=4)
    parser.add_argument("--pause", type=float, default=1.5, help="seconds between two clicks of an editor")
    parser.add_argument(
        "--incidents", type=int, default=1000, help="size of the office, see seeded_office.py; at least 300, or none"
    )
    parser.add_argument("--late", type=float, default=LATE, help="seconds after which a delivery is late")
    parser.add_argument(
        "--least", type=float, default=0.5, help="share of the spike that must be reached, or it proves less"
    )
    parser.add_argument("--quick", action="store_true", help="4 s at 5 times 20 a second, 50 deliveries, 2 editors")
    asked = parser.parse_args(given)
    if asked.quick:
        small = {"times": 5, "quiet": 2, "seconds": 4, "deliveries": 50, "editors": 2, "pause": 0.2, "incidents": 0}
        vars(asked).update(small)
    return asked


def main() -> None:
    """Prints what was measured, and everything that was not as it is to be."""
    asked = options()
    told = run(asked)
    show(told)
    wrong = complaints(told)
    for one in wrong:
        print(f"WRONG: {one}")
    if wrong:
        for phase in PHASES:
            print(*told[phase]["samples"][:5], sep="\n", file=sys.stderr)
        print(told["log"][-4000:], file=sys.stderr)
        sys.exit(1)
    print("no errors, nothing late, lost or doubled")


if __name__ == "__main__":
    main()
