"""For templates: what readers are offered of a campaign."""

from __future__ import annotations

from django import template

from campaigns.campaign import Campaign
from campaigns.materials.offered import Offered, offered

register = template.Library()


@register.simple_tag
def offered_materials(campaign: Campaign) -> list[Offered]:
    """``{% offered_materials page as materials %}``: approved materials with their public files."""
    return offered(campaign)
