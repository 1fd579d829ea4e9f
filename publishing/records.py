"""The two writes of every attempt: that its call begins, and how it ended. Those of many threads go together.

Both are fenced: they change the row only if it is still being sent under this very attempt. What was paused meanwhile is
called no more, and if this attempt did not get it out it is not tried again but held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from publishing.group_commit import GroupCommit
from publishing.models import PAUSED, Attempt, Delivery, State


@dataclass(frozen=True)
class Begun:
    """From ``at`` on the channel is called, for no longer than the lease; not what was paused."""

    pk: int
    attempt_no: int
    at: datetime
    lease_until: datetime


@dataclass(frozen=True)
class Ended:
    """The attempt is over: the row gets ``state`` and ``changes``, and ``attempt`` is kept whatever became of the row.

    Where it would be due again and was paused meanwhile it is held instead, in the words of the pause.
    """

    pk: int
    attempt_no: int
    state: State
    changes: dict[str, Any]
    attempt: Attempt


def _carry_out(writes: Sequence[Begun | Ended]) -> list[bool]:
    """For each write, whether the row was still its own."""
    if connection.vendor == "postgresql":
        # In the order in which a pause locks them: two that wait for each other would cost one its write.
        locked = Delivery.objects.filter(pk__in={one.pk for one in writes}).order_by("pk").select_for_update()
        list(locked.values_list("pk"))
    ours = _update(
        ("tried_at", "lease_until"),
        [(one, (one.at, one.lease_until)) for one in writes if isinstance(one, Begun)],
        is_begun=True,
    )
    ended = [one for one in writes if isinstance(one, Ended)]
    alike: dict[tuple[str, ...], list[tuple[Begun | Ended, tuple[Any, ...]]]] = {}
    for one in ended:
        changes = {"state": one.state.value, "lease_until": None, **one.changes}
        names = tuple(sorted(changes))
        alike.setdefault(names, []).append((one, tuple(changes[name] for name in names)))
    for names, rows in alike.items():
        ours |= _update(names, rows)
    Attempt.objects.bulk_create([one.attempt for one in ended])
    return [(one.pk, one.attempt_no) in ours for one in writes]


def _update(
    names: tuple[str, ...], rows: Sequence[tuple[Begun | Ended, tuple[Any, ...]]], *, is_begun: bool = False
) -> set[tuple[int, int]]:
    """Sets the columns of every row that is still its writer's, in one statement; (id, attempt) of those. A paused row is
    left alone by what begins, and becomes held where it would be due again."""
    if not rows:
        return set()
    fields: list[Any] = [Delivery._meta.get_field(name) for name in names]
    is_postgres = connection.vendor == "postgresql"

    # The type of a column of VALUES is unknown to PostgreSQL where its first row has a NULL or a plain text.
    casts = [f"::{field.db_type(connection)}" if is_postgres else "" for field in fields]
    cells = ", ".join(["%s", "%s", *(f"%s{cast}" for cast in casts)])
    places = {field.column: f"v.column{place}" for place, field in enumerate(fields, start=3)}
    values: list[Any] = []
    if not is_begun:
        is_held = f"publishing_delivery.words = %s AND {places['state']} = '{State.DUE}'"
        kept = {name: f"publishing_delivery.{name}" for name in ("words", "words_values")} | {
            "state": f"'{State.HELD}'"
        }
        for column in kept.keys() & places.keys():
            places[column] = f"CASE WHEN {is_held} THEN {kept[column]} ELSE {places[column]} END"
            values.append(PAUSED)
    settings = ", ".join(f"{column} = {value}" for column, value in places.items())
    sql = f"""
        UPDATE publishing_delivery SET {settings}
        FROM (VALUES {", ".join([f"({cells})"] * len(rows))}) AS v
        WHERE publishing_delivery.id = v.column1 AND publishing_delivery.attempt_no = v.column2
          AND publishing_delivery.state = %s AND (NOT %s OR publishing_delivery.words <> %s)
        RETURNING publishing_delivery.id, publishing_delivery.attempt_no
    """  # noqa: S608 - only names of columns and their types are put in by formatting
    for one, columns in rows:
        values += [one.pk, one.attempt_no]
        values += [field.get_db_prep_save(value, connection) for field, value in zip(fields, columns, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, State.SENDING.value, is_begun, PAUSED])
        return {(pk, attempt_no) for pk, attempt_no in cursor.fetchall()}


commit: GroupCommit[Begun | Ended] = GroupCommit(_carry_out)
