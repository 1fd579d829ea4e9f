"""What an entry says, in words that somebody who was not there understands."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter, registry

from cms.audit.entries import AuditEntry
from cms.audit.sources import COMPLAINT, INCIDENT, PAGE, SUBMISSION
from cms.incidents import Incident
from cms.pages.answer import Change
from cms.sent_in.submissions import Submission
from publishing.channels.base import Outcome
from publishing.desk.words import OUTCOMES, STEPS, Badge
from publishing.models import Attempt, in_words, local_time
from publishing.story import Action

# What belongs together, for the filters.
GROUPS: dict[str, tuple[str | Promise, Q]] = {
    "register": (
        _("Register and what was sent in"),
        Q(subject_type__in=[INCIDENT, SUBMISSION, COMPLAINT]),
    ),
    "text": (
        _("Text and publication"),
        Q(subject_type=PAGE, deed__startswith="wagtail.")
        | Q(deed__startswith="correction.")
        | Q(deed__startswith="approval."),
    ),
    "approval": (
        _("Checks and approvals"),
        Q(deed__startswith="approval.") | Q(deed__startswith="wagtail.workflow.") | Q(deed__contains="approve"),
    ),
    "channels": (_("Channels and posts"), Q(deed__startswith="delivery.") | Q(deed__startswith="publishing.")),
    "campaigns": (_("Campaigns, warnings and indicators"), Q(deed__startswith="campaigns.")),
    "access": (
        _("Log-ins and rights"),
        Q(deed__in=["cms.login", "cms.logout", "cms.login_failed", "cms.account", "cms.rights", "cms.audit_export"])
        | Q(subject_type__in=["cms.user", "auth.group"]),
    ),
}

_PAGES: dict[str, str | Promise] = {
    "wagtail.create": _("Draft begun"),
    "wagtail.edit": _("Draft edited"),
    "wagtail.rename": _("Title changed"),
    "wagtail.publish": _("Published on the site"),
    "wagtail.workflow.start": _("Submitted for checking"),
    "wagtail.workflow.approve": _("Step passed"),
    "wagtail.workflow.reject": _("Sent back: changes are asked for"),
    "wagtail.workflow.resume": _("Submitted again"),
    "wagtail.workflow.cancel": _("Taken back from checking"),
    "wagtail.copy_for_translation": _("Translation begun"),
}
_DEEDS: dict[str, str | Promise] = {
    "approval.evidence": _("Evidence checked by a second person"),
    "approval.approval": _("Approved by a second person"),
    "approval.override": _("Published in an emergency without a second person"),
    "version": _("Approved version kept for the channels"),
    "submission.sent_in": _("Sent in by a member of the public"),
    "complaint.sent_in": _("A complaint or reply came in"),
}
# What of an account decides who may use it: cms/audit/rights.py.
_FIELDS: dict[str, str | Promise] = {
    "is_active": _("may log in or not"),
    "is_superuser": _("all rights or not"),
    "is_staff": _("member of the office or not"),
    "password": _("password"),
    "username": _("user name"),
}
_PLANNED = {
    Action.POST: _("Planned for %(channel)s"),
    Action.CORRECT: _("Correction planned for %(channel)s"),
    Action.RETRACT: _("Retraction planned for %(channel)s"),
}
_SENT = {
    Action.POST: _("Posted on %(channel)s"),
    Action.CORRECT: _("Correction made on %(channel)s"),
    Action.RETRACT: _("Retracted on %(channel)s"),
}


def what(entry: AuditEntry) -> str:
    """What was done, as one sentence or heading, in the active language."""
    head, _dot, rest = entry.deed.partition(".")
    if head == "delivery":
        return _of_delivery(entry, rest)
    if entry.deed == "incident.reported" or (entry.subject_type == INCIDENT and entry.deed == "wagtail.create"):
        return gettext("Incident registered")
    if head == "incident":
        return _of_choice(_("Incident: %(status)s"), Incident.Status, rest)
    if head == "submission" and entry.deed not in _DEEDS:
        return _of_choice(_("What was sent in: %(status)s"), Submission.Phase, rest)
    if head == "correction":
        return str(dict(Change.choices).get(rest, rest)).capitalize()
    words = (_PAGES.get(entry.deed) if entry.subject_type == PAGE else None) or _DEEDS.get(entry.deed)
    return str(words or logged(entry.deed))


def logged(deed: str) -> str:
    """What the admin's log calls a deed; the deed itself where nobody names it any more."""
    registry.scan_for_actions()
    formatter = registry.formatters.get(deed)
    if formatter is None:
        return deed
    # Words that are made from what the log entry holds would need all of it.
    is_plain = type(formatter).format_message is LogFormatter.format_message
    return str(formatter.message if is_plain and formatter.message else formatter.label)


