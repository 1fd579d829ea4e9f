"""What the views of one campaign share: the campaign, and the way between its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from cms.agencies import visible_to
from publishing.desk.base import DeskView, may

SEE_MATERIALS = "campaigns.view_material"
CHANGE_MATERIALS = "campaigns.change_material"
APPROVE_MATERIALS = "campaigns.approve_material"
SEE_INDICATORS = "campaigns.view_indicator"
SEE_ALERTS = "campaigns.view_alert"
SEE_WAVES = "campaigns.view_wave"
CHANGE_WAVES = "campaigns.change_wave"
SEE: tuple[str, ...] = (SEE_MATERIALS, SEE_INDICATORS, SEE_ALERTS, SEE_WAVES)


@dataclass(frozen=True)
class Part:
    """One part of a campaign's desk: a tab, and a line on the campaign's own page.

    summary  what stands on the line, given the campaign; asked only where it is shown
    """

    label: str | Promise
    url_name: str
    icon: str
    permission: str
    summary: Callable[[Campaign], str]
    order: int = 100


# Filled by the modules of the parts.
parts: list[Part] = []


class CampaignDeskView(DeskView):
    """A page of one campaign's desk. ``pk`` in the address is that of the campaign's page."""

    allowed: ClassVar[tuple[str, ...]] = SEE
    header_icon = "bullhorn"
    parents = ((_("Campaigns"), "campaigns_all"),)
    url_name = ""

    @cached_property
    def campaign(self) -> Campaign:
        seen = visible_to(self.request.user, Campaign.objects.select_related("locale", "scam_form"))
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {
                "label": part.label,
                "icon": part.icon,
                "url": reverse(part.url_name, args=[self.campaign.pk]),
                "is_here": part.url_name == self.url_name,
                "part": part,
            }
            for part in sorted(parts, key=lambda part: part.order)
            if may(self.request.user, part.permission)
        ]
        return super().get_context_data(campaign=self.campaign, tabs=tabs, **kwargs)
