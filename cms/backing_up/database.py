"""The database as one file, and back: SQLite's own online backup, PostgreSQL's pg_dump and pg_restore.

Both give the tables as they were at one moment, while people go on working.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from cms.backing_up.manifest import Refused
from publishing.restored import CHANNEL_RESTORED

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# Part of what is loaded: a worker that somebody forgot to stop finds every channel stopped, at no moment anything else.
_STOP = f"UPDATE publishing_channel SET stopped_at = CURRENT_TIMESTAMP, stopped_words = '{CHANNEL_RESTORED}'"  # noqa: S608
_DEBIANS = Path("/usr/lib/postgresql")
_OPTIONS = {"service": "PGSERVICE", "passfile": "PGPASSFILE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
            "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}  # fmt: skip


def server() -> int:
    """The major version of PostgreSQL's server; 0 on SQLite."""
    if connection.vendor == "sqlite":
        return 0
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]


def migrations() -> dict[str, list[str]]:
    """{app: names that are applied}"""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def unknown(applied: dict[str, list[str]]) -> list[str]:
    """Migrations that this code does not have: it is older than the tables."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {*loader.disk_migrations}  # squashed ones as well as those they replace, while both are there
    return [f"{app}.{name}" for app, names in applied.items() for name in names if (app, name) not in ours]


def has_people() -> bool:
    """Whether somebody has worked here: a database that was only migrated is an empty place."""
    names = set(connection.introspection.table_names())
    if "cms_user" not in names:
        return bool(names)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM cms_user), EXISTS (SELECT 1 FROM publishing_storyversion)")
        return any(cursor.fetchone())


# Out -----------------------------------------------------------------------------------------------------------


def dump(folder: Path) -> Path:
    """Writes the database into ``folder``; returns the file. Raises Refused."""
    path = folder / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)  # in one step: nobody's writes come in between, and nobody waits for it
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    else:
        _run(_tool("pg_dump", server()), "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")
    return path


def is_readable(path: Path) -> bool:
    """Whether the database's own programs can read the file."""
    if path.name == NAMES["sqlite"]:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
            try:
                return copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            except sqlite3.DatabaseError:
                return False
    # Not only its list of contents: all of it is read and unpacked.
    tool = _tool("pg_restore", 0)
    return subprocess.run([tool, "--file=/dev/null", str(path)], capture_output=True).returncode == 0


# In ------------------------------------------------------------------------------------------------------------


def may_load(vendor: str, from_server: int) -> None:
    """Raises Refused where the file cannot come into the database of these settings."""
    if vendor != connection.vendor:
        raise Refused(f"The backup is of {vendor}, and DATABASE_URL says {connection.vendor}.")
    if from_server > server():
        raise Refused(
            f"The backup is of PostgreSQL {from_server}; this server is {server()}. Restore into a newer one."
        )
    if others := _others():
        raise Refused(f"{others} use this database. Stop the site, the workers and beat first.")
    if vendor == "postgresql":
        _tool("pg_restore", from_server)
        _tool("psql", 0)


def load(path: Path) -> None:
    """Puts the file in the place of what is there: all of it or, if anything goes wrong, nothing."""
    if connection.vendor == "sqlite":
        _load_file(path)
    else:
        _load_dump(path)


def _load_file(path: Path) -> None:
    target = Path(settings.DATABASES["default"]["NAME"])
    fresh = target.with_name(target.name + ".restored")
    shutil.copyfile(path, fresh)
    fresh.chmod(0o600)
    with closing(sqlite3.connect(fresh)) as copy, copy:
        copy.execute(_STOP)
    connection.close()
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    fresh.replace(target)


def _load_dump(path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
    connection.close()
    script = subprocess.Popen(
        [_tool("pg_restore", 0), "--no-owner", "--no-privileges", "--file=-", str(path)], stdout=subprocess.PIPE
    )
    # psql rather than pg_restore itself, so that emptying the place is in the same transaction.
    filled = subprocess.Popen(
        [_tool("psql", 0), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment(),
    )  # fmt: skip
    assert script.stdout is not None and filled.stdin is not None and filled.stderr is not None
    try:
        filled.stdin.write(f"DROP SCHEMA {schema} CASCADE;\nCREATE SCHEMA {schema};\n".encode())
        shutil.copyfileobj(script.stdout, filled.stdin)
        if script.wait() != 0:  # psql is killed below, without the end of its transaction
            raise Refused("pg_restore could not read the file; the database was left as it was.")
        filled.stdin.write(f"\n{_STOP.replace('publishing_channel', f'{schema}.publishing_channel')};\n".encode())
        filled.stdin.close()
    except BrokenPipeError:
        script.kill()
        script.wait()
    finally:
        if not filled.stdin.closed:
            filled.kill()
        words = filled.stderr.read().decode(errors="replace")
        code = filled.wait()
    if code:
        raise Refused(f"The database refused it and was left as it was: {words.strip()[-1000:]}")


def _others() -> str:
    """Who else is connected, in words; empty if nobody is."""
    if connection.vendor == "sqlite":
        path = Path(settings.DATABASES["default"]["NAME"])
        if not path.exists():
            return ""
        connection.close()
        with closing(sqlite3.connect(path, timeout=0.5)) as alone:
            try:
                # Refused while any other connection is open: each keeps a lock on a file in this mode.
                was = alone.execute("PRAGMA journal_mode").fetchone()[0]
                alone.execute("PRAGMA journal_mode=DELETE").fetchone()
                alone.execute(f"PRAGMA journal_mode={was}").fetchone()
            except sqlite3.OperationalError:
                return "Other programs"
            except sqlite3.DatabaseError:
                return ""  # damaged: that is why somebody restores
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        count = cursor.fetchone()[0]
    return f"{count} other connections" if count else ""


# PostgreSQL's programs -----------------------------------------------------------------------------------------


def _tool(name: str, at_least: int) -> str:
    """The newest installed program of this name. Raises Refused if it is older than the server, or missing."""
    folders = sorted(_DEBIANS.glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True)
    places: Iterable[str | None] = [*(str(path / name) for path in folders), shutil.which(name)]
    found = next((place for place in places if place and Path(place).exists()), None)
    if found is None:
        raise Refused(f"{name} is not installed: apt-get install postgresql-client")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if (major := _number(said.split()[2])) < at_least:
        raise Refused(
            f"{name} is of PostgreSQL {major} and the server of {at_least}: install postgresql-client-{at_least}."
        )
    return found


def _number(said: str) -> int:
    digits = said.partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _environment() -> dict[str, str]:
    """For PostgreSQL's programs: a password on a command line can be read by everybody on the machine."""
    known: dict[str, Any] = connection.settings_dict
    said = {"PGHOST": known["HOST"], "PGPORT": known["PORT"], "PGUSER": known["USER"], "PGPASSWORD": known["PASSWORD"],
            "PGDATABASE": known["NAME"], "PGCLIENTENCODING": "UTF8"}  # fmt: skip
    said |= {_OPTIONS[name]: value for name, value in known.get("OPTIONS", {}).items() if name in _OPTIONS}
    return {**os.environ, **{name: str(value) for name, value in said.items() if value}}


def _run(*command: str) -> None:
    done = subprocess.run(command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        raise Refused(f"{Path(command[0]).name}: {done.stderr.decode(errors='replace').strip()[-1000:]}")
