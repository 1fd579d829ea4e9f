"""What the register, the answers and the inbox have waiting for a person."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, Max, Min, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, TaskState, WorkflowState

from cms.agencies import visible_to
from cms.approval import authors_of
from cms.incidents import Incident
from cms.pages.answer import Answer
from cms.sent_in import inbox
from cms.sent_in.submissions import Submission
from publishing.desk.base import may
from publishing.desk.waiting import SHOWN, Row, Waiting, counted
from publishing.desk.words import Badge

SEE_INCIDENTS, CHANGE_INCIDENTS = "cms.view_incident", "cms.change_incident"


def _edit(page_id: int) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page_id])


def incidents(user: Any) -> Waiting | None:
    """Incidents of which a notice, an answer or a second look is owed: late ones first, then by urgency."""
    if not may(user, SEE_INCIDENTS):
        return None
    late = Case(When(due_at__lt=timezone.now(), then=Value(False)), default=Value(True), output_field=BooleanField())
    found = Incident.objects.waiting()
    view = "edit" if may(user, CHANGE_INCIDENTS) else "inspect"
    rows = [
        Row(
            str(one),
            reverse(f"wagtailsnippets_cms_incident:{view}", args=[one.pk]),
            f"{one.urgency_word} · {one.owed}",
            one.due_at,
        )
        for one in found.order_by(late, "urgency", "due_at", "pk")[:SHOWN]
    ]
    url = f"{reverse('wagtailsnippets_cms_incident:list')}?owed=waiting&ordering=due_at"
    return Waiting(
        "incidents", _("Incidents waiting for an answer"), "warning", tuple(rows), counted(rows, found), url, 10
    )


def approvals(user: Any) -> Waiting | None:
    """Answers that this person may check or approve, and wrote nothing of; the incident they answer says by when."""
    states = TaskState.objects.reviewable_by(user).values_list("workflow_state__object_id", "task__name")
    steps = {int(pk): name for pk, name in states}
    if not steps:
        return None
    pages = visible_to(user, Answer.objects.filter(pk__in=steps)).annotate(due=Min("answered__incident__due_at"))
    rows = pages.only("draft_title", "owner", "live", "live_revision", "locale__language_code").select_related("locale")
    found = _not_written_by(user, list(rows))
    found.sort(key=lambda page: (page.due is None, page.due or page.pk, page.pk))
    shown = tuple(
        Row(page.draft_title, _edit(page.pk), steps[page.pk], page.due, lang=page.locale.language_code)
        for page in found[:SHOWN]
    )
    url = reverse("wagtailadmin_reports:workflow")
    return Waiting("approvals", _("Answers for you to check or approve"), "user", shown, len(found), url, 15)


def _not_written_by(user: Any, pages: list[Any]) -> list[Any]:
    """Revisions are compared only where this person saved one: few, and they are long."""
    saved = Revision.page_revisions.filter(object_id__in=[str(page.pk) for page in pages], user=user)
    last = {int(pk): at for pk, at in saved.order_by().values_list("object_id").annotate(at=Max("created_at"))}
    doubtful = [page for page in pages if page.pk in last or page.owner_id == user.pk]
    wrote = authors_of(doubtful) if doubtful else {}
    return [page for page in pages if user.pk not in wrote.get(page.pk, ())]


_CAME_BACK, _DRAFT, _UNDER_WAY = range(3)


def own_drafts(user: Any) -> Waiting | None:
    """What this person wrote and is not published: sent back first, then what was never passed on, then what is on its way."""
    if not may(user, "wagtailadmin.access_admin"):
        return None
    mine = Answer.objects.filter(has_unpublished_changes=True).filter(
        Q(owner=user, live=False) | Q(latest_revision__user=user)
    )
    pages = list(
        mine.order_by("-latest_revision_created_at", "-pk").values_list("pk", "draft_title", "locale__language_code")
    )
    if not pages:
        return None
    active = WorkflowState.objects.active().filter(object_id__in=[str(pk) for pk, _title, _lang in pages])
    states = {
        int(state.object_id): state
        for state in active.filter(base_content_type__app_label="wagtailcore").select_related(
            "current_task_state__task"
        )
    }
    ranked = sorted(
        ((*_standing(states.get(pk)), pk, title, lang) for pk, title, lang in pages), key=lambda one: one[0]
    )
    rows = tuple(
        Row(title, _edit(pk), note, badge=badge, lang=lang) for _rank, badge, note, pk, title, lang in ranked[:SHOWN]
    )
    return Waiting("drafts", _("What you are writing"), "edit", rows, len(pages), order=40)


def _standing(state: WorkflowState | None) -> tuple[int, Badge, str]:
    """(rank, sign, words) of a draft."""
    if state is None:
        return _DRAFT, Badge(gettext("not passed on yet"), "edit", "quiet"), ""
    step = state.current_task_state
    if state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        return _CAME_BACK, Badge(gettext("came back"), "undo", "care"), step.comment if step else ""
    return _UNDER_WAY, Badge(gettext("on its way"), "time", "busy"), str(step.task.name) if step else ""


def submissions(user: Any) -> Waiting | None:
    """New groups of what the public sent in."""
    if not may(user, inbox.CHANGE):
        return None
    found = Submission.objects.firsts().filter(phase=Submission.Phase.RECEIVED)
    rows = [
        Row(
            one.said or gettext("Picture without words"),
            reverse("inbox_group", args=[one.pk]),
            gettext("sent in %(time)s") % {"time": timezone.localtime(one.received_at).strftime("%d/%m/%Y %H:%M")},
        )
        for one in found.order_by("received_at", "pk")[:SHOWN]
    ]
    return Waiting(
        "inbox", _("Sent in by the public"), "comment", tuple(rows), counted(rows, found), reverse("inbox"), 20
    )


SOURCES = (incidents, approvals, own_drafts, submissions)
