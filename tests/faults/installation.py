"""A whole installation in a folder of its own, started as an office would start it, for tests that kill its parts."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.servers.migrated import copy_sqlite

ROOT = Path(__file__).resolve().parent.parent.parent


class Installation:
    """Environment, database and processes of one installation. ``settings`` are environment variables."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DATA_DIR": str(folder / "var"),
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "PYTHONPATH": str(ROOT),
            "PRIVATE_NETWORKS": "127.0.0.0/8,::1/128",  # the stand-ins
            **settings,
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        if "DATABASE_URL" not in settings:
            copy_sqlite(folder / "var" / "db.sqlite3")

    def manage(self, *command: str) -> None:
        """Runs a management command to its end."""
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True, timeout=180)

    def run(self, code: str, **values: Any) -> Any:
        """Runs Python code inside the installation; the JSON it prints last comes back."""
        prelude = "import django, json, sys\ndjango.setup()\nvalues = json.loads(sys.stdin.read())\n"
        done = subprocess.run(
            [sys.executable, "-c", prelude + code],
            cwd=ROOT, env=self.environment, input=json.dumps(values).encode(), capture_output=True, timeout=180,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-4000:])
        lines = done.stdout.decode().strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    def ask(self, sql: str) -> Any:
        """The first value of the database's answer, without the seconds that ``run`` takes to start."""
        url = self.environment.get("DATABASE_URL")
        base = psycopg.connect(url) if url else sqlite3.connect(self.folder / "var" / "db.sqlite3", timeout=20)
        with closing(base) as connection:
            return connection.execute(sql).fetchone()[0]

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Starts a process of the installation; its output goes to ``log`` in the folder."""
        log = (self.folder / "log").open("ab")
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def work(self) -> subprocess.Popen[bytes]:
        """The embedded worker."""
        return self.start(sys.executable, "manage.py", "work", "--threads", "8")

    def celery(self) -> subprocess.Popen[bytes]:
        """A Celery worker, as deploy/ starts it."""
        return self.start(
            sys.executable, "-m", "celery", "-A", "cms", "worker", "-P", "threads", "-c", "2", "-l", "warning"
        )

    def beat(self) -> subprocess.Popen[bytes]:
        """Celery's clock, a process of its own."""
        return self.start(sys.executable, "-m", "celery", "-A", "cms", "beat", "-l", "warning")

    def stop(self) -> None:
        """Stops everything that still runs, by pid."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
