"""The addresses of the intake, below /api/intake/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from cms.intake.api import views
from cms.intake.api.base import Missing
from cms.intake.api.description import DescriptionView

# What the description is made from.
described: list[URLPattern] = [
    path("api/intake/v1/incidents/", views.IncidentsView.as_view(), name="intake_incidents"),
    path("api/intake/v1/incidents/<row:pk>/", views.IncidentView.as_view(), name="intake_incident"),
    path("api/intake/v1/incidents/<row:pk>/appearances/", views.AppearancesView.as_view(), name="intake_appearances"),
    path("api/intake/v1/vocabulary/", views.VocabularyView.as_view(), name="intake_vocabulary"),
]

addresses: list[URLPattern] = [
    path("api/intake/v1/openapi.json", DescriptionView.as_view(), name="intake_openapi"),
    *described,
    path("api/intake/<path:rest>", Missing.as_view()),
]
