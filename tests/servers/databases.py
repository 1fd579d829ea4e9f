"""A private PostgreSQL and a private Redis on loopback, in a temporary folder each, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.local import answers, free_port, program, stop, wait_until


@contextmanager
def postgres(is_durable: bool = False) -> Iterator[str]:
    """A running PostgreSQL; yields its DATABASE_URL (database ``postgres``, its user may create others).

    Without ``is_durable`` it does not wait for the disk: faster, and enough for tests that never cut the power.
    """
    folder = Path(tempfile.mkdtemp(prefix="test-postgres-"))
    # PostgreSQL refuses to run as root; Debian's package brings the user "postgres".
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_user = {"user": user, "group": user} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, user, user)
    data, port = folder / "data", free_port()
    try:
        subprocess.run(
            [program("initdb"), "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user,
        )  # fmt: skip
        process = subprocess.Popen(
            [program("postgres"), "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1",
             "-c", f"fsync={'on' if is_durable else 'off'}", "-c", "max_connections=200", "-c", "logging_collector=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **as_user,
        )  # fmt: skip
        try:
            ready = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            wait_until(lambda: subprocess.run(ready).returncode == 0, 30, "PostgreSQL")
            yield f"postgres://tester@127.0.0.1:{port}/postgres"
        finally:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients that are still connected.
            process.send_signal(2)
            stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A running Redis without persistence; yields its URL."""
    folder, port = tempfile.mkdtemp(prefix="test-redis-"), free_port()
    process = subprocess.Popen(
        [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port), 10, "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)
