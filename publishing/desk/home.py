"""What waits for somebody, on the first page of the admin."""

from __future__ import annotations

from typing import Any

from wagtail.admin.ui.components import Component

from publishing import copies
from publishing.desk.base import SEE_CHANNELS, may
from publishing.desk.board import counts


class WaitingPanel(Component):
    """Counts that lead to the filtered board."""

    name = "publishing_waiting"
    template_name = "publishing/home_panel.html"
    order = 60

    class Media:
        css = {"all": ["publishing/desk.css"]}

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        found = counts() | {"owed": copies.count_open()}
        return {"counts": found, "may_see_channels": may(parent_context["request"].user, SEE_CHANNELS)}
