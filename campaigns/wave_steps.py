"""What people do with the steps of a wave: add one, take one out, give one another time. As wave_deeds.py does with waves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from campaigns.second_person import Refused
from campaigns.wave_deeds import plan
from campaigns.wave_lock import (
    MOVED_ON,
    locked,
    log_deed,
    places_of,
    refuse_after_end,
    refuse_before_start,
    refuse_past,
)
from campaigns.wave_plan import Standing
from campaigns.wave_stories import Teller
from campaigns.waves import Wave, WaveStep
from publishing import together
from publishing.models import Delivery

STEP_REMOVED = gettext_noop("The step was taken out of the wave “%(plan)s”.")


@transaction.atomic
def add_step(wave: Wave, person: Any, *, material: Any, channel: Any, at: datetime) -> WaveStep:
    """One more step; in a running wave it is planned at once."""
    wave = locked(wave, Wave.State.DRAFT, Wave.State.ON, Wave.State.PAUSED)
    now = timezone.now()
    if material.campaign_id != wave.campaign_id:
        raise Refused(_("This material is of another campaign."))
    if wave.state != Wave.State.DRAFT:
        refuse_past(at, now)
    refuse_before_start(wave, at)
    refuse_after_end(wave, at)
    step, is_new = wave.steps.get_or_create(material=material, channel=channel, after=at - wave.starts_at)
    if not is_new:
        raise Refused(_("This step is there already."))
    log_deed(wave, "step", person, step=str(channel))
    if wave.state == Wave.State.ON:
        plan(wave, Teller.ready(wave.campaign), now, person)
    return step


@transaction.atomic
def remove_step(step: WaveStep, person: Any) -> None:
    """Takes out a step of which nothing is out; its delivery is cancelled."""
    wave = locked(step.wave, Wave.State.DRAFT, Wave.State.ON, Wave.State.PAUSED)
    found = wave.steps.select_related("material").filter(pk=step.pk).first()
    if found is None:
        raise Refused(MOVED_ON)
    together.cancel([found.story_key], STEP_REMOVED, {"plan": wave.name}, person)
    if Delivery.objects.of_story(found.story_key).exclude(state="cancelled").exists():
        raise Refused(_("This step is out, or being sent: it stays."))
    log_deed(wave, "step", person, step=str(found.channel))
    found.delete()


@transaction.atomic
def change_step(step: WaveStep, person: Any, *, at: datetime) -> None:
    """Another time for one step; the others stay."""
    wave = locked(step.wave, Wave.State.DRAFT, Wave.State.ON, Wave.State.PAUSED)
    found = wave.steps.select_related("material", "channel").filter(pk=step.pk).first()
    if found is None:
        raise Refused(MOVED_ON)
    now = timezone.now()
    refuse_past(at, now)
    refuse_after_end(wave, at)
    refuse_before_start(wave, at)
    found.wave = wave
    place = next(one for one in places_of(wave) if one.step.pk == found.pk)
    if place.standing(now) in {Standing.OUT, Standing.DROPPED}:
        raise Refused(_("This step is out, or was cancelled: it stays."))
    if place.standing(now) == Standing.OWED and not together.move([found.story_key], person, by=at - place.at):
        raise Refused(_("This step is out, or being sent: it stays."))
    if (
        wave.steps.filter(material=found.material, channel=found.channel, after=at - wave.starts_at)
        .exclude(pk=found.pk)
        .exists()
    ):
        raise Refused(_("This step is there already."))
    found.after = at - wave.starts_at
    found.save(update_fields=["after"])
    log_deed(wave, "step", person, step=str(found.channel))
