"""The addresses of the interface, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from cms.public.api import views
from cms.public.api.base import Missing
from cms.public.api.check import CheckView
from cms.public.api.description import DescriptionView

# What the description is made from.
described: list[URLPattern] = [
    path("api/v1/answers/", views.AnswersView.as_view(), name="api_answers"),
    path("api/v1/answers/<row:pk>/", views.AnswerView.as_view(), name="api_answer"),
    path("api/v1/corrections/", views.CorrectionsView.as_view(), name="api_corrections"),
    path("api/v1/incidents/<row:pk>/", views.IncidentView.as_view(), name="api_incident"),
    path("api/v1/check/", CheckView.as_view(), name="api_check"),
    path("api/v1/topics/", views.TopicsView.as_view(), name="api_topics"),
    path("api/v1/places/", views.PlacesView.as_view(), name="api_places"),
    path("api/v1/verdicts/", views.VerdictsView.as_view(), name="api_verdicts"),
]

addresses: list[URLPattern] = [
    path("api/v1/openapi.json", DescriptionView.as_view(), name="api_openapi"),
    *described,
    path("api/<path:rest>", Missing.as_view()),
]
