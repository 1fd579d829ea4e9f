"""Indexes for tables that people work in: made without stopping their writes, where the database can do that.

For migrations, which need ``atomic = False`` with it (docs/upgrading.md).
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations.operations import AddIndex, RemoveIndex
from django.db.migrations.operations.base import Operation


class _Live:
    """Goes one of two ways: without stopping writes on PostgreSQL; SQLite knows no other than the usual one."""

    concurrently: type[Operation]
    usual: type[Operation]

    def _way(self, schema_editor: Any) -> Any:
        return self.concurrently if schema_editor.connection.vendor == "postgresql" else self.usual

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._way(schema_editor).database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._way(schema_editor).database_backwards(self, app_label, schema_editor, from_state, to_state)


class AddIndexLive(_Live, AddIndexConcurrently):
    """CREATE INDEX CONCURRENTLY where there is such a thing."""

    concurrently, usual = AddIndexConcurrently, AddIndex


class RemoveIndexLive(_Live, RemoveIndexConcurrently):
    """The same for taking one away."""

    concurrently, usual = RemoveIndexConcurrently, RemoveIndex
