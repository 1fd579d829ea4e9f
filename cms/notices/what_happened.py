"""What the register, the answers, the inbox and the channels have to tell whom: read by the sweep from what is written there
anyway, so that nothing is lost when a process dies between a deed and its notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.models import ModelLogEntry, Revision, TaskState

from cms.approval import Approval, ApprovalTask, EvidenceCheckTask, authors_of
from cms.incidents import Incident
from cms.notices.kinds import How, Kind, News
from cms.notices.personal import PersonalNotice
from cms.pages.answer import Answer
from cms.sent_in.submissions import Submission
from publishing import copies
from publishing import notices as by_channel
from publishing.agencies import Sight
from publishing.desk.base import CHANGE_CHANNELS, CHANGE_DELIVERIES
from publishing.models import Channel, Delivery, Notice, State, local_time

ACCESS_ADMIN = "wagtailadmin.access_admin"
CHANGE_INCIDENTS = "cms.change_incident"
CHANGE_SUBMISSIONS = "cms.change_submission"
MOST = 100  # events that one source tells of in one turn

APPROVAL = Kind("approval", _("Something waits for my check or approval"), (ACCESS_ADMIN,), How.ONCE)
DRAFT = Kind("draft", _("My draft came back, or was approved"), (ACCESS_ADMIN,), How.ONCE)
INCIDENT = Kind("incident", _("An incident is critical, or its answer is late"), (CHANGE_INCIDENTS,), How.ONCE)
SUBMISSION = Kind("submission", _("The public sent something in"), (CHANGE_SUBMISSIONS,), How.DIGEST)
DELIVERY = Kind("delivery", _("A delivery failed, or nobody knows whether it is out"), (CHANGE_DELIVERIES,), How.ONCE)
CORRECTION = Kind(
    "correction", _("A copy on a channel has not followed a correction"), (CHANGE_DELIVERIES,), How.DIGEST
)
CHANNEL = Kind("channel", _("A channel stopped, or its access ends"), (CHANGE_CHANNELS,), How.ONCE)
KINDS = (APPROVAL, DRAFT, INCIDENT, SUBMISSION, DELIVERY, CORRECTION, CHANNEL)


def people_with(*permissions: str) -> set[int]:
    """Ids of those who are active and have any of the permissions."""
    found: set[int] = set()
    for permission in permissions:
        found |= set(get_user_model().objects.with_perm(permission).values_list("pk", flat=True))
    return found


def _edit(page_id: int) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page_id])


def approvals(since: datetime) -> Iterator[News]:
    """To those of the step's groups who wrote nothing of the text and did not take the step before."""
    states = list(
        TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS, started_at__gte=since)
        .select_related("workflow_state")
        .order_by("-pk")[:MOST]
    )
    told = PersonalNotice.objects.filter(kind=APPROVAL.key, about__in=[str(one.pk) for one in states])
    known = set(told.values_list("about", flat=True))
    states = [one for one in states if str(one.pk) not in known]
    if not states:
        return
    pages = Answer.objects.in_bulk([int(one.workflow_state.object_id) for one in states])
    wrote = authors_of(pages.values())
    before: dict[int, set[int]] = {}
    done = TaskState.objects.filter(workflow_state__in=[one.workflow_state_id for one in states])
    for workflow_state, person in done.filter(finished_by__isnull=False).values_list("workflow_state", "finished_by"):
        before.setdefault(workflow_state, set()).add(person)
    groups, sight = _people_of_steps(), Sight()
    for state in states:
        if page := pages.get(int(state.workflow_state.object_id)):
            did_it = {state.workflow_state.requested_by_id, *before.get(state.workflow_state_id, ())}
            reviewers = groups.get(state.task_id, set())
            if page.office_id:
                reviewers = sight.of_organisation(reviewers, page.office_id)
            people = reviewers - wrote[page.pk] - did_it
            words = gettext_noop("“%(title)s” waits for your check or approval.")
            yield News(APPROVAL.key, str(state.pk), people, words, _edit(page.pk), {"title": page.draft_title})


