"""A private PostgreSQL and a private Redis on loopback, in a temporary folder each, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers import migrated
from tests.servers.local import answers, free_port, program, stop, wait_until

# A copy of this database can be made while there are connections to ``postgres``: Django's TEST TEMPLATE.
TEMPLATE = "migrated"


@contextmanager
def postgres(is_durable: bool = False) -> Iterator[str]:
    """A running PostgreSQL; yields its DATABASE_URL (database ``postgres``, migrated; its user may create others, also
    from TEMPLATE, which is the same).

    Without ``is_durable`` it does not wait for the disk: faster, and enough for tests that never cut the power.
    """
    with _own_folder("test-postgres-") as folder:
        migrated.copy_postgres(folder / "data", _make)
        with _running(folder / "data", folder, is_durable) as url:
            yield url


def _make(data: Path) -> None:
    """A new data folder whose databases are migrated, of a server that is stopped again."""
    with _own_folder("new-postgres-") as folder:
        subprocess.run(
            [program("initdb"), "-D", folder / "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
             "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **_as_user(),
        )  # fmt: skip
        with _running(folder / "data", folder, is_durable=False) as url, tempfile.TemporaryDirectory() as nowhere:
            migrated.migrate(Path(nowhere), DATABASE_URL=url)
            copied = [program("createdb"), "-T", "postgres", "--maintenance-db=template1", TEMPLATE]
            at = {"PGHOST": "127.0.0.1", "PGPORT": str(urlsplit(url).port), "PGUSER": "tester"}
            subprocess.run(copied, check=True, env={**os.environ, **at})
        subprocess.run(["cp", "-a", folder / "data", data], check=True)


def _as_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; Debian's package brings the user "postgres"."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


@contextmanager
def _own_folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Restartable:
    """A server that a test takes away and brings back: on the same port, with what it had on disk."""

    def __init__(self, url: str, start: Callable[[], subprocess.Popen[bytes]], is_up: Callable[[], bool]) -> None:
        self.url = url
        self._start, self._is_up = start, is_up
        self.process = start()
        self.wait()

    def wait(self) -> None:
        wait_until(self._is_up, 30, self.url)

    def take_away(self, how: int = signal.SIGKILL) -> None:
        self.process.send_signal(how)
        self.process.wait(20)

    def bring_back(self) -> None:
        self.process = self._start()
        self.wait()


@contextmanager
def restartable_postgres() -> Iterator[Restartable]:
    """The same database; SIGQUIT is its way to stop at once, without tidying up."""
    with _own_folder("test-postgres-") as folder:
        migrated.copy_postgres(folder / "data", _make)
        port = free_port()
        ready = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        server = Restartable(
            f"postgres://tester@127.0.0.1:{port}/postgres",
            lambda: _start(folder / "data", folder, port, is_durable=True),
            lambda: subprocess.run(ready).returncode == 0,
        )
        try:
            yield server
        finally:
            server.process.send_signal(signal.SIGINT)
            stop(server.process)


@contextmanager
def restartable_redis() -> Iterator[Restartable]:
    """Without persistence: what was in it is gone when it comes back."""
    folder, port = tempfile.mkdtemp(prefix="test-redis-"), free_port()
    command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = Restartable(
        f"redis://127.0.0.1:{port}/0", lambda: subprocess.Popen(command, **quiet), lambda: answers(port)
    )
    try:
        yield server
    finally:
        stop(server.process)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(data: Path, folder: Path, is_durable: bool) -> Iterator[str]:
    port = free_port()
    process = _start(data, folder, port, is_durable)
    try:
        ready = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        wait_until(lambda: subprocess.run(ready).returncode == 0, 30, "PostgreSQL")
        yield f"postgres://tester@127.0.0.1:{port}/postgres"
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients that are still connected.
        process.send_signal(signal.SIGINT)
        stop(process)


def _start(data: Path, folder: Path, port: int, is_durable: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [program("postgres"), "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1",
         *([] if is_durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]), "-c", "max_connections=200", "-c", "logging_collector=off"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **_as_user(),
    )  # fmt: skip


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
