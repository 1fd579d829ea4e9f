"""What campaigns have waiting for a person: materials, warnings and indicators to approve, complaints, waves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns import indicator_deeds
from campaigns.alerts import deeds
from campaigns.alerts.models import Alert
from campaigns.campaign import Campaign
from campaigns.desk.base import APPROVE_MATERIALS, CHANGE_WAVES
from campaigns.indicator_rules import shown
from campaigns.indicators import Indicator, ListingComplaint
from campaigns.materials.ground import not_by
from campaigns.materials.models import MaterialVersion
from campaigns.waves import Wave
from cms.agencies import of_seen, visible_to
from publishing.agencies import sees_all
from publishing.desk.base import may
from publishing.desk.waiting import SHOWN, Row, Waiting, counted
from publishing.desk.words import Badge

# A wave that nobody has started is remembered this long before its first post.
BEFORE = timedelta(days=2)


def materials(user: Any) -> Waiting | None:
    """Campaigns with materials that this person may approve and wrote nothing of."""
    if not may(user, APPROVE_MATERIALS):
        return None
    State = MaterialVersion.State
    submitted = MaterialVersion.objects.filter(state=State.SUBMITTED).exclude(submitted_by=user)
    chains: dict[int, list[MaterialVersion]] = {}
    versions = MaterialVersion.objects.filter(material__in=submitted.values("material")).defer("words")
    if not sees_all(user):
        versions = versions.filter(material__campaign__in=visible_to(user, Campaign.objects.all()).values("pk"))
    for version in versions.select_related("material__campaign__locale").order_by("-number"):
        chains.setdefault(version.material_id, []).append(version)
    campaigns: dict[int, list[MaterialVersion]] = {}
    for chain in chains.values():
        if chain[0].state == State.SUBMITTED and user.pk not in not_by(chain):
            campaigns.setdefault(chain[0].material.campaign_id, []).append(chain[0])
    rows = []
    for campaign_id, waiting in list(campaigns.items())[:SHOWN]:
        campaign, count = waiting[0].material.campaign, len(waiting)
        words = ngettext("%(count)d material", "%(count)d materials", count) % {"count": count}
        url = reverse("campaigns_materials", args=[campaign_id])
        rows.append(Row(campaign.draft_title, url, words, lang=campaign.locale.language_code))
    title = _("Materials to approve")
    return Waiting("materials", title, "doc-full", tuple(rows), len(campaigns), reverse("campaigns_all"), 18)


def warnings(user: Any) -> Waiting | None:
    """Warnings to approve that somebody else wrote, due when they are to begin; and own ones that came back."""
    may_approve, may_write = may(user, deeds.APPROVE), may(user, deeds.ADD, deeds.CHANGE)
    if not (may_approve or may_write):
        return None
    State = Alert.State
    written = Alert.writers.through.objects.filter(user_id=user.pk).values("alert")
    wanted = Q(pk__in=[])
    if may_approve:
        wanted |= Q(state=State.SUBMITTED) & ~Q(pk__in=written)
    if may_write:
        wanted |= Q(state=State.REFUSED, pk__in=written)
    found = of_seen(user, Alert.objects.filter(wanted), "campaign")
    rows = []
    for alert in found.order_by("starts_at", "pk")[:SHOWN]:
        url = reverse("campaigns_alert", args=[alert.pk])
        if alert.state == State.REFUSED:
            badge = Badge(gettext("came back"), "undo", "care")
            rows.append(Row(alert.headline, url, alert.comment, badge=badge, lang=alert.language))
        else:
            rows.append(
                Row(alert.headline, url, str(alert.get_message_display()), alert.starts_at, lang=alert.language)
            )
    return Waiting(
        "warnings", _("Warnings"), "warning", tuple(rows), counted(rows, found), reverse("campaigns_alerts_all"), 12
    )


def indicators(user: Any) -> Waiting | None:
    """Indicators to approve that somebody else wrote, and complaints about listed ones."""
    if not may(user, indicator_deeds.APPROVE):
        return None
    is_open = Count("complaints", filter=Q(complaints__state=ListingComplaint.State.OPEN))
    written = Indicator.writers.through.objects.filter(user_id=user.pk).values("indicator")
    to_approve = Q(state=Indicator.State.SUBMITTED) & ~Q(pk__in=written)
    rows_of_seen = of_seen(user, Indicator.objects.all(), "campaign")
    found: Any = rows_of_seen.annotate(open_complaints=is_open).filter(to_approve | Q(open_complaints__gt=0))
    rows = []
    for one in found.order_by("-open_complaints", "pk")[:SHOWN]:
        words = gettext("to approve")
        if one.open_complaints:
            words = ngettext("%(count)d complaint", "%(count)d complaints", one.open_complaints)
            words = words % {"count": one.open_complaints}
        url = reverse("campaigns_indicator", args=[one.pk])
        rows.append(Row(shown(one.kind, one.value), url, f"{one.get_kind_display()} · {words}"))
    url = reverse("campaigns_indicators_all")
    return Waiting("indicators", _("Indicators and complaints"), "list-ul", tuple(rows), counted(rows, found), url, 24)


def waves(user: Any) -> Waiting | None:
    """Waves that somebody paused, and those that should begin soon and nobody has started."""
    if not may(user, CHANGE_WAVES):
        return None
    soon = Q(state=Wave.State.DRAFT, starts_at__lte=timezone.now() + BEFORE)
    found = Wave.objects.filter(Q(state=Wave.State.PAUSED) | soon).select_related("campaign")
    if not sees_all(user):
        found = found.filter(campaign__in=visible_to(user, Campaign.objects.all()).values("pk"))
    rows = []
    for wave in found.order_by("starts_at", "pk")[:SHOWN]:
        url = reverse("campaigns_wave", args=[wave.campaign_id, wave.pk])
        text = f"{wave.campaign.draft_title}: {wave.name}"
        if wave.state == Wave.State.PAUSED:
            rows.append(Row(text, url, wave.pause_reason, badge=Badge(gettext("paused"), "lock", "care")))
        else:
            rows.append(Row(text, url, gettext("not started yet"), wave.starts_at))
    return Waiting(
        "waves", _("Waves of campaigns"), "bullhorn", tuple(rows), counted(rows, found), reverse("campaigns_all"), 36
    )


SOURCES = (warnings, materials, indicators, waves)
