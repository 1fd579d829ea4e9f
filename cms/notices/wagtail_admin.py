"""Wagtail's admin without its own mails about workflows: our notices tell the same people of the same things."""

from __future__ import annotations

from wagtail.admin.apps import WagtailAdminAppConfig

_MAILS = (
    ("task_submitted", "TaskState", "group_approval_task_submitted_email_notification"),
    ("workflow_submitted", "WorkflowState", "workflow_state_submitted_email_notification"),
    ("workflow_rejected", "WorkflowState", "workflow_state_rejected_email_notification"),
    ("workflow_approved", "WorkflowState", "workflow_state_approved_email_notification"),
)


class QuietAdmin(WagtailAdminAppConfig):
    """Stands in INSTALLED_APPS in the place of ``wagtail.admin``."""

    def ready(self) -> None:
        super().ready()
        from wagtail import models, signals

        for signal, sender, uid in _MAILS:
            getattr(signals, signal).disconnect(sender=getattr(models, sender), dispatch_uid=uid)
