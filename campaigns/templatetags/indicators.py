"""Indicators as the public sees them."""

from __future__ import annotations

from django import template

from campaigns.campaign import Campaign
from campaigns.indicator_rules import shown
from campaigns.indicators import Indicator

register = template.Library()


@register.simple_tag
def indicators_of(page: Campaign) -> list[Indicator]:
    """What is listed now of a campaign, in whichever of its languages it was noted. One query; none for a draft."""
    if page.pk is None:
        return []
    rows = Indicator.objects.public().filter(campaign__translation_key=page.translation_key)
    return list(rows.order_by("kind", "normal"))


@register.filter
def as_shown(indicator: Indicator) -> str:
    """Defanged or partly covered."""
    return shown(indicator.kind, indicator.value)
