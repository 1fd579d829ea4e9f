"""Usual plans: from a start, the materials and the channels there are to steps that a publisher then changes.

Pure but for reading channels, materials and what is planned already. Nothing here makes a delivery.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from campaigns.campaign import Campaign
from campaigns.materials.base import Telling
from campaigns.materials.forms import forms
from campaigns.materials.models import Material, MaterialVersion
from campaigns.waves import Wave, WaveStep
from publishing.agencies import sendable_by
from publishing.channels import adapters
from publishing.desk.timing import AT, CLOSE
from publishing.models import Channel, Delivery, State
from publishing.plan import after_quiet
from publishing.story import Action, Story

BETWEEN = timedelta(minutes=15)  # two posts of one plan at the same moment on different channels help nobody
ALL, ON_SCREENS = frozenset({"feed", "article", "script"}), frozenset({"feed", "article"})


@dataclass(frozen=True)
class Usual:
    """A usual plan.

    moments  from the day and time that a person gives to the moments at which it sends, the first one first
    kinds    kinds of channel that it is for; empty: all
    reminds  those that every moment after the first is for, by how their posts look
    """

    key: str
    label: str | Promise
    hint: str | Promise
    moments: Callable[[datetime], list[datetime]]
    kinds: frozenset[str] = frozenset()
    reminds: frozenset[str] = ALL


def _days(*days: int) -> Callable[[datetime], list[datetime]]:
    return lambda at: [at + timedelta(days=day) for day in days]


def _paydays(at: datetime) -> list[datetime]:
    """The same day of three months in a row; the last day where a month has no such day."""
    local = timezone.localtime(at)
    found = []
    for number in range(3):
        year, month = local.year + (local.month - 1 + number) // 12, (local.month - 1 + number) % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        found.append(timezone.make_aware(datetime.combine(date(year, month, day), local.time())))
    return found


USUAL = {
    usual.key: usual
    for usual in (
        Usual(
            "launch", _("Launch: all channels in one day"), _("Everything there is, on the day of the start."), _days(0)
        ),
        Usual(
            "reminders",
            _("Launch and two reminders"),
            _("All channels at the start; what is read on a screen again on day 3 and day 10."),
            _days(0, 3, 10),
            reminds=ON_SCREENS,
        ),
        Usual(
            "holiday",
            _("Before a holiday"),
            _("7, 3 and 1 days before the day you enter."),
            _days(-7, -3, -1),
        ),
        Usual(
            "paydays",
            _("Every payday for three months"),
            _("On the day of the month that you enter, three months in a row."),
            _paydays,
        ),
        Usual(
            "loudspeakers",
            _("Loudspeakers for a week, mornings"),
            _("Seven days in a row at the time you enter."),
            _days(*range(7)),
            kinds=frozenset({"loudspeaker"}),
        ),
    )
}


# Which material suits which channel ---------------------------------------------------------------------------


def suits(telling: Telling, look: str) -> int:
    """How well it suits a channel whose posts look so: 0 not at all, else the more the better. Pure."""
    if look == "script":
        return 3 if telling.spoken else 1 if telling.body and not telling.pictures else 0
    if telling.spoken:
        return 0
    if look == "article":
        return (2 if telling.body else 0) + (1 if telling.pictures else 0)
    return 3 if telling.pictures else 2 if telling.body else 1


def may_show(channel: Channel, telling: Telling) -> bool:
    """Whether such a channel can take it at all: a channel of films cannot take a text. Pure."""
    now = timezone.now()
    story = Story(
        key="draft",
        revision=1,
        kind="campaign",
        language="vi",
        url="https://example.vn/",
        slug="draft",
        title=telling.title,
        short_answer=telling.short_answer,
        office=channel.organisation.name,
        published_at=now,
        modified_at=now,
        body_text=telling.body,
        spoken=telling.spoken,
    )
    adapter = channel.bare_adapter()
    return not adapter.problems(adapter.render(story, Action.POST, "draft"))


def tellings(campaign: Campaign) -> list[tuple[Material, Telling]]:
    """Every material in the campaign's own language that can be sent, as it is approved or, until then, as it is
    drafted. Two queries."""
    found = []
    rows = Material.objects.filter(campaign=campaign, language=campaign.locale.language_code)
    order = list(forms())
    newest: dict[int, MaterialVersion] = {}
    for version in MaterialVersion.objects.filter(material__in=rows).order_by("number"):
        kept = newest.get(version.material_id)
        if kept is None or kept.state != MaterialVersion.State.APPROVED:
            newest[version.material_id] = version
    for material in sorted(rows, key=lambda one: order.index(one.kind) if one.kind in order else len(order)):
        form, said = forms().get(material.kind), newest.get(material.pk)
        if form and form.is_sent and said:
            content = {**{field.name: "" for field in form.fields}, **said.content}
            found.append((material, form.telling(content, said.campaign_words)))
    return found


def best(channel: Channel, offered: Iterable[tuple[Material, Telling]]) -> Material | None:
    """The material that suits the channel best, the first of equals; None if none does."""
    look = adapters()[channel.kind].look
    ranked = [
        (channel.kind in forms()[material.kind].made_for, suits(telling, look), material, telling)
        for material, telling in offered
    ]
    for _is_made_for_it, rank, material, telling in sorted(ranked, key=lambda one: one[:2], reverse=True):
        if rank and may_show(channel, telling):
            return material
    return None


# The steps ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposed:
    """A step that is proposed."""

    material: Material
    channel: Channel
    at: datetime


def propose(campaign: Campaign, usual: Usual, at: datetime, person: Any = None) -> list[Proposed]:
    """The steps of the usual plan, one channel a while after the other, after quiet hours, and not close to another post
    of the same channel. Of the channels those that ``person`` may plan for."""
    usable = Channel.objects.usable().select_related("organisation")
    may = usable if person is None else sendable_by(person, usable)
    channels = [one for one in may if one.kind in adapters()]
    offered = tellings(campaign)
    chosen = [(one, best(one, offered)) for one in channels if not usual.kinds or one.kind in usual.kinds]
    taken = _taken([channel for channel, _material in chosen])
    found = []
    for number, moment in enumerate(usual.moments(at)):
        place = 0
        for channel, material in chosen:
            if material is None or (number and adapters()[channel.kind].look not in usual.reminds):
                continue
            when = free(channel, moment + place * BETWEEN, taken[channel.pk])
            taken[channel.pk].append(when)
            found.append(Proposed(material, channel, when))
            place += 1
    return sorted(found, key=lambda one: one.at)


def free(channel: Channel, at: datetime, taken: Iterable[datetime]) -> datetime:
    """The first moment from ``at`` on that is neither quiet nor close to one of ``taken``. Pure."""
    taken = sorted(taken)
    while True:
        at = after_quiet(at, channel.quiet_from, channel.quiet_to)
        near = [one for one in taken if abs(one - at) < CLOSE]
        if not near:
            return at
        at = near[-1] + BETWEEN


def _taken(channels: list[Channel]) -> dict[int, list[datetime]]:
    """When posts of these channels are planned already. One query."""
    found: dict[int, list[datetime]] = {channel.pk: [] for channel in channels}
    planned = Delivery.objects.filter(channel__in=channels, action=Action.POST)
    planned = planned.filter(state__in=[State.DUE, State.PLANNED, State.HELD])
    for channel_id, at in planned.values_list("channel_id", AT):
        found[channel_id].append(at)
    return found


@transaction.atomic
def make(campaign: Campaign, person: Any, *, name: str, usual: Usual | None, at: datetime) -> Wave:
    """A draft with the steps of the usual plan, for a person to look over; without one it begins empty."""
    steps = propose(campaign, usual, at, person) if usual else []
    starts_at = min([one.at for one in steps], default=usual.moments(at)[0] if usual else at)
    wave = Wave.objects.create(campaign=campaign, name=name, starts_at=starts_at, made_by=person)
    WaveStep.objects.bulk_create(
        WaveStep(wave=wave, material=one.material, channel=one.channel, after=one.at - starts_at) for one in steps
    )
    log(instance=campaign, action="campaigns.wave_make", user=person, data={"wave": name})
    return wave
