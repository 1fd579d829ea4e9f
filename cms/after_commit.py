"""Wagtail's own tasks, the admin's search index and the index of what uses what, as soon as what they are about is committed.

Wagtail's way is to do them at once, in the transaction of the save. On PostgreSQL each save then waits for rows of the
search index that other saves hold until their end; two wait for each other, the database ends one of them, and an editor
gets an error instead of a saved draft. After the commit nobody holds anything, and what fails costs no text.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.apps import apps
from django.db import transaction
from django_tasks.backends.immediate import ImmediateBackend

# What takes (app_label, model_name, pk); by name, since these modules ask for this one.
INTO_THE_SEARCH, OF_USES = "modelsearch.tasks.insert_or_update_object_task", "wagtail.tasks.update_reference_index_task"
ABOUT_A_ROW = {INTO_THE_SEARCH, OF_USES}


class AfterCommit(ImmediateBackend):
    """Carries a task out in this process, after the transaction in which it was asked for; at once where there is none."""

    def _execute_task(self, task_result: Any) -> None:
        transaction.on_commit(partial(self._after_commit, task_result))

    def _after_commit(self, task_result: Any) -> None:
        if not _is_gone(task_result):
            super()._execute_task(task_result)


def _is_gone(task_result: Any) -> bool:
    """Whether the row was deleted later in its transaction, as the parts of a page are that a second save replaces. Both
    indexes forgot it then; to look for it would only write an error into the log."""
    if task_result.task.module_path not in ABOUT_A_ROW:
        return False
    app_label, model_name, pk = task_result.args
    return not apps.get_model(app_label, model_name)._base_manager.filter(pk=pk).exists()
