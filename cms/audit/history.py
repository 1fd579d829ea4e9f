"""The history of one story: from the first word to each post, oldest first, each line with who, what and where it led."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from cms.audit import words
from cms.audit.entries import AuditEntry
from cms.audit.sources import COMPLAINT, DELIVERY, INCIDENT, PAGE, SUBMISSION
from cms.complaints.complaint import Complaint
from cms.incidents import Incident
from cms.pages.answer import Answer, AnsweredIncident
from cms.sent_in.submissions import Submission
from publishing.desk.words import Badge
from publishing.models import StoryVersion

# True of every story, and told better by another line: only shown when everything is asked for.
_MINOR = (
    Q(deed__in=["version", "wagtail.workflow.approve"])
    | Q(deed__startswith="delivery.find.")
    | (Q(deed__startswith="submission.") & ~Q(deed="submission.sent_in"))
)


@dataclass(frozen=True)
class Scope:
    """What a history is about: an incident with its answers, or an answer with the incidents it answers."""

    pages: list[Answer]
    incidents: list[Incident]

    @classmethod
    def of_page(cls, page: Answer) -> Scope:
        answered = AnsweredIncident.objects.filter(page=page).values("incident")
        return cls([page], list(Incident.objects.filter(pk__in=answered)))

    @classmethod
    def of_incident(cls, incident: Incident) -> Scope:
        pages = Answer.objects.filter(answered__incident=incident).distinct().select_related("locale").specific()
        return cls(list(pages), [incident])

    def is_plain(self, entry: AuditEntry) -> bool:
        """Whether it goes without saying what the entry is about: the only answer, its incident, or a named channel."""
        is_the_answer = entry.subject_type == PAGE and [entry.subject_id] == [str(page.pk) for page in self.pages]
        return is_the_answer or entry.subject_type in {INCIDENT, SUBMISSION, COMPLAINT, DELIVERY}

    @property
    def first_seen_at(self) -> datetime | None:
        return min((one.first_seen_at for one in self.incidents), default=None)

    def entries(self) -> QuerySet[AuditEntry]:
        """Everything in the chain that belongs to it, oldest first. A constant number of queries."""
        keys = {page.story_key for page in self.pages}
        series = {page.series[0] for page in self.pages} - {""}
        if series:
            keys |= set(StoryVersion.objects.filter(series__in=series).values_list("key", flat=True))
        found = Q(story__in=keys)
        for tell in belonging:
            for kind, ids in tell(self).items():
                found |= Q(subject_type=kind, subject_id__in=[str(pk) for pk in ids])
        return AuditEntry.objects.filter(found).order_by("at", "number")


def _ours(scope: Scope) -> dict[str, Iterable[int]]:
    return {
        PAGE: [page.pk for page in scope.pages],
        INCIDENT: [one.pk for one in scope.incidents],
        COMPLAINT: Complaint.objects.filter(page__in=scope.pages).values_list("pk", flat=True),
        SUBMISSION: Submission.objects.filter(incident__in=scope.incidents).values_list("pk", flat=True),
    }


# Each tells ids of what belongs to a story, by type: {"campaigns.material": [1, 2]}. Apps that cms does not know add theirs.
belonging: list[Callable[[Scope], dict[str, Iterable[int]]]] = [_ours]


def important(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Without what another line says better."""
    return entries.exclude(_MINOR)


@dataclass
class Line:
    """One line: what, who did it (empty: it went by itself), until when it went on, how often, and where it leads."""

    entry: AuditEntry
    what: str
    who: str
    more: str = ""
    about: str = ""
    badge: Badge | None = None
    url: str = ""  # of the post on its channel
    delivery: str = ""  # id of the delivery whose page says more
    times: int = 1
    until: datetime | None = None


def lines(entries: Iterable[AuditEntry]) -> list[Line]:
    """Entries as lines: edits by one person in a row are one line, and what is told twice is told once."""
    entries = list(entries)
    registered = {one.subject_id for one in entries if (one.subject_type, one.deed) == (INCIDENT, "wagtail.create")}
    made: list[Line] = []
    for entry in entries:
        if entry.deed == "incident.reported" and entry.subject_id in registered:
            continue
        last = made[-1] if made else None
        if last and entry.deed == "wagtail.edit" and _is_same(last.entry, entry):
            last.times, last.until = last.times + 1, entry.at
            continue
        made.append(line(entry))
    return made


def line(entry: AuditEntry) -> Line:
    """One entry as a line of its own."""
    return Line(
        entry,
        words.what(entry),
        entry.by_name,
        words.more(entry),
        words.about(entry),
        words.badge(entry),
        url=str(entry.data.get("url", "")),
        delivery=entry.subject_id if entry.subject_type == DELIVERY else "",
    )


def _is_same(one: AuditEntry, other: AuditEntry) -> bool:
    def doing(entry: AuditEntry) -> tuple[Any, ...]:
        return entry.deed, entry.by, entry.subject_type, entry.subject_id

    return doing(one) == doing(other)