def _people_of_steps() -> dict[int, set[int]]:
    """{task: those who may take it}."""
    found: dict[int, set[int]] = {}
    for step in (EvidenceCheckTask, ApprovalTask):
        may: Any = step.objects.filter(groups__user__is_active=True)
        for task, person in may.values_list("pk", "groups__user"):
            found.setdefault(task, set()).add(person)
    return found


def drafts(since: datetime) -> Iterator[News]:
    """To who wrote a text: that it came back, and that it was approved."""
    back = list(
        TaskState.objects.filter(status=TaskState.STATUS_REJECTED, finished_at__gte=since)
        .select_related("workflow_state", "revision", "finished_by")
        .order_by("-pk")[:MOST]
    )
    approved = list(
        Approval.objects.filter(at__gte=since)
        .exclude(step=Approval.Step.EVIDENCE)
        .select_related("page", "by")
        .order_by("-pk")[:MOST]
    )
    if not (back or approved):
        return
    pages = Answer.objects.in_bulk([int(one.workflow_state.object_id) for one in back])
    writers = dict(Revision.objects.filter(pk__in=[one.revision_no for one in approved]).values_list("pk", "user"))
    may = people_with(ACCESS_ADMIN)
    for state in back:
        if page := pages.get(int(state.workflow_state.object_id)):
            wrote = {page.owner_id, state.workflow_state.requested_by_id, state.revision and state.revision.user_id}
            values = {"title": page.draft_title, "person": str(state.finished_by or "")}
            words = gettext_noop("“%(title)s” came back from %(person)s with remarks.")
            yield News(
                DRAFT.key, f"back {state.pk}", may & wrote - {state.finished_by_id}, words, _edit(page.pk), values
            )
    for one in approved:
        wrote = {one.page.owner_id, writers.get(one.revision_no)}
        values = {"title": one.page.draft_title, "person": str(one.by)}
        words = gettext_noop("“%(title)s” was approved by %(person)s.")
        yield News(DRAFT.key, f"approved {one.pk}", may & wrote - {one.by_id}, words, _edit(one.page_id), values)


def incidents(since: datetime) -> Iterator[News]:
    """Critical ones that somebody else registered, and those of which a notice or an answer is late."""
    now = timezone.now()
    is_critical = Q(urgency=Incident.Urgency.CRITICAL, registered_at__gte=since)
    found = Incident.objects.waiting().filter(is_critical | Q(due_at__lt=now, due_at__gte=since))
    rows = list(found.order_by("urgency", "due_at")[:MOST])
    if not rows:
        return
    people = people_with(CHANGE_INCIDENTS)
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Incident), object_id__in=[str(one.pk) for one in rows]
    )
    did_it: dict[str, set[int]] = {}
    for pk, person in entries.filter(user__isnull=False).values_list("object_id", "user"):
        did_it.setdefault(pk, set()).add(person)
    for one in rows:
        url = reverse("wagtailsnippets_cms_incident:edit", args=[one.pk])
        values = {"claim": str(one)}
        if one.urgency == Incident.Urgency.CRITICAL:
            words = gettext_noop("Critical incident: %(claim)s")
            yield News(INCIDENT.key, f"critical {one.pk}", people - did_it.get(str(one.pk), set()), words, url, values)
        if one.due_at and one.due_at < now:
            words = gettext_noop("Late since %(time)s: %(claim)s")
            about = f"late {one.pk} {one.due_at:%Y%m%d%H%M}"
            yield News(INCIDENT.key, about, people, words, url, {**values, "time": local_time(one.due_at)})


def submissions(since: datetime) -> Iterator[News]:
    """One notice an hour at most, however much comes in; what was sent in stands in the inbox only."""
    new = Submission.objects.firsts().filter(phase=Submission.Phase.RECEIVED, received_at__gte=since)
    hours = {timezone.localtime(at).strftime("%Y-%m-%d %H") for at in new.values_list("received_at", flat=True)}
    if not hours:
        return
    people = people_with(CHANGE_SUBMISSIONS)
    words = gettext_noop("The public sent something in that nobody has looked at.")
    for hour in sorted(hours)[-MOST:]:
        yield News(SUBMISSION.key, hour, people, words, reverse("inbox"))


