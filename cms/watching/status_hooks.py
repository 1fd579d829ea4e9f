"""Where the status page stands in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from cms.watching.status_desk import StatusView
from publishing.wagtail_hooks import DeskMenuItem


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("status/", StatusView.as_view(), name="office_status")]


@hooks.register("register_reports_menu_item")
def menu_item() -> DeskMenuItem:
    return DeskMenuItem(
        _("Status"),
        reverse_lazy("office_status"),
        name="status",
        icon_name="view",
        order=1,
        permissions=StatusView.allowed,
    )
