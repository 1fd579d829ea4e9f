"""Where notices stand in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms.notices.account import NoticesPanel
from cms.notices.desk import NoticesMenuItem, NoticesView, unread
from publishing.desk.waiting import add_sources


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("notices/", NoticesView.as_view(), name="notices")]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return NoticesMenuItem(_("Notices"), reverse_lazy("notices"), name="notices", icon_name="mail", order=50)


@hooks.register("register_account_settings_panel")
def panel(request: HttpRequest, user: Any, profile: Any) -> NoticesPanel:
    return NoticesPanel(request, user, profile)


add_sources(unread)
