"""How a channel is: its access, its limit, its queue, and how the last calls to it ended. No network is asked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from publishing.channels.base import Outcome
from publishing.credentials import renews_itself
from publishing.models import Attempt, Channel, Delivery, State, local_time

SOON = timedelta(days=14)
LITTLE = 0.25


@dataclass(frozen=True)
class Fact:
    """``tone`` is good, care, bad or quiet."""

    label: str
    text: str
    tone: str = "good"


@dataclass(frozen=True)
class Health:
    """``last_sent`` is when something last went out; ``last_failure`` the last call that did not end well."""

    channel: Channel
    queue: int
    oldest: datetime | None
    last_success: datetime | None
    last_failure: Attempt | None

    @property
    def facts(self) -> list[Fact]:
        facts = [self._access(), self._test(), self._limit(), self._queue(), self._success(), self._failure()]
        if self.channel.opened_at:
            words = gettext("since %(time)s, %(count)d calls in a row")
            values = {"time": local_time(self.channel.opened_at), "count": self.channel.failures}
            facts.insert(0, Fact(gettext("Does not answer"), words % values, "bad"))
        return facts

    @property
    def warnings(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.tone in {"care", "bad"}]

    def _access(self) -> Fact:
        label, runs_out = gettext("Access"), self.channel.expires_at
        if renews_itself(self.channel.kind):
            return Fact(label, gettext("renews itself"))
        if runs_out is None:
            return Fact(label, gettext("no end is known"), "quiet")
        left = runs_out - timezone.now()
        if left <= timedelta():
            return Fact(label, gettext("ran out at %(time)s") % {"time": local_time(runs_out)}, "bad")
        days = math.floor(left / timedelta(days=1))
        words = ngettext("%(days)d day left, until %(time)s", "%(days)d days left, until %(time)s", days)
        return Fact(label, words % {"days": days, "time": local_time(runs_out)}, "care" if left <= SOON else "good")

    def _test(self) -> Fact:
        label, channel = gettext("Last connection test"), self.channel
        if channel.probed_at is None or not channel.probe_outcome:
            return Fact(label, gettext("none"), "quiet")
        tones = {Outcome.OK: "good", Outcome.AUTH: "bad", Outcome.PERMANENT: "bad"}
        tone = tones.get(Outcome(channel.probe_outcome), "care")
        return Fact(label, f"{local_time(channel.probed_at)}: {channel.probe_text()}", tone)

    def _limit(self) -> Fact:
        label, left = gettext("Left of the limit on calls"), self.channel.headroom
        if left is None or self.channel.headroom_at is None:
            return Fact(label, gettext("not told"), "quiet")
        values = {"percent": math.floor(left * 100), "time": local_time(self.channel.headroom_at)}
        return Fact(label, gettext("%(percent)d %% (at %(time)s)") % values, "care" if left < LITTLE else "good")

    def _queue(self) -> Fact:
        label = gettext("Waiting to be sent")
        if not self.queue or self.oldest is None:
            return Fact(label, gettext("nothing"), "quiet")
        values = {"count": self.queue, "time": local_time(self.oldest)}
        words = ngettext(
            "%(count)d delivery, since %(time)s", "%(count)d deliveries, the oldest since %(time)s", self.queue
        )
        is_late = self.oldest < timezone.now() - timedelta(minutes=30)
        return Fact(label, words % values, "care" if is_late else "good")

    def _success(self) -> Fact:
        words = local_time(self.last_success) if self.last_success else gettext("never")
        return Fact(gettext("Last success"), words, "good" if self.last_success else "quiet")

    def _failure(self) -> Fact:
        label, failed = gettext("Last failure"), self.last_failure
        if failed is None:
            return Fact(label, gettext("none"), "quiet")
        is_over = self.last_success is not None and self.last_success > failed.ended_at
        return Fact(label, f"{local_time(failed.ended_at)}: {failed.words_text()}", "quiet" if is_over else "care")


def health_of(channels: Iterable[Channel]) -> dict[int, Health]:
    """By channel id. Three queries, however many channels."""
    channels = list(channels)
    tried = Attempt.objects.filter(delivery__channel__in=channels).exclude(step=Attempt.Steps.PERSON)
    ends: dict[int, dict[str, Any]] = {
        one["delivery__channel"]: dict(one)
        for one in tried.order_by()
        .values("delivery__channel")
        .annotate(
            success=Max("ended_at", filter=Q(outcome=Outcome.OK)), failure=Max("pk", filter=~Q(outcome=Outcome.OK))
        )
    }
    failures = Attempt.objects.in_bulk([one["failure"] for one in ends.values() if one["failure"]])
    due = Delivery.objects.filter(channel__in=channels, state=State.DUE, due_at__lte=timezone.now())
    queues: dict[int, dict[str, Any]] = {
        one["channel"]: dict(one)
        for one in due.order_by().values("channel").annotate(count=Count("pk"), oldest=Min("scheduled_at"))
    }
    found = {}
    for one in channels:
        end: dict[str, Any] = ends.get(one.pk, {})
        queue: dict[str, Any] = queues.get(one.pk, {})
        failure = failures.get(end["failure"]) if end.get("failure") else None
        found[one.pk] = Health(one, queue.get("count", 0), queue.get("oldest"), end.get("success"), failure)
    return found
