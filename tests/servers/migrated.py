"""Databases with all their tables, made once and copied: to migrate takes half a minute, and a test run does it twenty times.

They lie in a folder of this user in the system's temporary folder, one for each state of the code, and are made again
when anything changed that could make them different. What is not used for a day is removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
A_DAY = 24 * 3600


@cache
def _state_of_the_code() -> str:
    """Sixteen hexadecimal digits for all that migrating depends on."""
    said = hashlib.sha256(sys.version.encode())
    code = [path for package in ("cms", "campaigns", "publishing") for path in (ROOT / package).rglob("*.py")]
    for path in sorted([*code, *(ROOT / "locale").rglob("*.mo"), ROOT / "requirements.txt", Path(__file__)]):
        said.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return said.hexdigest()[:16]


@contextmanager
def _kept(name: str, make: Callable[[Path], None]) -> Iterator[Path]:
    """``name`` as ``make`` made it, for as long as the block lasts; other processes wait."""
    folder = Path(tempfile.gettempdir()) / f"fact-check-publisher-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    path = folder / f"{_state_of_the_code()}-{name}"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in folder.glob(f"*-{name}"):
                if time.time() - old.stat().st_mtime > A_DAY:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
            with tempfile.TemporaryDirectory(dir=folder) as being_made:
                make(Path(being_made) / "whole")
                (Path(being_made) / "whole").rename(path)
        os.utime(path)
        yield path


def migrate(data: Path, **environment: str) -> None:
    """Migrates with nothing of the caller's settings; ``data`` is the DATA_DIR."""
    usual = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT, env={**usual, "DATA_DIR": str(data), **environment}, check=True,
    )  # fmt: skip


def copy_sqlite(to: Path) -> None:
    """A migrated SQLite database at ``to``, whatever was there before."""

    def make(path: Path) -> None:
        data = path.with_name("data")
        data.mkdir()
        migrate(data)
        shutil.move(data / "db.sqlite3", path)

    for ending in ("-wal", "-shm"):
        to.with_name(to.name + ending).unlink(missing_ok=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    with _kept("db.sqlite3", make) as path:
        shutil.copyfile(path, to)


def copy_postgres(to: Path, make: Callable[[Path], None]) -> None:
    """The data folder of a stopped PostgreSQL whose databases are migrated, at ``to``, which does not exist yet."""
    with _kept("postgres", make) as path:
        subprocess.run(["cp", "-a", str(path), str(to)], check=True)
