"""All campaigns, and the first page of one: what it has and what waits for somebody."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns import starting
from campaigns.campaign import Campaign
from campaigns.desk.base import SEE, CampaignDeskView
from cms.agencies import visible_to
from publishing.desk.base import DeskView, paged


class CampaignsView(DeskView):
    """All campaigns, newest first, with where each stands."""

    allowed = SEE
    header_icon = "bullhorn"
    page_title = _("Campaigns")
    template_name = "campaigns/desk/all.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = visible_to(self.request.user, Campaign.objects.select_related("scam_form", "locale")).order_by("-pk")
        may_start = starting.place_for_new(self.request.user) is not None
        return super().get_context_data(may_start=may_start, **paged(self, rows), **kwargs)


class CampaignView(CampaignDeskView):
    """The first page of a campaign's desk."""

    page_title = _("Campaign")
    template_name = "campaigns/desk/one.html"
    url_name = "campaigns_one"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["lines"] = [{**tab, "summary": tab["part"].summary(self.campaign)} for tab in context["tabs"]]
        return context
