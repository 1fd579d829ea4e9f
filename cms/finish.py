"""What happens when a workflow ends. A module without imports of ours: Wagtail loads it while its own models load."""

from __future__ import annotations

from typing import Any


def publish_approved_revision(workflow_state: Any, user: Any = None) -> None:
    """Publishes the revision that the last step approved, not whatever is latest (which is Wagtail's own default)."""
    revision = workflow_state.current_task_state.revision or workflow_state.content_object.get_latest_revision()
    revision.publish(user=user)
