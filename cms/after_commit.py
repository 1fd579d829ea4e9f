"""Wagtail's own tasks, the admin's search index and the index of what uses what, as soon as what they are about is committed.

Wagtail's way is to do them at once, in the transaction of the save. On PostgreSQL each save then waits for rows of the
search index that other saves hold until their end; two wait for each other, the database ends one of them, and an editor
gets an error instead of a saved draft. After the commit nobody holds anything, and what fails costs no text.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django_tasks.backends.immediate import ImmediateBackend


class AfterCommit(ImmediateBackend):
    """Carries a task out in this process, after the transaction in which it was asked for; at once where there is none."""

    def _execute_task(self, task_result: Any) -> None:
        transaction.on_commit(partial(super()._execute_task, task_result))
