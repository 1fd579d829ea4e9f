"""Where the inbox stands in Wagtail's admin: its menu item with a count, its addresses, its words in the log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.log_actions import LogFormatter
from wagtail.permissions import ModelPermissionPolicy

from cms.sent_in import inbox
from cms.sent_in.submissions import Submission


class InboxMenuItem(MenuItem):
    """Shown to people who may see submissions, with the number of new groups."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(inbox.SEE))

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        waiting = inbox.new_groups()
        label = f"{self.label} ({waiting})" if waiting else str(self.label)
        return LinkMenuItem(
            self.name, label, self.url, icon_name=self.icon_name, classname=self.classname, attrs=self.attrs
        )


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return InboxMenuItem(_("Inbox"), reverse_lazy("inbox"), name="inbox", icon_name="comment", order=145)


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("inbox/", inbox.InboxView.as_view(), name="inbox"),
        path("inbox/<int:pk>/", inbox.GroupView.as_view(), name="inbox_group"),
        path("inbox/<int:pk>/picture/", inbox.picture, name="submission_picture"),
    ]


LOGGED: dict[str, tuple[str | Promise, str | Promise]] = {
    "incident": (_("Incident chosen"), _("It belongs to an incident and is being verified")),
    "not_checkable": (_("Cannot be checked"), _("Decided: opinion, prediction or satire")),
    "closed": (_("Closed"), _("Closed without an answer")),
    "again": (_("Taken up again"), _("Put back among the new ones")),
    "join": (_("Joined"), _("Joined to another that says the same")),
    "part": (_("Taken out"), _("Taken out of its group: it does not say the same")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"Log{name.title()}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"cms.submission_{name}")(formatter)


class SubmissionFinder(ModelAdminURLFinder):
    """From the history report to the group."""

    edit_url_name = "inbox_group"
    permission_policy = ModelPermissionPolicy(Submission)


register_admin_url_finder(Submission, SubmissionFinder)
