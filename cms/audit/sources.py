"""Where events come from: rows that others write once, when something happens. Nothing is written twice for the audit.

**What goes in** is chosen by name, so that a field somebody adds later stays out: who, what, when, on what, and the few
values of ``_KEPT``. Texts that people typed (comments, reasons, claims, pasted messages), contacts, credentials, tracking
codes and a vendor's own words stay where they are; an entry leads there by type and id. What was approved or handed to the
channels is bound by its SHA-256 instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from cms.approval import Approval
from cms.audit.entries import Event, moment
from cms.complaints.complaint import Complaint
from cms.corrections import Correction
from cms.incidents import IncidentChange
from cms.sent_in.submissions import Submission, SubmissionChange
from publishing.desk.deeds import DEEDS, MOVE
from publishing.models import Attempt, Delivery, State, StoryVersion

Row = dict[str, Any]

PAGE = "wagtailcore.page"
INCIDENT = "cms.incident"
SUBMISSION = "cms.submission"
COMPLAINT = "cms.complaint"
DELIVERY = "publishing.delivery"

# Values of a log entry that are kept, where they are a number or a short name.
_KEPT = ("wave", "version", "sent", "incident", "given", "taken", "changed", "key", "report", "backup")
# Subjects that are named. Others may carry what must not be here for ever: a claim, a telephone number, a tracking code.
_NAMED = frozenset(
    "cms.user auth.group publishing.channel publishing.organisation campaigns.partner campaigns.material cms.topic cms.place"
    " wagtailcore.groupapprovaltask cms.evidencechecktask cms.approvaltask wagtailcore.workflow".split()
)
# Deeds on a delivery leave an attempt as well, in the transaction of the deed; that one counts. So does the delivery itself
# for "plan".
_TOLD_BY_OTHERS = [f"publishing.{name}" for name in (*DEEDS, MOVE.name, "plan")]
# Values that fill the words of what a person did to a delivery; a typed reason is none of them.
_FILLS = ("before", "after", "time", "plan", "person")


@dataclass(frozen=True)
class Source:
    """One kind of row, written once.

    columns  what is read of each row, besides its id as ``pk``
    events   what the given rows tell, one for one; a constant number of queries
    without  rows that are no events, because others tell the same
    """

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    events: Callable[[list[Row]], Iterable[Event]]
    without: Q | None = None

    def rows(self) -> QuerySet[Any, Any]:
        """All rows that are events."""
        found = self.model._default_manager.values("pk", *self.columns)
        return found.exclude(self.without) if self.without else found


def _story_keys(pages: set[int]) -> dict[int, str]:
    """{page: story key}, as ``Answer.story_key`` makes it. Pages of other kinds get one too; no story has it."""
    found = Page.objects.filter(pk__in=pages).values_list(
        "pk", "content_type__model", "translation_key", "locale__language_code"
    )
    return {pk: f"{kind}-{key}-{language}" for pk, kind, key, language in found}


def _kept(data: Any) -> Row:
    if not isinstance(data, dict):
        return {}
    kept = {
        name: str(data[name])[:300] if isinstance(data[name], str) else data[name]
        for name in _KEPT
        if isinstance(data.get(name), str | int)
    }
    workflow = data.get("workflow")
    task = workflow.get("task") if isinstance(workflow, dict) else None
    if isinstance(task, dict):
        kept["task"] = str(task.get("title", ""))[:255]
    return kept


# Wagtail's own logs ---------------------------------------------------------------------------------------------


def _page_log(rows: list[Row]) -> Iterable[Event]:
    keys = _story_keys({row["page_id"] for row in rows})
    for row in rows:
        data = _kept(row["data"])
        if row["revision_id"]:
            data["revision"] = row["revision_id"]
        yield Event(
            "page_log",
            row["pk"],
            row["timestamp"],
            row["action"],
            row["user_id"],
            PAGE,
            str(row["page_id"] or ""),
            row["label"],
            keys.get(row["page_id"], ""),
            data,
        )


def _log(rows: list[Row]) -> Iterable[Event]:
    of_deliveries = [int(row["object_id"]) for row in rows if row["content_type__model"] == "delivery"]
    keys = dict(Delivery.objects.filter(pk__in=of_deliveries).values_list("pk", "story"))
    for row in rows:
        is_known = row["content_type__model"] is not None
        of_type = f"{row['content_type__app_label']}.{row['content_type__model']}" if is_known else ""
        yield Event(
            "log",
            row["pk"],
            row["timestamp"],
            row["action"],
            row["user_id"],
            of_type,
            row["object_id"][:64],
            row["label"] if of_type in _NAMED else "",
            keys.get(int(row["object_id"]), "") if of_type == DELIVERY else "",
            _kept(row["data"]),
        )


# Ours -----------------------------------------------------------------------------------------------------------


def _approvals(rows: list[Row]) -> Iterable[Event]:
    keys = _story_keys({row["page_id"] for row in rows})
    for row in rows:
        yield Event(
            "approval",
            row["pk"],
            row["at"],
            f"approval.{row['step']}",
            row["by_id"],
            PAGE,
            str(row["page_id"]),
            row["page__draft_title"],
            keys.get(row["page_id"], ""),
            {"revision": row["revision_no"], "sha256": row["digest"]},
        )


def _corrections(rows: list[Row]) -> Iterable[Event]:
    keys = _story_keys({row["page_id"] for row in rows})
    for row in rows:
        yield Event(
            "correction",
            row["pk"],
            row["made_at"],
            f"correction.{row['kind']}",
            None,
            PAGE,
            str(row["page_id"]),
            row["title"],
            keys.get(row["page_id"], ""),
            {"revision": row["revision"]},
        )


def _incident_changes(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        deed, subject = f"incident.{row['status']}", str(row["incident_id"])
        yield Event("incident_change", row["pk"], row["at"], deed, None, INCIDENT, subject)


def _submissions(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        yield Event("submission", row["pk"], row["received_at"], "submission.sent_in", None, SUBMISSION, str(row["pk"]))


def _complaints(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        subject, data = str(row["pk"]), {"about": row["kind"]}
        yield Event(
            "complaint", row["pk"], row["received_at"], "complaint.sent_in", None, COMPLAINT, subject, data=data
        )


def _submission_changes(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        deed, subject = f"submission.{row['phase']}", str(row["submission_id"])
        yield Event("submission_change", row["pk"], row["at"], deed, None, SUBMISSION, subject)


def _versions(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        body = json.dumps(row["payload"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        yield Event(
            "version",
            row["pk"],
            row["made_at"],
            "version",
            None,
            "publishing.storyversion",
            str(row["pk"]),
            row["title"],
            row["key"],
            {"revision": row["revision"], "sha256": hashlib.sha256(body.encode()).hexdigest()},
        )


def _deliveries(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        yield Event(
            "delivery",
            row["pk"],
            row["made_at"],
            "delivery.planned",
            row["made_by_id"],
            DELIVERY,
            str(row["pk"]),
            row["channel__name"],
            row["story"],
            {
                "action": row["action"],
                "own_wording": bool(row["wording_by_id"]),
                # As it stands when this is sealed; each move after that is an event of its own.
                "for": moment(row["scheduled_at"]),
            },
        )


def _attempts(rows: list[Row]) -> Iterable[Event]:
    for row in rows:
        is_person = row["step"] == Attempt.Steps.PERSON
        data: Row = {"action": row["delivery__action"], "words": row["words"]}
        if is_person:
            values = row["words_values"] or {}
            data |= {name: str(values[name])[:200] for name in _FILLS if name in values}
        else:
            data |= {"try": row["number"], "http": row["http_status"]}
        # Where it is, once it is there: as it stands when this is sealed, within a minute of the call.
        is_done = is_person or row["outcome"] == "ok"
        if is_done and row["delivery__state"] == State.SENT and row["delivery__permalink"]:
            data["url"] = row["delivery__permalink"]
        yield Event(
            "attempt",
            row["pk"],
            row["ended_at"],
            "delivery.person" if is_person else f"delivery.{row['step']}.{row['outcome']}",
            row["by_id"],
            DELIVERY,
            str(row["delivery_id"]),
            row["delivery__channel__name"],
            row["delivery__story"],
            data,
        )


_TOLD_ELSEWHERE = Q(content_type__app_label="publishing", content_type__model="delivery", action__in=_TOLD_BY_OTHERS)
_OF_PAGES = ("timestamp", "user_id", "action", "label", "page_id", "data", "revision_id")
_OF_OTHERS = (
    *("timestamp", "user_id", "action", "label", "object_id", "data"),
    *("content_type__app_label", "content_type__model"),
)
_OF_APPROVALS = ("at", "step", "by_id", "page_id", "page__draft_title", "revision_no", "digest")
_OF_DELIVERIES = ("made_at", "made_by_id", "channel__name", "story", "action", "wording_by_id", "scheduled_at")
_OF_ATTEMPTS = (
    *("ended_at", "step", "outcome", "number", "http_status", "words", "words_values", "by_id", "delivery_id"),
    *("delivery__action", "delivery__state", "delivery__permalink", "delivery__story", "delivery__channel__name"),
)

SOURCES = (
    Source("page_log", PageLogEntry, _OF_PAGES, _page_log),
    Source("log", ModelLogEntry, _OF_OTHERS, _log, without=_TOLD_ELSEWHERE),
    Source("approval", Approval, _OF_APPROVALS, _approvals),
    Source("correction", Correction, ("made_at", "kind", "page_id", "title", "revision"), _corrections),
    Source("incident_change", IncidentChange, ("at", "status", "incident_id"), _incident_changes),
    Source("submission", Submission, ("received_at",), _submissions),
    Source("submission_change", SubmissionChange, ("at", "phase", "submission_id"), _submission_changes),
    Source("complaint", Complaint, ("received_at", "kind"), _complaints),
    Source("version", StoryVersion, ("made_at", "title", "key", "revision", "payload"), _versions),
    Source("delivery", Delivery, _OF_DELIVERIES, _deliveries),
    Source("attempt", Attempt, _OF_ATTEMPTS, _attempts),
)