def _of_choice(words: str | Promise, choices: Any, value: str) -> str:
    return str(words) % {"status": str(dict(choices.choices).get(value, value))}


def _of_delivery(entry: AuditEntry, rest: str) -> str:
    channel, data = entry.subject, entry.data
    action = Action(data.get("action", Action.POST))
    if rest == "planned":
        return str(_PLANNED[action]) % {"channel": channel}
    if rest == "person":
        return f"{channel}: {_said(data)}"
    step, _dot, outcome = rest.partition(".")
    if outcome == Outcome.OK and step != Attempt.Steps.FIND:
        return str(_SENT[action]) % {"channel": channel}
    words = f"{STEPS[Attempt.Steps(step)]}: {OUTCOMES[Outcome(outcome)]}"
    return f"{channel}: {words}. {_said(data)}".rstrip(". ") + "."


def _said(data: dict[str, Any]) -> str:
    """The stored words with the values that were kept; what was not kept is shown as left out."""
    values: dict[str, Any] = defaultdict(lambda: "…", {key: value for key, value in data.items() if key != "words"})
    try:
        return in_words(str(data.get("words", "")), values)
    except (TypeError, ValueError):
        return str(data.get("words", ""))


def more(entry: AuditEntry) -> str:
    """What else is known, in a few words: which step, which wave, which rights."""
    data = entry.data
    parts = [str(data[name]) for name in ("task", "wave", "report") if data.get(name)]
    if "version" in data:
        parts.append(gettext("version %(number)s") % {"number": data["version"]})
    if data.get("given"):
        parts.append(gettext("given: %(rights)s") % {"rights": data["given"]})
    if data.get("taken"):
        parts.append(gettext("taken away: %(rights)s") % {"rights": data["taken"]})
    if data.get("changed"):
        fields = ", ".join(str(_FIELDS.get(name, name)) for name in str(data["changed"]).split(", "))
        parts.append(gettext("changed: %(fields)s") % {"fields": fields})
    if planned_for := data.get("for"):
        at = datetime.fromisoformat(planned_for)
        if at - entry.at > timedelta(minutes=1):  # else: at once
            parts.append(local_time(at))
    if data.get("own_wording"):
        parts.append(gettext("in the publisher's own wording"))
    return " · ".join(parts)


def about(entry: AuditEntry) -> str:
    """What it was done to: by name where the entry has one, else by kind and number."""
    app, _dot, name = entry.subject_type.partition(".")
    try:
        kind = str(apps.get_model(app, name)._meta.verbose_name)
    except (LookupError, ValueError):
        kind = entry.subject_type
    return entry.subject or f"{capfirst(kind)} {entry.subject_id}".strip()


def badge(entry: AuditEntry) -> Badge | None:
    """A sign for what stands out: something went out, was approved, went wrong, or was taken back."""
    deed = entry.deed
    if deed in {"approval.override", "correction.retraction"} or deed == "cms.login_failed":
        return Badge("", "warning", "bad")
    if deed.startswith("approval.") or deed == "wagtail.publish":
        return Badge("", "circle-check", "good")
    if deed.startswith("correction."):
        return Badge("", "edit", "care")
    if deed.startswith("delivery.") and deed.count(".") == 2:
        return Badge("", "circle-check", "good") if deed.endswith(".ok") else Badge("", "warning", "bad")
    return None
