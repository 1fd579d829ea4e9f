"""deploy/ on a fresh Debian 12 with its systemd, as an office has it: not a rehearsal in a folder, the real thing.

    apt-get install debootstrap systemd-container
    .venv/bin/python -m tests.fresh_machine [--folder /tmp/…] [--keep]

As root, in about ten minutes, most of them for packages. Makes a minimal Debian in a folder and boots it; it has processes,
users and files of its own, and the network of this machine, whose ports 80, 443, 5432, 6379, 8001 and 8002 must be free. Then it
does what docs/deploying.md and docs/upgrading.md say and asks after each step whether what they promise is so, while
somebody reads the site through nginx. Each line it prints was found to be so; the first that is not ends it with 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
import urllib3

from tests.servers.local import answers, stop, wait_until

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "kiemchung.example.vn"
PORTS = (80, 443, 5432, 6379, 8001, 8002)
UNITS = ("factcheck-web@8001", "factcheck-web@8002", "factcheck-worker", "factcheck-beat")
TIMERS = ("factcheck-backup.timer", "factcheck-audit.timer")
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
PLAIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)


def require(is_so: bool, what: str) -> None:
    """Says it, or ends the run."""
    if not is_so:
        raise SystemExit(f"NOT SO: {what}")
    say(what)


class Machine:
    """A Debian 12 in a folder, which boots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.leader = ""

    def make(self) -> None:
        """Debian's smallest system with systemd, and this machine's ways to packages."""
        sources = "/etc/apt/sources.list.d/debian.sources"
        text = Path(sources).read_text() if Path(sources).exists() else "URIs: http://deb.debian.org/debian"
        mirror = next(line.split()[1] for line in text.splitlines() if line.startswith("URIs:"))
        more = "systemd,systemd-sysv,dbus,ca-certificates"
        with (self.folder.parent / "debootstrap.log").open("wb") as log:
            subprocess.run(
                ["debootstrap", "--variant=minbase", f"--include={more}", "bookworm", self.folder, mirror],
                check=True, stdout=log, stderr=log,
            )  # fmt: skip
        if Path(sources).exists():
            shutil.copy(sources, self.folder / sources[1:])
            (self.folder / "etc/apt/sources.list").unlink(missing_ok=True)
        for one in Path("/etc/apt/apt.conf.d").glob("*registry*"):
            shutil.copy(one, self.folder / "etc/apt/apt.conf.d")
        shutil.copy(TRUST, self.folder / "etc/trusted-here.crt")

    def boot(self) -> None:
        """Until systemd says that all has started."""
        with (self.folder.parent / "boot.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["systemd-nspawn", "--directory", self.folder, "--boot", "--register=no", "--keep-unit",
                 "--resolv-conf=copy-host", "--console=pipe"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        wait_until(lambda: bool(children.read_text().split()), 20, "the first process of the machine")
        self.leader = children.read_text().split()[0]
        wait_until(lambda: self.does("systemctl", "is-system-running") in {"running", "degraded"}, 180, "systemd")

    def does(self, *command: str, cwd: str = "/", must: bool = False) -> str:
        """What the command printed. Raises SystemExit with all it said, if it ``must`` end well and did not."""
        inside = ["nsenter", "-t", self.leader, "-m", "-u", "-i", "-p", "--", "sh", "-c", 'cd "$0" && exec "$@"', cwd]
        done = subprocess.run(
            [*inside, *command], env={**PLAIN, "PIP_CERT": "/etc/trusted-here.crt"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if must and done.returncode:
            raise SystemExit(f"NOT SO: {' '.join(command)} ends well\n{done.stdout}")
        return done.stdout.strip()

    def state(self, unit: str) -> str:
        return self.does("systemctl", "is-active", unit)

    def pid(self, unit: str) -> int:
        """Of its first process, as the machine numbers it."""
        return int(self.does("systemctl", "show", "--property=MainPID", "--value", unit))

    def stop(self) -> None:
        """As with its button: systemd ends what runs."""
        if self.process:
            stop(self.process, 120)


def ask(path: str = "/", port: int = 443) -> requests.Response:
    """As a browser does; the certificate is Debian's self-signed one."""
    scheme = "https" if port == 443 else "http"
    return requests.get(
        f"{scheme}://127.0.0.1:{port}{path}",
        headers={"Host": DOMAIN} | ({"X-Forwarded-Proto": "https"} if port > 443 else {}),
        timeout=20,
        verify=False,  # noqa: S501 - its own machine
        allow_redirects=False,
    )


def is_there(port: int = 443) -> bool:
    """Whether a page comes: through nginx, or from a web process as nginx asks it."""
    with suppress(requests.RequestException):
        return ask(port=port).status_code == 200
    return False


@contextmanager
def readers() -> Iterator[Counter[str]]:
    """Two people who read without a pause: one the first page, one a page that no copy is kept of. Counts what they got."""
    got, ended = Counter[str](), threading.Event()

    def read(path: str) -> None:
        while not ended.is_set():
            try:
                got[str(ask(path).status_code)] += 1
            except requests.RequestException as error:
                got[type(error).__name__] += 1
            time.sleep(0.05)

    threads = [threading.Thread(target=read, args=[path]) for path in ("/", "/admin/login/")]
    for thread in threads:
        thread.start()
    try:
        yield got
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def everything_runs(machine: Machine) -> None:
    for unit in (*UNITS, *TIMERS):
        require(machine.state(unit) == "active", f"{unit} is active")
    require(machine.does("systemctl", "list-units", "--failed", "--plain", "--no-legend") == "", "no unit has failed")


def take_into_use(machine: Machine, source: Path) -> None:
    shutil.copytree(
        source, machine.folder / "root/site", ignore=shutil.ignore_patterns(".venv", "var", ".git", "__pycache__")
    )
    began = time.monotonic()
    said = machine.does("deploy/install", "--domain", DOMAIN, cwd="/root/site", must=True)
    require(
        "permission denied" not in said.lower(), f"deploy/install ends well, after {time.monotonic() - began:.0f} s"
    )
    everything_runs(machine)
    page = ask()
    require(
        page.status_code == 200 and 'lang="vi"' in page.text,
        "the first page comes through nginx, by TLS, in Vietnamese",
    )
    away = ask(port=80)
    require(away.status_code == 301 and away.headers["Location"].startswith("https://"), "plain HTTP leads to TLS")
    require("Strict-Transport-Security" in page.headers, "browsers are told to stay with TLS")
    environment = machine.does("stat", "-c", "%a %U", "/etc/factcheck/environment")
    require(environment == "600 root", "only root reads the settings")
    again = machine.does("deploy/install", "--domain", DOMAIN, cwd="/root/site", must=True)
    require("release 0001 stays in use" in again and ask().status_code == 200, "run again it changes nothing")


def what_runs_by_itself(machine: Machine) -> None:
    for unit in ("factcheck-backup", "factcheck-audit"):
        machine.does("systemctl", "start", f"{unit}.service", must=True)
        require(
            machine.does("systemctl", "show", "--property=Result", "--value", f"{unit}.service") == "success",
            f"{unit} ends well",
        )
    kept = machine.does("sh", "-c", "ls /var/lib/factcheck/backups | grep -c Z$")
    require(kept == "1", "there is a backup")
    worst = machine.does("journalctl", "-u", "factcheck*", "-p", "warning", "--no-pager", "--quiet")
    require(worst == "", "nothing of the site logged a warning")


def what_is_killed_comes_back(machine: Machine) -> None:
    """One part after the other: while a web process starts, the other one answers."""
    with readers() as got:
        for unit in UNITS:
            before = machine.pid(unit)
            machine.does("systemctl", "kill", "--signal=KILL", "--kill-who=main", unit, must=True)
            wait_until(lambda: machine.pid(unit) not in {0, before}, 60, f"{unit} is back")  # noqa: B023
            if "@" in unit:
                wait_until(lambda: is_there(int(unit.partition("@")[2])), 60, f"{unit} answers")  # noqa: B023
            say(f"{unit} is back after kill -9")
    require(set(got) == {"200"}, f"of {got.total()} requests meanwhile none failed ({dict(got)})")


def a_release_comes_and_goes(machine: Machine) -> None:
    for command, release in (("deploy/upgrade", "0002"), ("deploy/rollback", "0001")):
        began = time.monotonic()
        with readers() as got:
            machine.does(command, cwd="/root/site", must=True)
        took = time.monotonic() - began
        used = machine.does("readlink", "/srv/factcheck/current")
        require(used.endswith(release), f"{command}: release {release} is in use, after {took:.0f} s")
        require(set(got) == {"200"}, f"of {got.total()} requests meanwhile none failed ({dict(got)})")
    everything_runs(machine)


def the_machine_starts_again(machine: Machine) -> None:
    machine.stop()
    require(not answers(443), "the machine is off")
    machine.boot()
    began = time.monotonic()
    wait_until(is_there, 120, "the site after a start")
    say(f"the site is there, {time.monotonic() - began:.0f} s after systemd had started everything")
    everything_runs(machine)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--folder", type=Path, help="where the machine lies; made before it is used and kept after")
    options.add_argument("--keep", action="store_true", help="leave the folder as it is at the end")
    asked = options.parse_args()
    if os.geteuid() or not all(shutil.which(name) for name in ("debootstrap", "systemd-nspawn")):
        raise SystemExit("This needs root, and the packages debootstrap and systemd-container.")
    if taken := [port for port in PORTS if answers(port)]:
        raise SystemExit(f"These ports are taken: {taken}")
    urllib3.disable_warnings()
    above = asked.folder or Path(tempfile.mkdtemp(prefix="fresh-machine-"))
    above.mkdir(exist_ok=True)
    machine = Machine(above / "root")
    try:
        if not machine.folder.exists():
            machine.make()
            say("a fresh Debian 12")
        machine.boot()
        say("it has started")
        take_into_use(machine, ROOT)
        what_runs_by_itself(machine)
        what_is_killed_comes_back(machine)
        a_release_comes_and_goes(machine)
        the_machine_starts_again(machine)
        said = machine.does("systemd-analyze", "security", "--no-pager", "factcheck-web@8001").splitlines()[-1]
        say(said.strip("→ "))
    finally:
        machine.stop()
        if not asked.keep and not asked.folder:
            shutil.rmtree(above, ignore_errors=True)
    say("all of it is so")
    return 0


if __name__ == "__main__":
    sys.exit(main())
