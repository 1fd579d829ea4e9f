"""Whether a channel would work: asked before it is needed, once a day, and when a person presses "test".

The result is kept with the channel, and with it when the access ends, where the vendor tells that. A refusal found by the
daily test stops the channel as the refusal of a post would: its queue waits, and those who look after it are told before
something was due. A channel whose test has never succeeded, although posts go out over it, is not stopped: there
the test asks for more than a post needs. No clear answer, or "too often", changes nothing but the result that is kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing.channels import adapters
from publishing.channels.base import Adapter, ChannelError, Expired, Outcome, Probe
from publishing.channels.http import Http
from publishing.credentials import fresh_adapter
from publishing.measuring import HEADROOM_HOLDS, SPARED
from publishing.models import Channel
from publishing.turn import UNREADABLE
from publishing.vault import CannotDecrypt

log = logging.getLogger("publishing.probing")

ONCE_IN = timedelta(days=1)
CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0  # of the daily test: what is scheduled waits meanwhile

UNTESTED = _("The connection could not be tested. This is a fault of the software: please report it.")


@dataclass(frozen=True)
class Finding:
    """How a test ended. ``words`` is a msgid; ``vendor_words`` are the vendor's own, without secrets."""

    outcome: Outcome
    words: str
    probe: Probe | None = None
    vendor_words: str = ""


def test(channel: Channel, http: Http | None = None) -> Finding:
    """One test that publishes nothing; its result is kept. Never raises. Never called inside a transaction."""
    finding = _asked(channel, http)
    _keep(channel, finding, may_stop=False)
    return finding


def _asked(channel: Channel, http: Http | None) -> Finding:
    adapter: Adapter | None = None
    secrets: set[str] = set()
    try:
        try:
            adapter = _adapter(channel, http, None, secrets)
            probe = adapter.probe()
        except Expired:
            # As for a post: one renewal may mend it.
            probe = _adapter(channel, http, adapter, secrets).probe()
    except CannotDecrypt:
        return Finding(Outcome.AUTH, UNREADABLE)
    except ChannelError as error:
        said = error.vendor_words
        for secret in secrets:
            said = said.replace(secret, "•••")
        return Finding(error.outcome, error.words, vendor_words=said[:300])
    except Exception:
        log.exception("channel %s could not be tested", channel.pk)
        return Finding(Outcome.UNKNOWN, UNTESTED)
    return Finding(Outcome.OK, probe.words, probe)


def _adapter(channel: Channel, http: Http | None, refused: Adapter | None, secrets: set[str]) -> Adapter:
    adapter = fresh_adapter(channel, refused)
    secrets |= {value for value in adapter.secret.values() if value}
    if http:
        adapter.http = http
    return adapter


def _keep(channel: Channel, finding: Finding, may_stop: bool) -> None:
    """Writes the result down, unless the channel has been connected otherwise meanwhile: then it is about nothing."""
    now = timezone.now()
    with transaction.atomic():
        row = Channel.objects.select_for_update(of=("self",)).filter(pk=channel.pk).first()
        if row is None or (row.sealed, row.config) != (channel.sealed, channel.config):
            return
        row.probed_at, row.probe_outcome, row.probe_words = now, finding.outcome, finding.words[:300]
        if finding.probe and finding.probe.is_end_told:
            row.expires_at = finding.probe.expires_at
        is_believed = row.probe_ok_at is not None or row.last_sent_at() is None
        if finding.outcome == Outcome.OK:
            row.probe_ok_at = now
        elif finding.outcome == Outcome.AUTH and may_stop and is_believed and not row.stopped_at:
            row.stopped_at, row.stopped_words = now, finding.words[:300]
        names = (
            "probed_at",
            "probe_outcome",
            "probe_words",
            "probe_ok_at",
            "expires_at",
            "stopped_at",
            "stopped_words",
        )
        row.save(update_fields=names)
    for name in names:
        setattr(channel, name, getattr(row, name))


def due(now: datetime) -> QuerySet[Channel]:
    """Channels whose daily test has come, the longest untested first. Not of those that wait, are stopped or unused."""
    return (
        Channel.objects.usable()
        .filter(kind__in=adapters(), stopped_at=None)
        .filter(Q(probed_at=None) | Q(probed_at__lte=now - ONCE_IN))
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .exclude(headroom__lt=SPARED, headroom_at__gt=now - HEADROOM_HOLDS)
        .select_related("organisation")
        .order_by(F("probed_at").asc(nulls_first=True), "pk")
    )


def sweep(**signal: Any) -> None:
    """Tests one channel, so that the tests of all are spread over the day. Never raises for anything a channel does."""
    now = timezone.now()
    channel = due(now).first()
    if channel is None:
        return
    # Its turn is over even if this process is killed or another asks as well: politeness comes first.
    mine = Channel.objects.filter(pk=channel.pk, probed_at=channel.probed_at)
    if not mine.update(probed_at=now, probe_outcome="", probe_words=""):
        return
    finding = _asked(channel, Http(connect=CONNECT_SECONDS, read=READ_SECONDS))
    if finding.outcome != Outcome.OK:
        log.warning("channel %s: the daily test ended in %s", channel.pk, finding.outcome)
    _keep(channel, finding, may_stop=True)
