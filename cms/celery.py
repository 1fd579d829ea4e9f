"""Celery for the production set-up. A message only ever says "look at the outbox"; it never carries a delivery."""

import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

from publishing import trace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

app = Celery("cms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _logs_as_everywhere(**_signal: Any) -> None:
    """Being connected is enough: Celery then leaves the log to Django's settings."""


@before_task_publish.connect
def _send_trace(headers: dict[str, Any] | None = None, **_signal: Any) -> None:
    if headers is not None and trace.current():
        headers["trace"] = trace.current()


@task_prerun.connect
def _take_trace(task: Any = None, **_signal: Any) -> None:
    trace.begin(trace.accepted(str(getattr(task.request, "trace", None) or "")))


@task_postrun.connect
def _leave_trace(**_signal: Any) -> None:
    trace.end()
