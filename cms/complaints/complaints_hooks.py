"""Where complaints stand in Wagtail's admin: their addresses, their menu item, their words in the log."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter
from wagtail.permissions import ModelPermissionPolicy

from cms.complaints.complaint import Complaint
from cms.complaints.desk import SEE, ComplaintsView, ComplaintView
from publishing.wagtail_hooks import DeskMenuItem


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("complaints/", ComplaintsView.as_view(), name="complaints"),
        path("complaints/<int:pk>/", ComplaintView.as_view(), name="complaint_desk"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return DeskMenuItem(
        _("Complaints"),
        reverse_lazy("complaints"),
        name="complaints",
        icon_name="comment",
        order=147,
        permissions=(SEE,),
    )


# (what is done, in the list of the log; what was done, on one line of it)
LOGGED: dict[str, tuple[str | Promise, str | Promise]] = {
    "upheld": (_("Complaint upheld"), _("A complaint was decided: right")),
    "partly": (_("Complaint upheld in part"), _("A complaint was decided: right in part")),
    "rejected": (_("Complaint turned down"), _("A complaint was decided: not right")),
    "taken_over": (_("Reply taken over"), _("A reply was put into the draft of the answer")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"LogComplaint_{name}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"cms.complaint_{name}")(formatter)


class ComplaintFinder(ModelAdminURLFinder):
    """From the history report to the complaint."""

    edit_url_name = "complaint_desk"
    permission_policy = ModelPermissionPolicy(Complaint)


register_admin_url_finder(Complaint, ComplaintFinder)
