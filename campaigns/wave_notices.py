"""What waves have to tell whom: that one was paused, and that one is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.models import PageLogEntry

from campaigns.desk.base import CHANGE_WAVES
from campaigns.waves import Wave
from cms.notices.kinds import How, Kind, News, add_kinds, add_sources
from cms.notices.what_happened import MOST, people_with
from publishing.agencies import Sight

WAVE = Kind("wave", _("A campaign's wave was paused, or is over"), (CHANGE_WAVES,), How.ADMIN, order=200)


def waves(since: datetime) -> Iterator[News]:
    """To everybody who looks after waves but the person who did it."""
    paused = Q(state=Wave.State.PAUSED, paused_at__gte=since)
    found = Wave.objects.filter(paused | Q(state=Wave.State.OVER, over_at__gte=since)).select_related("campaign")
    rows = list(found.order_by("-pk")[:MOST])
    if not rows:
        return
    people, sight = people_with(CHANGE_WAVES), Sight()
    ended = PageLogEntry.objects.filter(action="campaigns.wave_end", timestamp__gte=since, user__isnull=False)
    did_it = {(page, what.get("wave")): person for page, what, person in ended.values_list("page", "data", "user")}
    for one in rows:
        url = reverse("campaigns_wave", args=[one.campaign_id, one.pk])
        values = {"campaign": one.campaign.draft_title, "wave": one.name}
        if one.state == Wave.State.PAUSED:
            words, at, by = (
                gettext_noop("%(campaign)s: the wave “%(wave)s” is paused."),
                one.paused_at,
                one.paused_by_id,
            )
        else:
            words, at = gettext_noop("%(campaign)s: the wave “%(wave)s” is over."), one.over_at
            by = did_it.get((one.campaign_id, one.name))
        office = one.campaign.office_id
        theirs = sight.of_organisation(people, office) if office else people
        yield News(WAVE.key, f"{one.pk} {one.state} {at:%Y%m%d%H%M%S}", theirs - {by}, words, url, values)


def connect() -> None:
    add_kinds(WAVE)
    add_sources(waves)
