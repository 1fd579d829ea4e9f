"""Materials follow their campaign: renewed when it is published, withdrawn when it is retracted."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.signals import page_published

from campaigns.campaign import Campaign
from campaigns.materials import renewal, versions
from publishing.signals import sweeping

log = logging.getLogger("campaigns.materials.following")


def follow(campaign: Campaign) -> None:
    """Idempotent."""
    if campaign.is_retracted:
        versions.withdraw_all(campaign)
    else:
        renewal.refresh(campaign)


def on_published(sender: type[Any], instance: Any, **signal: Any) -> None:
    """Never raises: the page is live by now, and what fails here the sweep does."""
    if not isinstance(instance, Campaign):
        return
    try:
        follow(Campaign.objects.get(pk=instance.pk))
    except Exception:
        log.exception("the materials of campaign %s did not follow it; the next sweep does it", instance.pk)


def sweep(**signal: Any) -> None:
    """Follows every campaign that was published in the last days."""
    since = timezone.now() - timedelta(days=7)
    for campaign in Campaign.objects.live().filter(last_published_at__gte=since):
        try:
            follow(campaign)
        except Exception:
            log.exception("the materials of campaign %s could not follow it", campaign.pk)


def connect() -> None:
    """Connects to Wagtail's publishing and to the worker's sweep."""
    page_published.connect(on_published, dispatch_uid="materials")
    sweeping.connect(sweep, dispatch_uid="materials")
