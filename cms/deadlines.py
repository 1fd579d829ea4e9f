"""The deadlines of an incident, in columns of it: what is owed by when, and when it came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.clocks import Clocks, left_in_words
from cms.office_clocks import OfficeClocks, office_clocks


class DeadlineQuerySet(models.QuerySet[Any]):
    def waiting(self) -> DeadlineQuerySet:
        """Those of which something is owed."""
        return self.filter(due_at__isnull=False)

    def late(self, now: datetime | None = None) -> DeadlineQuerySet:
        """Those of which something is overdue."""
        return self.filter(due_at__lt=now or timezone.now())


class WithDeadlines(models.Model):
    """Columns of Incident, apart because they are one idea.

    notice_due_at, noticed_at    by when the public hears of it first, and when it did: the first holding notice or answer
    answer_due_at, answered_at   the same for the first answer that is no holding notice
    again_at, again_due_at       since when it spreads again, and by when somebody looks at its answer; else empty
    due_at                       what is owed next, kept by the database; empty: nothing is

    The first notice and the first answer are kept whatever comes later, for reports.
    """

    notice_due_at = models.DateTimeField(_("first notice due"), null=True, editable=False)
    noticed_at = models.DateTimeField(_("first notice"), null=True, editable=False)
    answer_due_at = models.DateTimeField(_("answer due"), null=True, editable=False)
    answered_at = models.DateTimeField(_("first answer"), null=True, editable=False)
    again_at = models.DateTimeField(_("spreading again since"), null=True, editable=False)
    again_due_at = models.DateTimeField(_("second look due"), null=True, editable=False)
    due_at = models.GeneratedField(
        verbose_name=_("due"),
        expression=Case(
            When(Q(status="again") & Q(answered_at__isnull=False), then=F("again_due_at")),
            When(~Q(status__in=["answered", "closed", "merged"]) & Q(noticed_at__isnull=True), then=F("notice_due_at")),
            When(
                ~Q(status__in=["answered", "closed", "merged"]) & Q(answered_at__isnull=True), then=F("answer_due_at")
            ),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )

    # What set_deadlines and take_answer write, for ``update_fields``.
    DEADLINES = ("notice_due_at", "noticed_at", "answer_due_at", "answered_at", "again_at", "again_due_at")

    class Meta:
        abstract = True

    def set_deadlines(self, clocks: Clocks) -> None:
        """Works out what is still open; what was met keeps the deadline it was measured by. Does not save."""
        incident: Any = self
        if self.noticed_at is None:
            self.notice_due_at = clocks.notice_due(incident.registered_at, incident.urgency)
        if self.answered_at is None:
            self.answer_due_at = clocks.answer_due(incident.registered_at, incident.urgency)
        if incident.status == incident.Status.AGAIN:
            # There is an answer already: to look at it and to tell people again takes no longer than a first notice.
            self.again_at = self.again_at or timezone.now()
            self.again_due_at = clocks.notice_due(self.again_at, incident.urgency)
        else:
            self.again_at = self.again_due_at = None

    def take_answer(self, at: datetime, *, is_holding: bool) -> bool:
        """Notes that a notice or an answer was published at ``at``. Returns whether anything is new. Does not save."""
        incident: Any = self
        status = incident.Status
        before = (incident.status, self.noticed_at, self.answered_at)
        at = max(at, incident.registered_at)
        self.noticed_at = self.noticed_at or at
        if is_holding:
            if incident.status == status.REPORTED:
                incident.status = status.VERIFYING
        else:
            self.answered_at = self.answered_at or at
            is_newer = self.again_at is not None and at > self.again_at
            if incident.status in {status.REPORTED, status.VERIFYING} or (incident.status == status.AGAIN and is_newer):
                incident.status = status.ANSWERED
        return before != (incident.status, self.noticed_at, self.answered_at)

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()

    @property
    def left(self) -> str:
        """How long there is to what is owed next, in words; empty where nothing is."""
        return left_in_words(self.due_at, timezone.now()) if self.due_at else ""

    @property
    def owed(self) -> str:
        """What is owed next, in words; empty where nothing is."""
        if self.due_at is None:
            return ""
        if self.answered_at is not None:
            return str(_("spreading again: look at its answer"))
        return str(_("first notice")) if self.noticed_at is None else str(_("answer"))


@transaction.atomic
def renew_deadlines(**signal: Any) -> int:
    """Gives every open incident the deadlines that follow from the clocks as they are now. Returns how many changed.

    Only deadlines are written: what somebody answers meanwhile stays as it is.
    """
    from cms.incidents import Incident

    clocks = office_clocks().clocks()
    names = ("notice_due_at", "answer_due_at", "again_due_at")
    is_open = Q(answered_at__isnull=True) | Q(status=Incident.Status.AGAIN)
    changed = 0
    for incident in list(
        Incident.objects.filter(is_open)
        .exclude(status__in=[Incident.Status.CLOSED, Incident.Status.MERGED])
        .defer("claim", "note")
    ):
        before = {name: getattr(incident, name) for name in names}
        incident.set_deadlines(clocks)
        now = {name: getattr(incident, name) for name in names}
        if now != before:
            # One by one: as a single statement for many rows it took six times as long.
            changed += Incident.objects.filter(pk=incident.pk).update(**now)
    return changed


def connect() -> None:
    """Deadlines follow the office's clocks."""
    post_save.connect(renew_deadlines, sender=OfficeClocks, dispatch_uid="deadlines")
