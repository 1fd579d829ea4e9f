"""Addresses of campaigns that have a language. Vietnamese words; their translations are those of the interface."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from campaigns.public import alerts, subscribe

urlpatterns: list[URLPattern] = [
    path(_("warnings/"), alerts.alerts, name="alerts"),
    path(_("warnings/<uuid:key>/"), alerts.alert, name="alert"),
    path(_("warnings/by-mail/"), subscribe.subscribe, name="alerts_by_mail"),
    path(_("warnings/by-mail/confirm/<str:token>/"), subscribe.confirm, name="alerts_confirm"),
    path(_("warnings/by-mail/stop/<str:token>/"), subscribe.unsubscribe, name="alerts_stop"),
]
