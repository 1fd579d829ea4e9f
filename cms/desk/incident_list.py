"""The register's list: how much time is left for each incident, and what is late."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView

from cms.desk.due import due_badge
from cms.incidents import Incident
from cms.reports.period import Period


class DueColumn(Column):
    """What is owed next, how much time is left, and until when."""

    cell_template_name = "desk/due_cell.html"

    class Media:
        css = {"all": ["publishing/desk.css"]}

    def get_cell_context_data(self, instance: Incident, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"incident": instance, "badge": due_badge(instance.due_at) if instance.due_at else None}


class IncidentFilterSet(WagtailFilterSet):
    """The usual ones, whether something is owed, and when it was registered, as reports count it."""

    WAITING, LATE = "waiting", "late"

    owed = django_filters.ChoiceFilter(
        label=_("Owed"),
        choices=[(LATE, _("Late")), (WAITING, _("Waiting, late or not"))],
        empty_label=_("All"),
        method="filter_owed",
        widget=forms.RadioSelect,
    )

    registered_from = django_filters.DateFilter(
        label=_("Registered from"), method="filter_from", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    registered_to = django_filters.DateFilter(
        label=_("Registered until"), method="filter_to", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    class Meta:
        model = Incident
        fields = ["owed", "registered_from", "registered_to", "status", "urgency", "kind", "topic", "place", "origin"]

    def filter_owed(self, incidents: Any, name: str, value: str) -> QuerySet[Incident]:
        found: QuerySet[Incident] = incidents.late() if value == self.LATE else incidents.waiting()
        return found

    # Days of the office, whatever time zone the reader has chosen. What was merged into another is counted with that.

    def filter_from(self, incidents: Any, name: str, value: date) -> QuerySet[Incident]:
        found: QuerySet[Incident] = incidents.filter(registered_at__gte=Period(value, value).start)
        return found.exclude(status=Incident.Status.MERGED)

    def filter_to(self, incidents: Any, name: str, value: date) -> QuerySet[Incident]:
        found: QuerySet[Incident] = incidents.filter(registered_at__lt=Period(value, value).end)
        return found.exclude(status=Incident.Status.MERGED)


class IncidentIndexView(IndexView):
    """Sorted by time left, what nothing is owed of stands last whatever the direction."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("topic", "place", "handed_over__partner")

    def order_queryset(self, queryset: Any) -> Any:
        if self.ordering == "due_at":
            return queryset.order_by(F("due_at").asc(nulls_last=True), "pk")
        if self.ordering == "-due_at":
            return queryset.order_by(F("due_at").desc(nulls_last=True), "-pk")
        return super().order_queryset(queryset)
