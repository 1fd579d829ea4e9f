"""The first page after log-in: what waits for this very person, and, where nothing does, what could be done next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import LockedPagesPanel, RecentEditsPanel

from cms.desk.due import due_badge
from cms.pages.home import AnswerList
from publishing.desk.base import COMPOSE, SEE_DELIVERIES, may
from publishing.desk.waiting import Row, Waiting, waiting_for
from publishing.desk.words import Badge


def _signed(part: Waiting) -> list[tuple[Row, Badge | None]]:
    return [(row, row.badge or (due_badge(row.due) if row.due else None)) for row in part.rows]


def next_deeds(user: Any) -> list[tuple[Any, str, str]]:
    """(what, where, sign) of what this person could do of their own accord."""
    found: list[tuple[Any, str, str]] = []
    if may(user, "cms.add_incident"):
        found.append((_("Register an incident"), reverse("wagtailsnippets_cms_incident:add"), "plus"))
    first = AnswerList.objects.order_by("path").first()
    if first and first.permissions_for_user(user).can_add_subpage():
        found.append((_("Write an answer"), reverse("wagtailadmin_pages:add_subpage", args=[first.pk]), "edit"))
    if may(user, COMPOSE):
        found.append((_("See what is ready to send"), reverse("publishing_stories"), "mail"))
    if may(user, SEE_DELIVERIES):
        found.append((_("Look at the calendar"), reverse("publishing_calendar"), "calendar-alt"))
    if may(user, "cms.view_incident"):
        found.append((_("Look through the register"), reverse("wagtailsnippets_cms_incident:list"), "warning"))
    return found


class TodayPanel(Component):
    """All parts in the place of Wagtail's own lists, which know neither deadlines nor who wrote what."""

    name = "today"
    template_name = "desk/today.html"
    order = 10

    class Media:
        css = {"all": ["publishing/desk.css", "cms/today.css"]}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        parts = waiting_for(user)
        return {
            "parts": [(part, _signed(part)) for part in parts],
            "next_deeds": next_deeds(user),
        }


def only_today(request: HttpRequest, panels: list[Component]) -> None:
    """Keeps of Wagtail's panels what one goes on with: what was edited last, and what one has locked."""
    panels[:] = [TodayPanel(), *(one for one in panels if isinstance(one, (RecentEditsPanel, LockedPagesPanel)))]
