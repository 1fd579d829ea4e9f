"""Waves go on by themselves: what was approved late is planned, what changed is told, what is over ends.

With every publication of a campaign, and about once a minute. Idempotent; never raises.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from wagtail.signals import page_published

from campaigns import wave_deeds
from campaigns.campaign import Campaign
from campaigns.wave_stories import Teller
from campaigns.waves import Wave
from publishing.signals import sweeping

log = logging.getLogger("campaigns.wave_sweep")

GOING = (Wave.State.ON, Wave.State.PAUSED)
FOLLOWED_FOR = timedelta(days=7)  # after a publication, as for answers


def see_to(campaign: Campaign, waves: Iterable[Wave]) -> None:
    """Copies first: a wave that ends here is over for what is to come, not for what is out."""
    waves = list(waves)
    if not waves or not campaign.live:
        return
    teller = Teller.ready(campaign)
    for wave in waves:
        for deed in (wave_deeds.follow, wave_deeds.tend):
            try:
                deed(wave, teller)
            except Exception:
                log.exception("wave %s could not be seen to", wave.pk)


def on_published(sender: type[Any], instance: Any, **signal: Any) -> None:
    """Never raises: the page is live by now, and what fails here the sweep does."""
    if not isinstance(instance, Campaign):
        return
    try:
        see_to(instance, Wave.objects.filter(campaign=instance.pk).exclude(state=Wave.State.DRAFT))
    except Exception:
        log.exception("the waves of campaign %s did not follow it; the next sweep does it", instance.pk)


def sweep(**signal: Any) -> None:
    """Every wave that is going on, and those that are over of campaigns that were published in the last days."""
    since = timezone.now() - FOLLOWED_FOR
    is_followed = Q(state=Wave.State.OVER, campaign__last_published_at__gte=since)
    waves = Wave.objects.filter(Q(state__in=GOING) | is_followed).select_related("campaign").order_by("campaign_id")
    by_campaign: dict[int, list[Wave]] = {}
    for wave in waves:
        by_campaign.setdefault(wave.campaign_id, []).append(wave)
    for found in by_campaign.values():
        try:
            see_to(found[0].campaign, found)
        except Exception:
            log.exception("the waves of campaign %s could not be seen to", found[0].campaign_id)


def connect() -> None:
    """Connects to Wagtail's publishing and to the worker's sweep. After the materials: they are withdrawn with a
    campaign first."""
    page_published.connect(on_published, dispatch_uid="waves")
    sweeping.connect(sweep, dispatch_uid="waves")
