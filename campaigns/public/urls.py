"""Addresses of campaigns that have a language. Vietnamese words; their translations are those of the interface."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from campaigns.public import alerts, browse, indicators, quiz, subscribe

urlpatterns: list[URLPattern] = [
    path(_("scam-warnings/indicators/"), indicators.indicators, name="indicators"),
    path(_("scam-warnings/indicators/<row:pk>/wrong/"), indicators.complain, name="indicator_wrong"),
    path(_("scam-warnings/complaints/<str:code>/"), indicators.complaint, name="indicator_complaint"),
    path(_("warnings/"), alerts.alerts, name="alerts"),
    path(_("warnings/<uuid:key>/"), alerts.alert, name="alert"),
    path(_("warnings/by-mail/"), subscribe.subscribe, name="alerts_by_mail"),
    path(_("warnings/by-mail/confirm/<str:token>/"), subscribe.confirm, name="alerts_confirm"),
    path(_("warnings/by-mail/stop/<str:token>/"), subscribe.unsubscribe, name="alerts_stop"),
    path(_("scam-warnings/"), browse.warnings, name="scam_warnings"),
    path(_("scam-warnings/for/<slug:slug>/"), browse.target_group, name="target_group"),
    path(_("scam-warnings/<slug:slug>/"), browse.scam_form, name="scam_form"),
    path(_("quiz/"), quiz.quiz, name="quiz"),
    path(_("quiz/sw.js"), quiz.worker, name="quiz_worker"),
    path(_("quiz/result/"), quiz.finished, name="quiz_finished"),
    path(_("quiz/<row:pk>/"), quiz.campaign_quiz, name="campaign_quiz"),
]
