"""New migrations run while the release before still serves (docs/upgrading.md): nothing it uses goes, no table stands still."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.databases import postgres

ROOT = Path(__file__).resolve().parent.parent
# The last migration of each app that was written before this rule, when no installation had data yet.
BEFORE = {"campaigns": "0007_recordings", "cms": "0022_public_change", "publishing": "0007_pulse_and_trace"}
# What the linter refuses and is safe all the same: {"app.name": why}.
SAFE_ALL_THE_SAME: dict[str, str] = {}

LINT = """
import json, logging, sys
import django
django.setup()
from django_migration_linter import MigrationLinter
before, known_bad = json.loads(sys.argv[1]), tuple(json.loads(sys.argv[2]))
linter = MigrationLinter(include_apps=list(before), no_cache=True, no_output=True, ignore_sqlmigrate_errors=False)
def issues(key):
    migration = linter.migration_loader.disk_migrations[key]
    statements = linter.get_sql(migration.app_label, migration.name)
    from django_migration_linter.sql_analyser import analyse_sql_statements
    errors, ignored, warnings = analyse_sql_statements(linter.sql_analyser_class, statements)
    return sorted({one.code for one in [*errors, *warnings]})
new = [key for key in linter.migration_loader.disk_migrations if key[0] in before and key[1] > before[key[0]]]
print(json.dumps({"new": {".".join(key): issues(key) for key in new}, "bad": issues(known_bad)}))
"""


@pytest.mark.needs("postgres")
def test_a_new_migration_is_safe_while_the_release_before_still_runs():
    with postgres() as url:
        done = subprocess.run(
            [sys.executable, "-c", LINT, json.dumps(BEFORE), json.dumps(["publishing", "0003_connection_tests"])],
            cwd=ROOT, env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "cms.settings"},
            capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    # A column without a default in the database, which the release before would not fill: it must be found.
    assert "NOT_NULL" in found["bad"]
    unsafe = {name: codes for name, codes in found["new"].items() if codes and name not in SAFE_ALL_THE_SAME}
    assert unsafe == {}, "see docs/upgrading.md for how each is written in two steps"
