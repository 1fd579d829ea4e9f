"""Where the report stands in Wagtail's admin: its addresses, its menu, its words in the log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from cms.reports import desk


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("report/", desk.ReportView.as_view(), name="report"),
        path("report/official/", desk.OfficialView.as_view(), name="report_official"),
    ]


class ReportMenuItem(MenuItem):
    """Shown to people who may make reports."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(desk.MAKE))


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    return ReportMenuItem(_("Periodical report"), reverse_lazy("report"), name="report", icon_name="doc-full", order=10)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    @actions.register_action("cms.report")
    class ReportMade(LogFormatter):
        label = _("Report made")
        message = _("A periodical report was made as a file")
