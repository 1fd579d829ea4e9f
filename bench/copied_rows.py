"""Many rows out of one, written past the models: for the benches, where what is measured is reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Model

_A_BATCH = 2000


def copies(model: type[Model], column: str, key: int, total: int, differs: Callable[[int], dict[str, Any]]) -> None:
    """``total`` copies of the one row of a model's table whose ``column`` is ``key``; ``differs`` gives what is their own."""
    table = model._meta.db_table
    names = [one.column for one in model._meta.local_concrete_fields if not getattr(one, "generated", False)]
    said, places = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {said} FROM "{table}" WHERE "{column}" = %s', [key])  # noqa: S608 - our own names
        row = dict(zip(names, cursor.fetchone(), strict=True))
        for start in range(0, total, _A_BATCH):
            rows = [
                [{**row, **differs(number)}[name] for name in names]
                for number in range(start, min(total, start + _A_BATCH))
            ]
            cursor.executemany(f'INSERT INTO "{table}" ({said}) VALUES ({places})', rows)  # noqa: S608
