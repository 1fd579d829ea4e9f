"""The status page of the office: is sending working, since when, what waits, and what is stopped."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.setting_up.steps import ALLOWED
from cms.watching.standing import facts, stopped
from publishing.desk.base import CHANGE_DELIVERIES, DeskView


class StatusView(DeskView):
    """For those who send and those who administer. Looking at it changes nothing and asks no channel."""

    allowed = (CHANGE_DELIVERIES, ALLOWED)
    page_title = _("Status")
    header_icon = "view"
    template_name = "desk/status.html"
    http_method_names = ["get"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = facts(self.request.user)
        return super().get_context_data(
            sending=found[0],
            facts=found[1:],
            is_well=all(one.tone in {"good", "quiet"} for one in found),
            stopped=stopped(self.request.user),
            now=timezone.now(),
            **kwargs,
        )
