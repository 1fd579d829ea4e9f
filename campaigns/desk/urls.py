"""Addresses of the campaigns' desk, below /admin/campaigns/."""

from __future__ import annotations

from django.urls import path

from campaigns.desk import alerts, effect, home, material, materials, new

urlpatterns = [
    path("", home.CampaignsView.as_view(), name="campaigns_all"),
    path("new/", new.NewCampaignView.as_view(), name="campaigns_new"),
    path("<int:pk>/", home.CampaignView.as_view(), name="campaigns_one"),
    path("<int:pk>/materials/", materials.MaterialsView.as_view(), name="campaigns_materials"),
    path("<int:pk>/materials/<int:material>/", material.MaterialView.as_view(), name="campaigns_material"),
    path(
        "<int:pk>/materials/<int:material>/<int:number>/<str:name>",
        material.MaterialFileView.as_view(),
        name="campaigns_material_file",
    ),
    path("<int:pk>/effect/", effect.EffectView.as_view(), name="campaigns_effect"),
    path("<int:pk>/alerts/", alerts.CampaignAlertsView.as_view(), name="campaigns_alerts"),
    path("alerts/", alerts.AlertsView.as_view(), name="campaigns_alerts_all"),
    path("alerts/new/", alerts.WriteAlertView.as_view(), name="campaigns_alert_new"),
    path("alerts/<int:pk>/", alerts.AlertView.as_view(), name="campaigns_alert"),
    path("alerts/<int:pk>/edit/", alerts.WriteAlertView.as_view(), name="campaigns_alert_edit"),
]
