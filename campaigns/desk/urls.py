"""Addresses of the campaigns' desk, below /admin/campaigns/."""

from __future__ import annotations

from django.urls import path

from campaigns.desk import alerts, effect, home, indicators, material, material_file, materials, new, partners, waves

urlpatterns = [
    path("", home.CampaignsView.as_view(), name="campaigns_all"),
    path("new/", new.NewCampaignView.as_view(), name="campaigns_new"),
    path("<int:pk>/", home.CampaignView.as_view(), name="campaigns_one"),
    path("<int:pk>/materials/", materials.MaterialsView.as_view(), name="campaigns_materials"),
    path("<int:pk>/materials/<int:material>/", material.MaterialView.as_view(), name="campaigns_material"),
    path(
        "<int:pk>/materials/<int:material>/<int:number>/<str:name>",
        material_file.MaterialFileView.as_view(),
        name="campaigns_material_file",
    ),
    path("<int:pk>/waves/", waves.WavesView.as_view(), name="campaigns_waves"),
    path("<int:pk>/waves/<int:wave_pk>/", waves.WaveView.as_view(), name="campaigns_wave"),
    path("<int:pk>/waves/<int:wave_pk>/<slug:deed>/", waves.WaveDeedView.as_view(), name="campaigns_wave_deed"),
    path("<int:pk>/effect/", effect.EffectView.as_view(), name="campaigns_effect"),
    path("<int:pk>/alerts/", alerts.CampaignAlertsView.as_view(), name="campaigns_alerts"),
    path("alerts/", alerts.AlertsView.as_view(), name="campaigns_alerts_all"),
    path("alerts/new/", alerts.WriteAlertView.as_view(), name="campaigns_alert_new"),
    path("alerts/<int:pk>/", alerts.AlertView.as_view(), name="campaigns_alert"),
    path("alerts/<int:pk>/edit/", alerts.WriteAlertView.as_view(), name="campaigns_alert_edit"),
    path("<int:pk>/indicators/", indicators.CampaignIndicatorsView.as_view(), name="campaigns_indicators"),
    path("<int:of>/indicators/new/", indicators.WriteIndicatorView.as_view(), name="campaigns_indicator_new"),
    path("indicators/", indicators.IndicatorsView.as_view(), name="campaigns_indicators_all"),
    path("indicators/whole.csv", indicators.WholeListView.as_view(), name="campaigns_indicators_whole"),
    path("indicators/<int:pk>/", indicators.IndicatorView.as_view(), name="campaigns_indicator"),
    path("indicators/<int:pk>/edit/", indicators.WriteIndicatorView.as_view(), name="campaigns_indicator_edit"),
    path("indicators/partners/", partners.PartnersView.as_view(), name="campaigns_partners"),
]
