"""Where the audit stands in Wagtail's admin: its addresses, its buttons, its words in the log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter
from wagtail.models import Page
from wagtail.snippets.views.snippets import EditView

from cms.audit import desk
from cms.incidents import Incident
from cms.pages.answer import Answer
from publishing.desk.base import may


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("audit/", desk.LogView.as_view(), name="audit_log"),
        path("audit/page/<int:pk>/", desk.HistoryView.as_view(), {"of": "page"}, name="audit_page"),
        path("audit/incident/<int:pk>/", desk.HistoryView.as_view(), {"of": "incident"}, name="audit_incident"),
    ]


class AuditMenuItem(MenuItem):
    """Shown to people who may read the whole log."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(desk.SEE_ALL))


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    return AuditMenuItem(_("Audit log"), reverse_lazy("audit_log"), name="audit", icon_name="history", order=50)


def _button(name: str, pk: int, **how: Any) -> Button:
    return Button(_("Handling history"), reverse(name, args=[pk]), icon_name="history", **how)


@hooks.register("register_page_header_buttons")
def of_page(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Any:
    if may(user, desk.SEE_HISTORY, desk.SEE_ALL) and issubclass(page.specific_class or Page, Answer):
        yield _button("audit_page", page.pk, priority=55)


@hooks.register("register_snippet_listing_buttons")
def of_incident(snippet: Any, user: Any, next_url: str | None = None) -> Any:
    if isinstance(snippet, Incident) and may(user, desk.SEE_HISTORY, desk.SEE_ALL):
        yield _button("audit_incident", snippet.pk, priority=30)


class WithHistory:
    """Adds the way to its history to a view of one incident."""

    request: HttpRequest
    object: Incident

    @property
    def header_more_buttons(self) -> list[Any]:
        others: list[Any] = super().header_more_buttons  # type: ignore[misc]
        return [*others, *of_incident(self.object, self.request.user)]


class IncidentEditView(WithHistory, EditView):
    """The form of an incident."""


# (what is done, in the list of the log; what was done, on one line of it)
LOGGED: dict[str, tuple[str | Promise, str | Promise]] = {
    "login": (_("Logged in"), _("Logged in")),
    "logout": (_("Logged out"), _("Logged out")),
    "login_failed": (_("Log-in failed"), _("Somebody could not log in to this account: wrong password")),
    "account": (_("Account changed"), _("What decides who may use this account was changed")),
    "rights": (_("Rights changed"), _("Roles or permissions were given or taken away")),
    "restored": (_("Restored"), _("The installation was restored from a backup")),
    "audit_export": (_("Audit exported"), _("The audit log was taken out as a file")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"Log_{name}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"cms.{name}")(formatter)
