"""What tests do of Wagtail's tasks: at once, and without the two indexes that hardly any test looks at.

The index of what uses what and the search of the admin take a third of the time in which a test saves an answer. The
public search is written always. Tests that look at the others ask for the fixture ``wagtails_indexes``; the real processes
that tests/faults and tests/browser start write them all.
"""

from __future__ import annotations

from typing import Any

from django_tasks.backends.immediate import ImmediateBackend

from cms.after_commit import INTO_THE_SEARCH, OF_USES


class QuickTasks(ImmediateBackend):
    """A test is one transaction that never commits: what waits for that, as in production, would never be done."""

    def _execute_task(self, task_result: Any) -> None:
        name = task_result.task.module_path
        if name != OF_USES and (name != INTO_THE_SEARCH or task_result.args[1] == "searchentry"):
            super()._execute_task(task_result)