def deliveries(since: datetime) -> Iterator[News]:
    """Each that failed or is unclear, once for each try."""
    found: Any = Delivery.objects.filter(state__in=[State.FAILED, State.UNKNOWN]).annotate(
        ended=Max("attempts__ended_at")
    )
    rows = list(
        found.filter(ended__gte=since)
        .select_related("version", "channel")
        .defer("version__payload")
        .order_by("-ended")[:MOST]
    )
    if not rows:
        return
    people, sight = people_with(CHANGE_DELIVERIES), Sight()
    for one in rows:
        failed = gettext_noop("%(channel)s: “%(title)s” could not be sent.")
        unclear = gettext_noop("%(channel)s: nobody knows whether “%(title)s” is out. Please look.")
        yield News(
            DELIVERY.key,
            f"{one.pk} {one.attempt_no}",
            sight.of_delivery(people, one),
            unclear if one.state == State.UNKNOWN else failed,
            reverse("publishing_delivery", args=[one.pk]),
            {"channel": str(one.channel), "title": one.version.title},
        )


def corrections(since: datetime) -> Iterator[News]:
    """Changes that some copy has not followed, half an hour after: what goes out by itself by then is no news."""
    before = timezone.now() - by_channel.AFTER
    if not Delivery.objects.exists():
        return
    rows = list(copies.open_changes().filter(made_at__gte=since, made_at__lte=before)[:MOST])
    if not rows:
        return
    people, sight = people_with(CHANGE_DELIVERIES), Sight()
    for one in rows:
        words = gettext_noop("A copy of “%(title)s” has not followed its last change.")
        url = f"{reverse('publishing_corrections')}#owed-{one.pk}"
        yield News(CORRECTION.key, str(one.pk), sight.of_story(people, one), words, url, {"title": one.title})


_OF_CHANNELS = {
    Notice.Kinds.STOPPED: gettext_noop("%(channel)s has stopped: please connect it again"),
    Notice.Kinds.SILENT: gettext_noop("%(channel)s does not answer"),
    Notice.Kinds.EXPIRY: gettext_noop("%(channel)s: the access ends on %(time)s. Please connect it again."),
}


def channels(since: datetime) -> Iterator[News]:
    """The same events as the mails to the addresses of the channel; see told_by_wish."""
    now = timezone.now()
    found = [(one, event) for one in Channel.objects.usable() for event in by_channel.access(one, now)]
    begun = [(one, event) for one, event in found if (one.stopped_at or one.opened_at or now) >= since]
    if not begun:
        return
    people, sight = people_with(CHANGE_CHANNELS), Sight()
    for one, event in begun:
        values = {"channel": one.name}
        if one.expires_at:
            values["time"] = local_time(one.expires_at)
        about = f"{one.pk} {event.kind} {event.about}"
        url = reverse("publishing_channel", args=[one.pk])
        yield News(CHANNEL.key, about, sight.of_channel(people, one), _OF_CHANNELS[event.kind], url, values)


_MENDED_WITH: dict[str, str] = {Notice.Kinds.WAITING: CHANGE_DELIVERIES}


def told_by_wish(channel: Channel, kind: str, addresses: Iterable[str]) -> set[str]:
    """Of the addresses a channel's mails go to those of people who hear of it here, in the way they chose."""
    people = get_user_model().objects.with_perm(_MENDED_WITH.get(kind, CHANGE_CHANNELS)).exclude(email="")
    theirs = {email.lower() for email in people.values_list("email", flat=True)}
    return {one for one in addresses if one.lower() in theirs}


SOURCES = (approvals, drafts, incidents, submissions, deliveries, corrections, channels)


def connect() -> None:
    from cms.notices import mailing
    from cms.notices.kinds import add_kinds, add_sources
    from publishing.signals import sweeping

    add_kinds(*KINDS)
    add_sources(*SOURCES)
    if told_by_wish not in by_channel.told_otherwise:
        by_channel.told_otherwise.append(told_by_wish)
    sweeping.connect(mailing.sweep, dispatch_uid="personal-notices")
