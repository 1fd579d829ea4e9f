"""What people do with a wave: start, move, pause, let it go on, end it, and change its steps.

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
from wagtail.log_actions import log

from campaigns.materials.models import MaterialVersion
from campaigns.second_person import Refused
from campaigns.wave_plan import WAITS_FOR_MATERIAL, Place, Standing, end_of, is_over, places
from campaigns.wave_stories import Teller, revision_of
from campaigns.waves import Wave, WaveStep
from publishing import together
from publishing.by_hand import WrongTime
from publishing.models import Delivery, StoryVersion, local_time
from publishing.outbox import enqueue
from publishing.plan import Owed
from publishing.story import Action

WAVE_ENDED = gettext_noop("The wave “%(plan)s” is over: this had not gone out.")
AFTER_THE_END = gettext_noop("“%(plan)s”: this is after the last day of the campaign.")
STEP_REMOVED = gettext_noop("The step was taken out of the wave “%(plan)s”.")
BY_A_PERSON = gettext_noop("A person ended it.")
ALL_OUT = gettext_noop("Everything of it is out.")
CAMPAIGN_ENDED = gettext_noop("The campaign has ended.")
CAMPAIGN_RETRACTED = gettext_noop("The campaign was retracted.")
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
    ).select_related("material")
    deliveries = (
        Delivery.objects.filter(story__in=keys_of(steps)).select_related("version", "channel").defer("version__payload")
    )
    may_be_sent = [one for one in versions if teller is None or teller.may_tell(one)]
    return places(steps, may_be_sent, deliveries, end_of(wave.campaign))


def keys_of(steps: Any) -> list[str]:
    return [step.story_key for step in steps]


def _keys(wave: Wave) -> list[str]:
    return keys_of(wave.steps.select_related("material"))


def _log(wave: Wave, what: str, person: Any, **more: str) -> None:
    log(instance=wave.campaign, action=f"campaigns.wave_{what}", user=person, data={"wave": wave.name, **more})


# The wave -----------------------------------------------------------------------------------------------------


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
    _refuse_past(wave.starts_at + min(step.after for step in steps), moment)
    _refuse_after_end(wave, wave.starts_at + max(step.after for step in steps))
    wave.state = Wave.State.ON
    wave.save(update_fields=["state", "starts_at"])
    _log(wave, "start", person)
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
        _refuse_past(at, now)
    planned = [place.at + by for place in to_come if not place.is_unplanned]
    if by > timedelta():
        for at in [*unplanned, *planned]:
            _refuse_after_end(wave, at)
    try:
        moved = together.move(_keys(wave), person, by=by)
    except WrongTime as refused:
        raise Refused(refused.text()) from None
    _log(wave, "move", person, before=local_time(wave.starts_at), after=local_time(starts_at))
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
    _log(wave, "pause", person, reason=reason)
    return together.pause(_keys(wave), person, plan=wave.name, reason=reason)


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
                _refuse_after_end(wave, place.at + later)
    wave.starts_at += later
    wave.state, wave.paused_at, wave.paused_by, wave.pause_reason = Wave.State.ON, None, None, ""
    wave.save(update_fields=["state", "paused_at", "paused_by", "pause_reason", "starts_at"])
    _log(wave, "resume", person)
    gone_on = together.release(_keys(wave), person, plan=wave.name, later=later, sends_missed=sends_missed)
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
    _log(wave, "end", person)
    return together.cancel(_keys(wave), WAVE_ENDED, {"plan": wave.name}, person)


# What the sweep does for it -----------------------------------------------------------------------------------


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
        together.pause(_keys(wave), wave.paused_by, plan=wave.name, reason=wave.pause_reason)
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
        if story := teller.change(place.step):
            together.follow(story)


# Its steps ----------------------------------------------------------------------------------------------------


def _refuse_past(at: datetime, now: datetime) -> None:
    if at < now:
        words = _("%(at)s is in the past: it is %(now)s now. Please choose a later time.")
        raise Refused(words % {"at": local_time(at), "now": local_time(now)})


def _refuse_before_start(wave: Wave, at: datetime) -> None:
    if at < wave.starts_at:
        words = _("%(at)s is before the start of the wave, %(start)s.")
        raise Refused(words % {"at": local_time(at), "start": local_time(wave.starts_at)})


def _refuse_after_end(wave: Wave, at: datetime) -> None:
    until = end_of(wave.campaign)
    if until and at >= until:
        words = _("%(at)s is after the last day of the campaign, %(day)s.")
        raise Refused(words % {"at": local_time(at), "day": f"{wave.campaign.ends_on:%d/%m/%Y}"})


@transaction.atomic
def add_step(wave: Wave, person: Any, *, material: Any, channel: Any, at: datetime) -> WaveStep:
    """One more step; in a running wave it is planned at once."""
    wave = locked(wave, Wave.State.DRAFT, Wave.State.ON, Wave.State.PAUSED)
    now = timezone.now()
    if material.campaign_id != wave.campaign_id:
        raise Refused(_("This material is of another campaign."))
    if wave.state != Wave.State.DRAFT:
        _refuse_past(at, now)
    _refuse_before_start(wave, at)
    _refuse_after_end(wave, at)
    step, is_new = wave.steps.get_or_create(material=material, channel=channel, after=at - wave.starts_at)
    if not is_new:
        raise Refused(_("This step is there already."))
    _log(wave, "step", person, step=str(channel))
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
    _log(wave, "step", person, step=str(found.channel))
    found.delete()


@transaction.atomic
def change_step(step: WaveStep, person: Any, *, at: datetime) -> None:
    """Another time for one step; the others stay."""
    wave = locked(step.wave, Wave.State.DRAFT, Wave.State.ON, Wave.State.PAUSED)
    found = wave.steps.select_related("material", "channel").filter(pk=step.pk).first()
    if found is None:
        raise Refused(MOVED_ON)
    now = timezone.now()
    _refuse_past(at, now)
    _refuse_after_end(wave, at)
    _refuse_before_start(wave, at)
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
    _log(wave, "step", person, step=str(found.channel))


@transaction.atomic
def discard(wave: Wave, person: Any) -> None:
    """Removes a wave that was never started, with its steps."""
    wave = locked(wave, Wave.State.DRAFT)
    _log(wave, "discard", person)
    wave.delete()
