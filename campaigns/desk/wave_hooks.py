"""What is written into the admin's log about waves, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

LOGGED = {
    "make": (_("Wave planned"), _("A wave of the campaign was planned")),
    "start": (_("Wave started"), _("A wave of the campaign was started")),
    "move": (_("Wave moved"), _("A wave of the campaign was moved to another time")),
    "pause": (_("Wave paused"), _("A wave of the campaign was paused")),
    "resume": (_("Wave resumed"), _("A paused wave of the campaign goes on")),
    "end": (_("Wave ended"), _("A wave of the campaign has ended")),
    "step": (_("Step changed"), _("A step of a wave was added, changed or taken out")),
    "discard": (_("Wave discarded"), _("A wave that was never started was discarded")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"LogWave{name.title()}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"campaigns.wave_{name}")(formatter)
