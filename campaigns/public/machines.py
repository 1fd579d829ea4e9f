"""Addresses of campaigns that are the same in every language: files and what machines read."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
