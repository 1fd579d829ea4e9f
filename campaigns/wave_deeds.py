"""What people do with a wave: start, move, pause, let it go on, end it.

Each verb is one transaction under the lock of the wave's row, so that two people, or a person and the sweep, do it one
after the other. Each raises Refused, in words, where the wave has moved on meanwhile.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from campaigns.second_person import Refused
from campaigns.wave_lock import keys, locked, log_deed, places_of, refuse_after_end, refuse_past
from campaigns.wave_plan import Standing
from campaigns.wave_stories import Teller
from campaigns.waves import Wave
from publishing import together
from publishing.by_hand import WrongTime
from publishing.models import Delivery, StoryVersion, local_time
from publishing.outbox import enqueue
from publishing.plan import Owed
from publishing.story import Action

WAVE_ENDED = gettext_noop("The wave “%(plan)s” is over: this had not gone out.")
BY_A_PERSON = gettext_noop("A person ended it.")


@transaction.atomic
def start(wave: Wave, person: Any, *, now: bool = False) -> list[Delivery]:
    """Plans every step whose material is approved; the others wait. ``now``: at once, whatever start was planned."""
    wave = locked(wave, Wave.State.DRAFT)
    moment = timezone.now()
    if not wave.campaign.live:
        raise Refused(_("The campaign is not published yet."))
    if wave.campaign.is_retracted:
        raise Refused(_("The campaign was retracted."))
    steps = list(wave.steps.all())
    if not steps:
        raise Refused(_("The wave has no step yet."))
    if now:
        wave.starts_at = moment
    refuse_past(wave.starts_at + min(step.after for step in steps), moment)
    refuse_after_end(wave, wave.starts_at + max(step.after for step in steps))
    wave.state = Wave.State.ON
    wave.save(update_fields=["state", "starts_at"])
    log_deed(wave, "start", person)
    return plan(wave, Teller.ready(wave.campaign), moment, person)


def plan(
    wave: Wave, teller: Teller, now: datetime, person: Any = None, *, late_from: datetime | None = None
) -> list[Delivery]:
    """Plans what can be planned of a running wave and is not. Idempotent. Call it under the wave's lock.

    late_from  what should have gone out since then is sent now; otherwise nothing is sent late
    """
    made = []
    for place in places_of(wave, teller):
        is_late = late_from is not None and late_from <= place.step.at < now and place.version and place.is_unplanned
        if place.version and (is_late or place.standing(now) == Standing.READY):
            version = StoryVersion.of(teller.first(place.step, place.version))
            owed = Owed(place.step.channel_id, Action.POST, max(place.step.at, now))
            made += enqueue(version, [owed], person)
    return made


@transaction.atomic
def move(wave: Wave, person: Any, *, starts_at: datetime) -> int:
    """Moves the start and with it everything that is not out by the same time; a post that was moved alone in the
    calendar keeps its distance. Nothing may come into the past. Returns how many deliveries were moved."""
    wave = locked(wave, Wave.State.DRAFT, Wave.State.ON, Wave.State.PAUSED)
    now, by = timezone.now(), starts_at - wave.starts_at
    if not by:
        return 0
    before = places_of(wave)
    open_ones = {Standing.READY, Standing.WAITS, Standing.OWED, Standing.AFTER_END}
    to_come = [place for place in before if place.standing(now) in open_ones]
    if wave.state == Wave.State.DRAFT:
        to_come = before
    if before and not to_come:
        raise Refused(_("Nothing of this wave is still to come."))
    unplanned = [place.step.at + by for place in to_come if place.is_unplanned]
    if not before:
        unplanned = [starts_at]
    for at in unplanned:
        refuse_past(at, now)
    planned = [place.at + by for place in to_come if not place.is_unplanned]
    if by > timedelta():
        for at in [*unplanned, *planned]:
            refuse_after_end(wave, at)
    try:
        moved = together.move(keys(wave), person, by=by)
    except WrongTime as refused:
        raise Refused(refused.text()) from None
    log_deed(wave, "move", person, before=local_time(wave.starts_at), after=local_time(starts_at))
    wave.starts_at = starts_at
    wave.save(update_fields=["starts_at"])
    return moved


@transaction.atomic
def pause(wave: Wave, person: Any, *, reason: str) -> int:
    """Holds everything of it that is not out or being sent. Returns how many deliveries."""
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused(_("Say why it is paused."))
    wave = locked(wave, Wave.State.ON)
    wave.state, wave.paused_at, wave.paused_by, wave.pause_reason = Wave.State.PAUSED, timezone.now(), person, reason
    wave.save(update_fields=["state", "paused_at", "paused_by", "pause_reason"])
    log_deed(wave, "pause", person, reason=reason)
    return together.pause(keys(wave), person, plan=wave.name, reason=reason)


@transaction.atomic
def resume(wave: Wave, person: Any, *, shifts: bool, sends_missed: bool = False) -> together.LetGo:
    """Lets a paused wave go on: at its dates, or ``shifts`` by as long as the pause was.

    What should have gone out during the pause is left out, unless ``sends_missed``: then it goes out now.
    """
    wave = locked(wave, Wave.State.PAUSED)
    if wave.campaign.is_retracted:
        raise Refused(_("The campaign was retracted."))
    now, paused_at = timezone.now(), wave.paused_at or timezone.now()
    later = now - paused_at if shifts else timedelta()
    if shifts:
        still_to_come = {Standing.READY, Standing.WAITS, Standing.OWED}
        for place in places_of(wave):
            if place.standing(paused_at) in still_to_come:
                refuse_after_end(wave, place.at + later)
    wave.starts_at += later
    wave.state, wave.paused_at, wave.paused_by, wave.pause_reason = Wave.State.ON, None, None, ""
    wave.save(update_fields=["state", "paused_at", "paused_by", "pause_reason", "starts_at"])
    log_deed(wave, "resume", person)
    gone_on = together.release(keys(wave), person, plan=wave.name, later=later, sends_missed=sends_missed)
    plan(wave, Teller.ready(wave.campaign), now, person, late_from=paused_at if sends_missed and not shifts else None)
    return gone_on


@transaction.atomic
def end(wave: Wave, person: Any = None, *, why: str = BY_A_PERSON) -> int:
    """Ends it for good: what has not gone out is cancelled; what is out stays, and is followed like everything else.

    ``why`` is a msgid. Returns how many deliveries were cancelled.
    """
    wave = locked(wave, Wave.State.ON, Wave.State.PAUSED)
    wave.state, wave.over_at, wave.over_words = Wave.State.OVER, timezone.now(), why
    wave.save(update_fields=["state", "over_at", "over_words"])
    log_deed(wave, "end", person)
    return together.cancel(keys(wave), WAVE_ENDED, {"plan": wave.name}, person)


@transaction.atomic
def discard(wave: Wave, person: Any) -> None:
    """Removes a wave that was never started, with its steps."""
    wave = locked(wave, Wave.State.DRAFT)
    log_deed(wave, "discard", person)
    wave.delete()
