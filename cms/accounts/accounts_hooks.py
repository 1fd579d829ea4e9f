"""Where log-in stands in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter

from cms.accounts.desk import MAY_RESET, LogInPanel, OwnSessionsView, PersonAccessView


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("sessions/", OwnSessionsView.as_view(), name="own_sessions"),
        path("people/<int:pk>/log-in/", PersonAccessView.as_view(), name="person_access"),
    ]


@hooks.register("register_account_settings_panel")
def panel(request: HttpRequest, user: Any, profile: Any) -> LogInPanel:
    return LogInPanel(request, user, profile)


@hooks.register("register_user_listing_buttons")
def button(user: Any, request_user: Any) -> Iterator[Button]:
    if request_user.has_perm(MAY_RESET) and (request_user.is_superuser or not user.is_superuser):
        yield Button(_("Log-in and sessions"), reverse("person_access", args=[user.pk]), icon_name="lock", priority=15)


_DEEDS = (
    ("cms.second_factor_added", _("Second factor set up")),
    ("cms.second_factor_removed", _("Second factor removed")),
    ("cms.second_factor_reset", _("Second factor reset by somebody else, all sessions ended")),
    ("cms.recovery_codes_made", _("New recovery codes made")),
    ("cms.sessions_ended", _("Sessions ended")),
    ("cms.sign_on_bound", _("Bound to the single sign-on")),
    ("cms.sign_on_unbound", _("Separated from the single sign-on")),
)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, words in _DEEDS:
        formatter = type("Formatter", (LogFormatter,), {"label": words, "message": words})
        actions.register_action(name)(formatter)
