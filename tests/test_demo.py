"""The demo starts, stops by either signal, and leaves nothing behind, even when it is killed itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cms.management.commands.demo import PORTS
from publishing import sandbox
from tests.servers.local import answers, free_ports, wait_until

ROOT = Path(__file__).resolve().parent.parent


def processes_of(folder: Path) -> list[int]:
    """Pids of all processes started with this DATA_DIR."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"DATA_DIR={folder}".encode() in (entry / "environ").read_bytes().split(b"\0")
            if is_ours and b"\nState:\tZ" not in (entry / "status").read_bytes():
                found.append(int(entry.name))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["TERM", "INT", "KILL"])
def test_nothing_is_left_behind(tmp_path_factory, number):
    folder, port = tmp_path_factory.getbasetemp() / "demo-life", free_ports(PORTS)
    folder.mkdir(exist_ok=True)  # the second and third time it starts from what the first one made
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "DEMO": "1",
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    environment.pop("DATABASE_URL", None)
    said = folder / f"said-{number}"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo"], cwd="/", env=environment, stdout=output, stderr=output
        )
    wait_until(lambda: b"Ctrl-C" in said.read_bytes() or process.poll() is not None, 300, "the demo")
    assert process.poll() is None, said.read_text()
    assert len(processes_of(folder)) >= 4
    process.send_signal(number)
    process.wait(30)
    wait_until(lambda: not processes_of(folder), 20, "every process of the demo to end")
    assert not any(answers(each) for each in range(port, port + PORTS))


def test_the_demo_keeps_a_port_for_the_site_and_for_each_stand_in():
    assert PORTS == 1 + sandbox.PORTS


def test_a_port_in_use_is_said_before_anything_starts(tmp_path):
    port = free_ports(PORTS)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 2))
        taken.listen()
        environment = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": str(port), "DEMO": "1"}
        done = subprocess.run(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
    assert done.returncode != 0 and f"Port {port + 2} is in use" in done.stderr
    assert processes_of(tmp_path) == []
