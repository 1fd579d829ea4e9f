"""Addresses of campaigns that have a language. Vietnamese words; their translations are those of the interface."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
