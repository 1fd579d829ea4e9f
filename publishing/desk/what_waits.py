"""What publishing has waiting for a person: deliveries in trouble, wording to approve, corrections owed, channels."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing import copies
from publishing.agencies import run_by, visible_to
from publishing.credentials import renews_itself
from publishing.desk.base import APPROVE, CHANGE_CHANNELS, CHANGE_DELIVERIES, SEE_CHANNELS, may
from publishing.desk.board import AT_STOPPED, IN_TROUBLE, TO_APPROVE
from publishing.desk.corrections import KINDS
from publishing.desk.health import SOON
from publishing.desk.waiting import SHOWN, Row, Waiting, counted
from publishing.desk.words import channel_badge, state_badge
from publishing.models import Channel, Delivery


def _shown(deliveries: QuerySet[Delivery]) -> list[Delivery]:
    wanted = deliveries.select_related("channel", "version").defer("version__payload")
    return list(wanted.order_by("scheduled_at", "pk")[:SHOWN])


def trouble(user: Any) -> Waiting | None:
    """Deliveries that failed, are held, or of which nobody knows whether they are out."""
    if not may(user, CHANGE_DELIVERIES):
        return None
    found = visible_to(user, Delivery.objects.filter(IN_TROUBLE))
    rows = [
        Row(
            one.version.title,
            reverse("publishing_delivery", args=[one.pk]),
            f"{one.channel} · {one.words_text()}".rstrip(" ·"),
            badge=state_badge(one),
        )
        for one in _shown(found)
    ]
    url = f"{reverse('publishing_deliveries')}?state=trouble"
    return Waiting("deliveries", _("Deliveries that need a person"), "mail", tuple(rows), counted(rows, found), url, 30)


def wording(user: Any) -> Waiting | None:
    """A publisher's own wording, for somebody else to approve; overdue when its planned time has come."""
    if not may(user, APPROVE):
        return None
    found = visible_to(user, Delivery.objects.filter(TO_APPROVE)).exclude(wording="").exclude(wording_by=user)
    rows = [
        Row(one.version.title, reverse("publishing_delivery", args=[one.pk]), str(one.channel), one.scheduled_at)
        for one in _shown(found)
    ]
    url = f"{reverse('publishing_deliveries')}?state=approve"
    return Waiting("wording", _("Wording to approve"), "edit", tuple(rows), counted(rows, found), url, 22)


def corrections(user: Any) -> Waiting | None:
    """Stories of which a copy has not followed the last change."""
    if not may(user, CHANGE_DELIVERIES):
        return None
    keys = set(visible_to(user, copies.open_posts()).values_list("story", flat=True))
    url, rows = reverse("publishing_corrections"), []
    if keys:
        for change in copies.changes().filter(key__in=keys)[:SHOWN]:
            usual = "retraction" if change.payload["is_retracted"] else "correction"
            kind = KINDS.get(change.payload.get("change_kind") or usual, KINDS[usual])
            rows.append(Row(change.title, f"{url}#owed-{change.pk}", str(kind), lang=change.payload["language"]))
    return Waiting("corrections", _("Corrections owed"), "edit", tuple(rows), len(keys), url, 34)


def channels(user: Any) -> Waiting | None:
    """Channels over which nothing is sent until somebody connects them again, and those of which the access ends soon."""
    if not may(user, SEE_CHANNELS, CHANGE_CHANNELS):
        return None
    ends = timezone.now() + SOON
    found = run_by(user, Channel.objects.usable()).filter(Q(stopped_at__isnull=False) | Q(expires_at__lte=ends))
    wanted = [one for one in found.order_by("expires_at", "pk") if one.stopped_at or not renews_itself(one.kind)]
    wanted.sort(key=lambda one: one.stopped_at is None)
    waits = set(Delivery.objects.filter(AT_STOPPED).values_list("channel", flat=True).distinct()) if wanted else set()
    may_change = may(user, CHANGE_CHANNELS)
    rows = []
    for one in wanted[:SHOWN]:
        url = reverse("publishing_channel", args=[one.pk]) if may_change else reverse("publishing_channels")
        if one.stopped_at:
            queue = gettext("Something waits to be sent.") if one.pk in waits else ""
            rows.append(Row(one.name, url, f"{one.stopped_text()} {queue}".strip(), badge=channel_badge(one)))
        else:
            rows.append(Row(one.name, url, gettext("Its access ends: please connect it again."), one.expires_at))
    return Waiting(
        "channels",
        _("Channels to connect again"),
        "globe",
        tuple(rows),
        len(wanted),
        reverse("publishing_channels"),
        32,
    )


SOURCES = (trouble, wording, corrections, channels)
