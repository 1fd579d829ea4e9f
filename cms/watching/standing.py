"""How the office's system is, in words for people who work with it: one list of facts, the worst of which decides the headline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from cms.watching.backups import last_backup
from cms.watching.checks import free_bytes
from publishing import stuck
from publishing.agencies import run_by, visible_to
from publishing.desk.board import IN_TROUBLE
from publishing.desk.words import Badge, channel_badge
from publishing.models import Channel, Delivery, local_time
from publishing.pulse import Parts, Pulse

BACKUP_WITHIN = timedelta(hours=36)
SIGNS = {"good": "circle-check", "care": "warning", "bad": "warning", "quiet": "minus"}


@dataclass(frozen=True)
class Fact:
    """tone   good, care, bad or quiet; advice  what a person can do, or whom to tell"""

    label: str
    text: str
    tone: str
    advice: str = ""

    @property
    def badge(self) -> Badge:
        words = {
            "good": gettext("all right"),
            "care": gettext("please look"),
            "bad": gettext("does not work"),
            "quiet": gettext("nothing known"),
        }
        return Badge(words[self.tone], SIGNS[self.tone], self.tone)


@dataclass(frozen=True)
class Stopped:
    """A channel over which nothing goes out, or which lets us wait."""

    channel: Channel
    badge: Badge
    why: str
    waits: int


def sending(now: datetime) -> Fact:
    """The first fact: does what is planned go out?"""
    label = gettext("Sending")
    pulses = {one.part: one for one in Pulse.objects.all()}
    worker = pulses.get(Parts.WORKER)
    tell = gettext(
        "Please tell whoever looks after the server. Nothing is lost: what waits goes out when it runs again."
    )
    if worker is None:
        return Fact(label, gettext("The sender has not been started yet."), "bad", tell)
    if worker.is_silent(now):
        words = gettext("The sender has given no sign since %(time)s. What is planned waits.")
        return Fact(label, words % {"time": local_time(worker.at)}, "bad", tell)
    if channels := stuck.stuck_channels(now):
        words = ngettext(
            "The sender runs, but at %(count)d channel nothing moves.",
            "The sender runs, but at %(count)d channels nothing moves.",
            len(channels),
        )
        return Fact(label, words % {"count": len(channels)}, "bad", tell)
    words = gettext("works, without a break since %(since)s")
    return Fact(label, words % {"since": local_time(worker.since)}, "good")


def seen(now: datetime) -> Fact:
    worker = Pulse.objects.filter(part=Parts.WORKER).first()
    if worker is None:
        return Fact(gettext("Sender last seen"), gettext("never"), "bad")
    return Fact(gettext("Sender last seen"), local_time(worker.at), "bad" if worker.is_silent(now) else "good")


def tending(now: datetime) -> Fact:
    """The sweep: what happens by itself."""
    label = gettext("What happens by itself")
    sweep = Pulse.objects.filter(part=Parts.SWEEP).first()
    tell = gettext("Please tell whoever looks after the server.")
    if sweep is None or sweep.is_silent(now):
        words = gettext("Scheduled answers, notices and the audit stand still since %(time)s.")
        return Fact(label, words % {"time": local_time(sweep.at) if sweep else gettext("the beginning")}, "bad", tell)
    if sweep.details.get("failed"):
        words = gettext("Something of it failed at %(time)s; it is tried again every minute.")
        return Fact(label, words % {"time": local_time(sweep.at)}, "care", tell)
    return Fact(
        label, gettext("scheduled answers, notices, audit: last at %(time)s") % {"time": local_time(sweep.at)}, "good"
    )


def waiting(now: datetime) -> Fact:
    label = gettext("Waiting to be sent")
    queues = stuck.queues(now).values()
    count = sum(queue.count for queue in queues)
    if not count:
        return Fact(label, gettext("nothing"), "good")
    oldest = min(queue.oldest for queue in queues)
    words = ngettext("%(count)d delivery, since %(time)s", "%(count)d deliveries, the oldest since %(time)s", count)
    tone = "care" if now - oldest > timedelta(minutes=30) else "good"
    return Fact(label, words % {"count": count, "time": local_time(oldest)}, tone)


def trouble(user: Any) -> Fact:
    label = gettext("Deliveries that need a person")
    count = visible_to(user, Delivery.objects.filter(IN_TROUBLE)).count()
    return Fact(label, str(count) if count else gettext("none"), "care" if count else "good")


def backup(now: datetime) -> Fact:
    label, last = gettext("Last backup"), last_backup()
    tell = gettext("Please tell whoever looks after the server: without a backup a broken disk loses everything.")
    if last is None:
        return Fact(label, gettext("No backup has been recorded."), "quiet", tell)
    time = local_time(last.at)
    if not last.ok:
        return Fact(label, gettext("failed at %(time)s") % {"time": time}, "bad", tell)
    is_old = now - last.at > BACKUP_WITHIN
    return Fact(label, time, "care" if is_old else "good", tell if is_old else "")


def disk(now: datetime) -> Fact:
    free, total = free_bytes()
    words = gettext("%(free)s of %(total)s free") % {"free": filesizeformat(free), "total": filesizeformat(total)}
    if free < settings.DISK_FREE_MB * 1024**2:
        advice = gettext("Please tell whoever looks after the server: on a full disk nothing can be saved.")
        return Fact(gettext("Disk space"), words, "bad", advice)
    return Fact(gettext("Disk space"), words, "good")


def facts(user: Any) -> list[Fact]:
    """All of them, sending first."""
    now = timezone.now()
    return [sending(now), waiting(now), trouble(user), tending(now), seen(now), backup(now), disk(now)]


def stopped(user: Any) -> list[Stopped]:
    """Channels of this person's that do not send now, and how much waits there."""
    now = timezone.now()
    queues = stuck.queues(now)
    found = []
    for channel in run_by(user, Channel.objects.usable()):
        if channel.status != "ready":
            why = channel.stopped_text()
            if not channel.stopped_at and channel.not_before:
                why = gettext("It goes on at %(time)s.") % {"time": local_time(channel.not_before)}
            queue = queues.get(channel.pk)
            found.append(Stopped(channel, channel_badge(channel), why, queue.count if queue else 0))
    return found
