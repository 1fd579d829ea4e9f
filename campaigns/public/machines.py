"""Addresses of campaigns that are the same in every language: files and what machines read."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from campaigns.public import alerts, indicators
from campaigns.public.files import material_file

urlpatterns: list[URLPattern] = [
    re_path(
        r"^tai-lieu/(?P<pk>\d{1,18})/(?P<number>\d{1,9})-(?P<digest>[0-9a-f]{1,64})/(?P<name>[\w.-]{1,60})$",
        material_file,
        name="material_file",
    ),
    re_path(r"^indicators\.(?P<form>json|csv)$", indicators.indicators_file, name="indicators_file"),
    re_path(r"^partners/indicators\.(?P<form>json|csv)$", indicators.partner_file, name="partner_file"),
    path("canh-bao/<uuid:key>.cap.xml", alerts.alert_cap, name="alert_cap"),
    re_path(r"^feeds/(?P<language>[a-z]{2,8})/warnings\.(?P<form>atom|rss)$", alerts.alerts_feed, name="alerts_feed"),
]
