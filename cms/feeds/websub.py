"""WebSub: tells a hub that the feeds have something new, so that readers need not ask.

Runs with the worker's sweep and never in a web request. What the hub knows stands in the table and moves on only when
it said yes: a hub that was down is told later, and told again when nobody can say whether it heard.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.channels.http import Http, NoAnswer, NotSent
from publishing.signals import sweeping

log = logging.getLogger("cms.feeds.websub")

CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
# A sweep has other things to do: the rest is told in the next one.
SWEEP_SECONDS = 20.0
SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=1)


class HubPing(models.Model):
    """Up to when the hub was told about one feed. ``told_up_to`` is the newest change that the hub knows of."""

    feed_url = models.URLField(max_length=300, unique=True)
    told_up_to = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hub ping")
        verbose_name_plural = _("hub pings")

    def __str__(self) -> str:
        return self.feed_url

    def is_due(self, changed_at: datetime, now: datetime) -> bool:
        """Whether the hub is to be told of this change now.

        After a failure the wait is as long as the hub has been missing the change already, so each is twice the last;
        at least a minute, at most an hour.
        """
        if self.told_up_to and self.told_up_to >= changed_at:
            return False
        if self.failed_at is None:
            return True
        return now >= self.failed_at + min(max(self.failed_at - changed_at, SOONEST), LATEST)


@dataclass(frozen=True)
class _Due:
    ping: HubPing
    changed_at: datetime


def tell() -> int:
    """Tells the hub of every feed with something new; returns of how many it was told. Does nothing without a hub.

    Never raises for what the hub or the network does.
    """
    if not settings.WEBSUB_HUB:
        return 0
    told, until = 0, time.monotonic() + SWEEP_SECONDS
    due = _due()
    for number, one in enumerate(due):
        if time.monotonic() > until:
            break
        try:
            accepted = _post(one.ping.feed_url)
        except (NotSent, NoAnswer) as error:
            # The hub is away for all feeds: asking for each of them would hold up the sweep.
            log.warning("the hub %s does not answer (%s); trying again later", settings.WEBSUB_HUB, error)
            HubPing.objects.filter(pk__in=[each.ping.pk for each in due[number:]]).update(failed_at=timezone.now())
            break
        if accepted:
            told += 1
            _note_told(one)
        else:
            HubPing.objects.filter(pk=one.ping.pk).update(failed_at=timezone.now())
    return told


def _due() -> list[_Due]:
    """What the hub does not know yet, oldest change first."""
    from cms.feeds.feeds import FORMS, newest_changes

    changed = {source.url(form): at for source, at in newest_changes().items() for form in FORMS}
    known = HubPing.objects.in_bulk(field_name="feed_url")
    missing = [HubPing(feed_url=url) for url in changed if url not in known]
    HubPing.objects.bulk_create(missing, ignore_conflicts=True)
    if missing:
        known = HubPing.objects.in_bulk(field_name="feed_url")
    now = timezone.now()
    due = [_Due(known[url], at) for url, at in changed.items() if known[url].is_due(at, now)]
    return sorted(due, key=lambda one: one.changed_at)


def _post(feed_url: str) -> bool:
    """Whether the hub accepted. Redirects are not followed: a hub cannot send us to an address inside the network."""
    http = Http(CONNECT_SECONDS, READ_SECONDS)
    answer = http.call("POST", settings.WEBSUB_HUB, data={"hub.mode": "publish", "hub.url": feed_url})
    if 200 <= answer.status < 300:
        return True
    log.warning("the hub %s answered %s for %s", settings.WEBSUB_HUB, answer.status, feed_url)
    return False


def _note_told(one: _Due) -> None:
    """Never backwards: another worker may have told of a newer change meanwhile."""
    older = Q(told_up_to__isnull=True) | Q(told_up_to__lt=one.changed_at)
    HubPing.objects.filter(older, pk=one.ping.pk).update(told_up_to=one.changed_at, failed_at=None)


def sweep(**signal: Any) -> None:
    tell()


def connect() -> None:
    """Connects to the worker's sweep."""
    sweeping.connect(sweep, dispatch_uid="websub")
