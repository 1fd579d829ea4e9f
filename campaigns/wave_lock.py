"""What every deed on a wave begins with: its row locked, its steps as they are, and the times that are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from campaigns.materials.models import MaterialVersion
from campaigns.second_person import Refused
from campaigns.wave_plan import Place, end_of, places
from campaigns.wave_stories import Teller
from campaigns.waves import Wave
from publishing.models import Delivery, local_time

MOVED_ON = _("The wave has moved on meanwhile. Please look at it again.")


def locked(wave: Wave, *states: Wave.State) -> Wave:
    """The wave as it is now, until the end of the transaction. Raises Refused in any other state."""
    found = Wave.objects.select_for_update(of=("self",)).select_related("campaign__locale").filter(pk=wave.pk).first()
    if found is None or (states and found.state not in states):
        raise Refused(MOVED_ON)
    return found


def places_of(wave: Wave, teller: Teller | None = None) -> list[Place]:
    """The steps of ``wave`` with what is known of them. Three queries; ``teller`` also says what may be sent now."""
    steps = list(wave.steps.select_related("material", "channel__organisation"))
    for step in steps:
        step.wave = wave
    versions = MaterialVersion.objects.filter(
        material__in={step.material_id for step in steps}, state=MaterialVersion.State.APPROVED
    ).select_related("material", "sound")
    deliveries = (
        Delivery.objects.filter(story__in=keys_of(steps)).select_related("version", "channel").defer("version__payload")
    )
    may_be_sent = [one for one in versions if teller is None or teller.may_tell(one)]
    return places(steps, may_be_sent, deliveries, end_of(wave.campaign))


def keys_of(steps: Any) -> list[str]:
    return [step.story_key for step in steps]


def keys(wave: Wave) -> list[str]:
    return keys_of(wave.steps.select_related("material"))


def log_deed(wave: Wave, what: str, person: Any, **more: str) -> None:
    log(instance=wave.campaign, action=f"campaigns.wave_{what}", user=person, data={"wave": wave.name, **more})


def refuse_past(at: datetime, now: datetime) -> None:
    if at < now:
        words = _("%(at)s is in the past: it is %(now)s now. Please choose a later time.")
        raise Refused(words % {"at": local_time(at), "now": local_time(now)})


def refuse_before_start(wave: Wave, at: datetime) -> None:
    if at < wave.starts_at:
        words = _("%(at)s is before the start of the wave, %(start)s.")
        raise Refused(words % {"at": local_time(at), "start": local_time(wave.starts_at)})


def refuse_after_end(wave: Wave, at: datetime) -> None:
    until = end_of(wave.campaign)
    if until and at >= until:
        words = _("%(at)s is after the last day of the campaign, %(day)s.")
        raise Refused(words % {"at": local_time(at), "day": f"{wave.campaign.ends_on:%d/%m/%Y}"})
