"""Triggers that refuse to change or delete an entry, whoever asks the database.

Whoever owns the database can drop them, as they can do anything: then ``manage.py verify_audit`` says so, and the chain
says what was changed. They protect from mistakes, from a bug, and from a program that has only the rights it needs.
"""

from __future__ import annotations

from typing import Any

_TABLE = "cms_auditentry"
_SAYS = "entries of the audit are neither changed nor deleted"

POSTGRES = (
    f"""
    CREATE OR REPLACE FUNCTION cms_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    f"""
    CREATE OR REPLACE TRIGGER cms_audit_no_change BEFORE UPDATE OR DELETE ON {_TABLE}
    FOR EACH ROW EXECUTE FUNCTION cms_audit_is_append_only()
    """,
    f"""
    CREATE OR REPLACE TRIGGER cms_audit_no_truncate BEFORE TRUNCATE ON {_TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION cms_audit_is_append_only()
    """,
)
SQLITE = tuple(
    f"""
    CREATE TRIGGER IF NOT EXISTS cms_audit_no_{verb.lower()} BEFORE {verb} ON {_TABLE}
    BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
    """
    for verb in ("UPDATE", "DELETE")
)


def install(connection: Any) -> None:
    """Puts the triggers in place; again does nothing. A migration that alters the table must call it: SQLite makes the
    table anew then, and forgets them."""
    with connection.cursor() as cursor:
        for statement in POSTGRES if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def is_in_place(connection: Any) -> bool:
    """Whether both triggers are there and switched on."""
    if connection.vendor == "postgresql":
        ask = f"SELECT count(*) FROM pg_trigger WHERE tgrelid = '{_TABLE}'::regclass AND tgname LIKE 'cms_audit_no_%%' AND tgenabled = 'O'"  # noqa: S608
    else:
        ask = f"SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{_TABLE}' AND name LIKE 'cms_audit_no_%%'"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(ask, [])
        return bool(cursor.fetchone()[0] == 2)
