"""Addresses of the campaigns' desk, below /admin/campaigns/."""

from __future__ import annotations

from django.urls import path

from campaigns.desk import effect, home, new

urlpatterns = [
    path("", home.CampaignsView.as_view(), name="campaigns_all"),
    path("new/", new.NewCampaignView.as_view(), name="campaigns_new"),
    path("<int:pk>/", home.CampaignView.as_view(), name="campaigns_one"),
    path("<int:pk>/effect/", effect.EffectView.as_view(), name="campaigns_effect"),
]
