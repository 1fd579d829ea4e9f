"""Waves go on by themselves: what was approved late is planned, what changed is told, what is over ends.

With every publication of a campaign, and about once a minute. Idempotent; never raises.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop
from wagtail.signals import page_published

from campaigns.campaign import Campaign
from campaigns.second_person import Refused
from campaigns.wave_deeds import end, plan
from campaigns.wave_lock import keys, locked, places_of
from campaigns.wave_plan import WAITS_FOR_MATERIAL, Standing, end_of, is_over
from campaigns.wave_stories import Teller, revision_of
from campaigns.waves import Wave
from publishing import together
from publishing.signals import restored, sweeping

log = logging.getLogger("campaigns.wave_sweep")

AFTER_THE_END = gettext_noop("“%(plan)s”: this is after the last day of the campaign.")
ALL_OUT = gettext_noop("Everything of it is out.")
CAMPAIGN_ENDED = gettext_noop("The campaign has ended.")
CAMPAIGN_RETRACTED = gettext_noop("The campaign was retracted.")

GOING = (Wave.State.ON, Wave.State.PAUSED)
FOLLOWED_FOR = timedelta(days=7)  # after a publication, as for answers


@transaction.atomic
def tend(wave: Wave, teller: Teller) -> None:
    """Brings a running or paused wave to where it should be. Idempotent; does nothing to one in another state."""
    try:
        wave = locked(wave, Wave.State.ON, Wave.State.PAUSED)
    except Refused:
        return
    now, until = timezone.now(), end_of(teller.campaign)
    wave.campaign = teller.campaign
    if teller.campaign.is_retracted:
        end(wave, why=CAMPAIGN_RETRACTED)
        return
    if until and now >= until:
        end(wave, why=CAMPAIGN_ENDED)
        return
    renew(wave, teller)
    if until:
        late = [one.step.story_key for one in places_of(wave) if one.standing(now) == Standing.OWED and one.at >= until]
        together.cancel(late, AFTER_THE_END, {"plan": wave.name})
    if wave.state == Wave.State.PAUSED:
        # What was being sent when the pause began and did not get through, or was planned by somebody since.
        together.pause(keys(wave), wave.paused_by, plan=wave.name, reason=wave.pause_reason)
        return
    plan(wave, teller, now)
    if is_over(wave, places_of(wave, teller), now):
        end(wave, why=ALL_OUT)


def renew(wave: Wave, teller: Teller) -> None:
    """Gives what is not out the text that is approved now; what has none that may be sent is taken back until it has."""
    for place in places_of(wave, teller):
        if place.post is None or place.standing(timezone.now()) != Standing.OWED:
            continue
        if place.version is None:
            together.cancel([place.step.story_key], WAITS_FOR_MATERIAL)
        elif place.post.version.revision < teller.revision(place.version):
            together.renew(teller.first(place.step, place.version))


def follow(wave: Wave, teller: Teller) -> None:
    """Plans what copies of the wave's steps owe after the campaign's last change. Idempotent."""
    change = teller.last_change
    if change is None:
        return
    for place in places_of(wave):
        # What was told after the change, or was never planned, owes nothing; that is most, and costs no query.
        if place.post is None or place.post.version.revision >= revision_of(change.revision):
            continue
        if story := teller.change(place.step, place.version):
            together.follow(story)


def see_to(campaign: Campaign, waves: Iterable[Wave]) -> None:
    """Copies first: a wave that ends here is over for what is to come, not for what is out."""
    waves = list(waves)
    if not waves or not campaign.live:
        return
    teller = Teller.ready(campaign)
    for wave in waves:
        for deed in (follow, tend):
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
    restored.connect(sweep, dispatch_uid="waves")
