"""Where each step of a wave stands and what is to be done for it: pure, over rows that were read before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from campaigns.campaign import Campaign
from campaigns.materials.models import MaterialVersion
from campaigns.waves import Wave, WaveStep
from publishing.models import Delivery, State
from publishing.story import Action

WAITS_FOR_MATERIAL = _("Its material has no approved version that may be sent now.")


class Standing(StrEnum):
    """How far a step is."""

    READY = "ready"  # has an approved material; planned when the wave starts, or with the next sweep
    WAITS = "waits"  # its material has no approved version yet
    MISSED = "missed"  # its time passed before anything could be sent: it is not sent late
    AFTER_END = "after_end"  # its time is after the campaign's last day
    OWED = "owed"  # a delivery exists, and says where it stands
    OUT = "out"
    DROPPED = "dropped"  # its delivery was cancelled


@dataclass(frozen=True)
class Place:
    """A step with what is known of it.

    version  what is approved of its material and may be sent; None if nothing is
    post     its delivery: the last that was not cancelled, else the last; None if there never was one
    """

    step: WaveStep
    version: MaterialVersion | None
    post: Delivery | None
    until: datetime | None

    @property
    def at(self) -> datetime:
        """When it goes out, or went, or should have."""
        if self.post and self.post.state != State.CANCELLED:
            return self.post.sent_at or self.post.scheduled_at
        return self.step.at

    @property
    def is_unplanned(self) -> bool:
        """No delivery was ever made for it, or the only reason against it was its material."""
        return self.post is None or (self.post.state == State.CANCELLED and self.post.words == WAITS_FOR_MATERIAL)

    def standing(self, now: datetime) -> Standing:
        if self.post and self.post.state == State.SENT:
            return Standing.OUT
        if self.post and self.post.state != State.CANCELLED:
            return Standing.OWED
        if not self.is_unplanned:
            return Standing.DROPPED
        if self.until and self.step.at >= self.until:
            return Standing.AFTER_END
        if self.step.at < now:
            return Standing.MISSED
        return Standing.READY if self.version else Standing.WAITS


def end_of(campaign: Campaign) -> datetime | None:
    """The moment from which nothing more of it is sent: the day after its last one begins. None: it has no last day."""
    if campaign.ends_on is None:
        return None
    return timezone.make_aware(datetime.combine(campaign.ends_on + timedelta(days=1), time.min))


def places(
    steps: Iterable[WaveStep],
    versions: Iterable[MaterialVersion],
    deliveries: Iterable[Delivery],
    until: datetime | None,
) -> list[Place]:
    """Each step in its order. ``versions`` are those that may be sent, ``deliveries`` all of the steps' stories."""
    by_material = {version.material_id: version for version in versions}
    posts: dict[str, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda one: one.pk):
        if delivery.action == Action.POST:
            posts.setdefault(delivery.story, []).append(delivery)
    found = []
    for step in steps:
        made = posts.get(step.story_key, [])
        kept = [one for one in made if one.state != State.CANCELLED]
        post = kept[-1] if kept else made[-1] if made else None
        found.append(Place(step, by_material.get(step.material_id), post, until))
    return found


def is_over(wave: Wave, found: Iterable[Place], now: datetime) -> bool:
    """Whether nothing of a running wave is still to come: out, cancelled, missed or beyond the end."""
    settled = {Standing.OUT, Standing.DROPPED, Standing.MISSED, Standing.AFTER_END}
    return wave.state == Wave.State.ON and all(place.standing(now) in settled for place in found)
