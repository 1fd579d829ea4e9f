"""What every server that a test starts has in common: a free port, waiting until it answers, stopping by pid."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

DEBIAN_BINARIES = Path("/usr/lib/postgresql/15/bin")


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(wanted: int) -> int:
    """The first of ``wanted`` free ports in a row. Test processes that run side by side look in places of their own."""
    lowest = 18_000 + 1_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8)
    for first in range(lowest, lowest + 1_000 - wanted, wanted):
        try:
            for port in range(first, first + wanted):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no free ports")


def program(name: str) -> str:
    """The path of a Debian program. Raises FileNotFoundError if it is not installed."""
    for path in (shutil.which(name), DEBIAN_BINARIES / name, Path("/usr/sbin") / name):
        if path and Path(path).exists():
            return str(path)
    raise FileNotFoundError(f"{name} is not installed")


def wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    """Polls until ``is_so()``; TimeoutError names what did not happen."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {seconds:g} s")


def answers(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen[bytes], seconds: float = 10.0) -> None:
    """SIGTERM, then SIGKILL, to this process only."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, and reaped."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
