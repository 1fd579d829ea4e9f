"""What is written into the admin's log about materials, in words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail.log_actions import LogFormatter

from campaigns.desk.base import SEE_MATERIALS
from campaigns.materials.models import Material
from publishing.desk.base import may

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


class MaterialFinder:
    """From the history report to the material."""

    def __init__(self, user: Any = None) -> None:
        self.user = user

    def get_edit_url(self, instance: Material) -> str | None:
        is_seen = self.user is None or may(self.user, SEE_MATERIALS)
        return reverse("campaigns_material", args=[instance.campaign_id, instance.pk]) if is_seen else None


register_admin_url_finder(Material, MaterialFinder)
