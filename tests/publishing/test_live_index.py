"""An index that a migration makes on a table in use: there afterwards, on both databases, and gone after going back."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from publishing.live_index import AddIndexLive, RemoveIndexLive
from tests.conftest import is_sqlite
from tests.faults.installation import Installation


def names() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "publishing_delivery"))


def made_and_taken_away() -> None:
    before = MigrationLoader(connection).project_state()
    index = models.Index(fields=["permalink"], name="delivery_trial")
    add, remove = AddIndexLive("delivery", index), RemoveIndexLive("delivery", "delivery_trial")
    after = before.clone()
    add.state_forwards("publishing", after)
    for there, do in (
        (True, lambda editor: add.database_forwards("publishing", editor, before, after)),
        (False, lambda editor: add.database_backwards("publishing", editor, after, before)),
        (True, lambda editor: remove.database_backwards("publishing", editor, before, after)),
        (False, lambda editor: remove.database_forwards("publishing", editor, after, before)),
    ):
        with connection.schema_editor(atomic=False) as editor:
            do(editor)
        assert ("delivery_trial" in names()) is there


def test_an_index_is_made_and_taken_away_on_sqlite(tmp_path):
    """In an installation of its own: what is emptied after a test without a transaction is missed by those that follow."""
    code = "from tests.publishing.test_live_index import made_and_taken_away\nmade_and_taken_away()\nprint('true')"
    assert Installation(tmp_path).run(code) is True


@pytest.mark.skipif(is_sqlite(), reason="SQLite has its own")
def test_an_index_is_made_and_taken_away_on_a_live_table(django_db_setup, django_db_blocker):
    """Without a transaction around it, and without emptying the database after it, which the audit refuses."""
    with django_db_blocker.unblock():
        made_and_taken_away()
        connection.close()
