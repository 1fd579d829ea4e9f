"""What is written into the admin's log about materials, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

LOGGED = {
    "edit": (_("Material edited"), _("A material of a campaign was edited")),
    "submit": (_("Material submitted"), _("A material of a campaign was submitted for approval")),
    "approve": (_("Material approved"), _("A material of a campaign was approved")),
    "send_back": (_("Material sent back"), _("A material of a campaign was sent back with a comment")),
    "withdraw": (_("Material withdrawn"), _("An approved material of a campaign was withdrawn")),
    "translate": (_("Translation begun"), _("A translation of a material was begun")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"LogMaterial{name.title()}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"campaigns.material_{name}")(formatter)
