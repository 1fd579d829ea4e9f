"""Incidents that invented partners handed over and a table brought, so that the demo shows where incidents come from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cms.incidents import Appearance, Incident, Place, Topic
from cms.intake import merging
from cms.intake.partners import IntakeKey, IntakePartner
from cms.intake.receiving import add_appearances, fingerprint, hand_over
from cms.people import User

_HANDED_OVER: list[dict[str, Any]] = [
    {
        "reference": "GS-2026-0117",
        "claim": "Cuối tuần này đập Hồ Xanh xả lũ khẩn cấp không báo trước, cả ba xã hạ du phải tự sơ tán.",
        "topic": "thien-tai",
        "place": "xa-suoi-mo",
        "urgency": Incident.Urgency.HIGH,
        "hours": 6,
        "seen": [("facebook", "https://www.facebook.com/groups/0000/posts/7717", 860), ("zalo", "", None)],
    },
    {
        "reference": "GS-2026-0121",
        "claim": "Đập Hồ Xanh sắp xả lũ khẩn cấp, không báo trước, người dân ba xã hạ du tự sơ tán ngay!",
        "topic": "thien-tai",
        "place": "xa-suoi-mo",
        "urgency": Incident.Urgency.NORMAL,
        "hours": 3,
        "seen": [("tiktok", "https://www.tiktok.com/@x/video/7000000000000007721", 2100)],
    },
]


def hand_in(administrator: User, editor: User) -> None:
    """Two incidents of a partner that may be the same, and one of a table into which another was merged."""
    partner = IntakePartner.objects.create(name="Trung tâm Giám sát an toàn không gian mạng Ánh Dương (hư cấu)")
    IntakeKey(partner=partner, scopes=IntakeKey.Scope.values, made_by=administrator).new_key()
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    places = {place.slug: place for place in Place.objects.all()}
    for one in _HANDED_OVER:
        when = timezone.now() - timedelta(hours=one["hours"])
        values = {
            "claim": one["claim"],
            "topic": topics[one["topic"]],
            "place": places[one["place"]],
            "urgency": one["urgency"],
            "first_seen_at": when,
        }
        seen = [
            {"platform": platform, "url": url, "reach": reach, "seen_at": when} for platform, url, reach in one["seen"]
        ]
        hand_over(partner, one["reference"], fingerprint(one["reference"]), values, seen)
    table = [
        _from_table("Lễ hội đầu xuân xã Suối Mơ bị hủy vì dịch", topics["y-te"], places["xa-suoi-mo"], 30),
        _from_table("Nghe nói lễ hội xuân ở Suối Mơ năm nay hủy do có dịch", topics["y-te"], places["xa-suoi-mo"], 20),
    ]
    merging.merge(table[0].pk, table[1].pk, editor)


def _from_table(claim: str, topic: Topic, place: Place, hours: int) -> Incident:
    when = timezone.now() - timedelta(hours=hours)
    incident = Incident.objects.create(
        claim=claim,
        topic=topic,
        place=place,
        urgency=Incident.Urgency.LOW,
        first_seen_at=when,
        origin=Incident.Origin.IMPORT,
    )
    add_appearances(incident, [{"platform": Appearance.Platform.ZALO, "seen_at": when}])
    return incident
