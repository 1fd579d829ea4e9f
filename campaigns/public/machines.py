"""Addresses of campaigns that are the same in every language: files and what machines read."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from campaigns.public.files import material_file

urlpatterns: list[URLPattern] = [
    re_path(
        r"^tai-lieu/(?P<pk>\d{1,18})/(?P<number>\d{1,9})-(?P<digest>[0-9a-f]{1,64})/(?P<name>[\w.-]{1,60})$",
        material_file,
        name="material_file",
    ),
]
