"""What each row of a table would become, worked out against the register; and the same again while it is taken over.

Nothing is remembered between the two: what was registered meanwhile, or by the same table before, is found again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cms.incidents import Appearance, Incident, Topic
from cms.intake import alike
from cms.intake.receiving import add_appearances, same_sighting
from cms.intake.rows import Row, post_of

SKIP, NEW = "skip", "new"


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    ADDS = "adds"
    KNOWN = "known"
    DOUBT = "doubt"
    REFUSED = "refused"


@dataclass(frozen=True)
class Candidate:
    """What a row may be the same as. ``key`` is its choice in the form: an incident's id, or ``row-`` and a line."""

    key: str
    claim: str
    incident: int = 0
    row: int = 0


@dataclass
class Planned:
    """One row and its fate. ``into`` is what it adds to, or is known by; ``candidates`` are what is to be decided about."""

    row: Row
    fate: Fate
    into: Candidate | None = None
    candidates: list[Candidate] = field(default_factory=list)


def plan(rows: list[Row]) -> list[Planned]:
    """The fate of each row, in order. A constant number of queries."""
    claims = alike.registered()
    seen = _Seen({post for row in rows if (post := post_of(row))})
    known = {one.pk: one for one in Incident.objects.filter(merged_into__isnull=True).only("pk", "claim")}
    planned = []
    for row in rows:
        if row.errors:
            planned.append(Planned(row, Fate.REFUSED))
            continue
        made = _fate(row, claims, seen, known)
        planned.append(made)
        if made.fate in {Fate.NEW, Fate.DOUBT}:
            claims.add(f"row-{row.number}", row.claim)
        if made.into and made.fate == Fate.ADDS:
            seen.add(made.into.key, _sighting(row))
        elif made.fate == Fate.NEW:
            seen.add(f"row-{row.number}", _sighting(row))
    return planned


def _fate(row: Row, claims: alike.Claims, seen: _Seen, known: Mapping[int, Incident]) -> Planned:
    same = claims.same(row.claim)
    if same is not None:
        into = _candidate(same, known)
        return Planned(row, Fate.KNOWN if seen.has(into.key, _sighting(row)) else Fate.ADDS, into)
    keys: list[Any] = [*seen.incidents_with(post_of(row)), *(key for _score, key in claims.like(row.claim))]
    candidates = [_candidate(key, known) for key in dict.fromkeys(keys) if isinstance(key, str) or key in known]
    for candidate in candidates:
        if seen.has(candidate.key, _sighting(row)):
            return Planned(row, Fate.KNOWN, candidate)
    return Planned(row, Fate.DOUBT if candidates else Fate.NEW, candidates=candidates[:4])


def _candidate(key: Any, known: Mapping[int, Incident]) -> Candidate:
    if isinstance(key, str):
        return Candidate(key, "", row=int(key.removeprefix("row-")))
    return Candidate(str(key), str(known[key]) if key in known else "", incident=key)


def _sighting(row: Row) -> Any:
    return same_sighting(row.seen["platform"], row.seen["url"], datetime.fromisoformat(row.seen["seen_at"]))


class _Seen:
    """Where what was seen: by incident, and by the address of a post."""

    def __init__(self, posts: set[str]) -> None:
        self._of: dict[str, set[Any]] = defaultdict(set)
        self._with: dict[str, list[int]] = defaultdict(list)
        rows = Appearance.objects.values_list("incident", "incident__merged_into", "platform", "url", "seen_at")
        for incident, merged_into, platform, url, seen_at in rows.iterator(chunk_size=5000):
            sighting = same_sighting(platform, url, seen_at)
            self._of[str(merged_into or incident)].add(sighting)
            if url and sighting[1] in posts:
                self._with[sighting[1]].append(merged_into or incident)

    def add(self, key: str, sighting: Any) -> None:
        self._of[key].add(sighting)

    def has(self, key: str, sighting: Any) -> bool:
        return sighting in self._of.get(key, ())

    def incidents_with(self, post: str) -> list[int]:
        return self._with.get(post, [])


# Taking over --------------------------------------------------------------------------------------------------


@dataclass
class Taken:
    """What became of the rows: {fate: how many}, and the incidents that are new or were added to, by id."""

    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    new: list[Incident] = field(default_factory=list)
    added: dict[int, Incident] = field(default_factory=dict)


def take_over(rows: list[Row], decided: Mapping[int, str], user: Any) -> Taken:
    """Registers the rows as they are planned now, and those in doubt as ``decided`` says: {line: SKIP, NEW or a candidate's
    key}. All of them or, if anything fails, none."""
    taken = Taken()
    with transaction.atomic():
        # One import after the other: of two of the same table at once the second finds what the first made.
        list(Topic.objects.select_for_update().order_by("pk"))
        made: dict[str, Incident] = {}
        for one in plan(rows):
            key = one.into.key if one.into else NEW
            if one.fate == Fate.DOUBT:
                key = decided.get(one.row.number, SKIP)
                if key not in {NEW, *(candidate.key for candidate in one.candidates)}:
                    key = SKIP
            _take(one, key, made, taken, user)
    return taken


def _take(one: Planned, key: str, made: dict[str, Incident], taken: Taken, user: Any) -> None:
    if one.fate in {Fate.REFUSED, Fate.KNOWN}:
        taken.times[one.fate] += 1
        return
    seen = {**one.row.seen, "seen_at": datetime.fromisoformat(one.row.seen["seen_at"])}
    own_key = f"row-{one.row.number}"
    if key == NEW:
        first = datetime.fromisoformat(one.row.incident["first_seen_at"])
        incident = Incident(origin=Incident.Origin.IMPORT, **{**one.row.incident, "first_seen_at": first})
        incident.save()
        add_appearances(incident, [seen])
        log(instance=incident, action="cms.intake_imported", user=user, data={"row": one.row.number})
        made[own_key] = incident
        taken.new.append(incident)
        taken.times[Fate.NEW] += 1
        return
    found = made.get(key) or (Incident.objects.filter(pk=int(key)).first() if key.isdecimal() else None)
    if found is None:  # left out, or the same as a row that was left out
        taken.times[SKIP] += 1
        return
    made[own_key] = found
    if add_appearances(found, [seen]):
        log(instance=found, action="cms.intake_seen_imported", user=user, data={"row": one.row.number})
        taken.added[found.pk] = found
        taken.times[Fate.ADDS] += 1
    else:
        taken.times[Fate.KNOWN] += 1
