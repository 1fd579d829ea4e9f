"""Takes in what a partner hands over: each thing once, however often it is sent, whatever arrives at the same time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cms.incidents import Appearance, Incident
from cms.intake.partners import HandedOver, IntakePartner, IntakeReply


class OtherBody(Exception):
    """The Idempotency-Key was used for another request."""


class ReferenceTaken(Exception):
    """The partner handed over something else under this reference. ``args[0]`` is that HandedOver."""


def fingerprint(*parts: Any) -> str:
    """SHA-256 of JSON values, the same whatever the order of their keys."""
    line = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(line.encode()).hexdigest()


def once(
    partner: IntakePartner, key: str, print_of_request: str, deed: Callable[[], tuple[int, Any]]
) -> tuple[int, Any, bool]:
    """(status, body, whether it was answered before). Does the deed, unless the key was answered before. Raises OtherBody.

    One partner's requests go one after the other: of two that are the same and come at once, the second finds the first.
    """
    with transaction.atomic():
        IntakePartner.objects.select_for_update().get(pk=partner.pk)
        if key:
            before = IntakeReply.objects.filter(partner=partner, idempotency_key=key).first()
            if before and before.fingerprint != print_of_request:
                raise OtherBody
            if before:
                return before.status, before.body, True
        status, body = deed()
        if key:
            IntakeReply.objects.create(
                partner=partner, idempotency_key=key, fingerprint=print_of_request, status=status, body=body
            )
    return status, body, False


def hand_over(
    partner: IntakePartner, reference: str, print_of_request: str, values: dict[str, Any], seen: list[dict[str, Any]]
) -> tuple[HandedOver, bool]:
    """Registers the incident of ``values`` with where it was ``seen``; (record, whether it is new). Raises ReferenceTaken.

    values  fields of Incident; seen  fields of Appearance. Both were checked for personal data.
    """
    before = HandedOver.objects.select_related("incident").filter(partner=partner, reference=reference).first()
    if before and before.fingerprint != print_of_request:
        raise ReferenceTaken(before)
    if before:
        return before, False
    with transaction.atomic():
        incident = Incident.objects.create(origin=Incident.Origin.PARTNER, **values)
        add_appearances(incident, seen)
        made = HandedOver.objects.create(
            partner=partner, incident=incident, reference=reference, fingerprint=print_of_request
        )
        log(instance=incident, action="cms.intake_handed_over", data={"partner": partner.name})
    return made, True


def add_appearances(incident: Incident, seen: Iterable[dict[str, Any]]) -> int:
    """Adds where it was seen, but for what is there already. Returns how many were new."""
    known = {same_sighting(one.platform, one.url, one.seen_at) for one in incident.appearances.all()}
    last = max((one.sort_order or 0 for one in incident.appearances.all()), default=-1)
    added = 0
    for fields in seen:
        if (same := same_sighting(fields["platform"], fields.get("url", ""), fields["seen_at"])) not in known:
            known.add(same)
            added += 1
            Appearance.objects.create(incident=incident, sort_order=last + added, **fields)
    return added


def same_sighting(platform: str, url: str, seen_at: Any) -> tuple[str, str, Any]:
    """What makes two sightings one: the same address is one post, whenever it was looked at."""
    from cms.finding.links import same_address

    return (platform, same_address(url) or url, None if url else seen_at)


def seen_again(handed: HandedOver, seen: list[dict[str, Any]]) -> int:
    """Adds where it was seen to the incident, or to the one it was merged into. Returns how many were new."""
    with transaction.atomic():
        incident = handed.incident.merged_into or handed.incident
        Incident.objects.select_for_update().get(pk=incident.pk)
        added = add_appearances(incident, seen)
        if added:
            log(instance=incident, action="cms.intake_seen", data={"partner": handed.partner.name, "number": added})
    return added
