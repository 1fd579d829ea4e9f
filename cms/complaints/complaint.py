"""A complaint: what somebody says is wrong with an answer, until when it is decided, and how it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.corrections import Correction
from cms.office_clocks import office_clocks
from cms.pages.answer import Answer, Change
from cms.re_review import Reason, add_reasons
from cms.sent_in.submissions import new_code
from publishing.signals import sweeping

# What may have come of a complaint that was right.
_CORRECTING = (Change.CORRECTION, Change.UPDATE, Change.RETRACTION)


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def open(self) -> ComplaintQuerySet:
        return self.filter(decided_at__isnull=True)

    def upheld(self) -> ComplaintQuerySet:
        """Decided, and right at least in part."""
        return self.filter(outcome__in=[Complaint.Outcome.UPHELD, Complaint.Outcome.PARTLY])

    def with_contact_past_its_time(self) -> ComplaintQuerySet:
        until = timezone.now() - timedelta(days=settings.CONTACT_DAYS)
        return self.exclude(contact="").filter(decided_at__lte=until)


class Complaint(models.Model):
    """What somebody says against an answer. The only person it may name is whoever complains, for a while.

    replier         for a reply: the organisation or role it speaks for
    is_named        for a reply: ``replier`` is a private person who asks to be named and signs for it
    may_be_counted  whether a correction that follows may say that a complaint led to it
    due_at          by when it is decided, as it was promised; a later change of the clocks leaves it
    correction      what came of it, where it was right
    """

    class Kind(models.TextChoices):
        ERROR = "error", _("something in it is wrong")
        REPLY = "reply", _("it is about us, and we want to reply")
        PERSONAL = "personal", _("it shows personal data")
        COPYRIGHT = "copyright", _("it uses something that is ours (copyright)")
        OTHER = "other", _("something else")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("right: the answer is corrected")
        PARTLY = "partly", _("right in part")
        REJECTED = "rejected", _("not right: the answer stays")

    code = models.CharField(max_length=14, unique=True, default=new_code, editable=False)
    kind = models.CharField(_("what it is about"), max_length=10, choices=Kind.choices)
    page = models.ForeignKey(
        Answer, verbose_name=_("answer"), on_delete=models.SET_NULL, null=True, blank=True, related_name="complaints"
    )
    text = models.TextField(_("what is said"), max_length=5000)
    url = models.URLField(_("where it can be seen"), max_length=600, blank=True)
    replier = models.CharField(_("who replies"), max_length=200, blank=True)
    is_named = models.BooleanField(default=False)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    contact_deleted_at = models.DateTimeField(null=True, editable=False)
    consent_at = models.DateTimeField(editable=False)
    may_be_counted = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE, editable=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), editable=False)
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome.choices, blank=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    correction = models.ForeignKey(
        Correction,
        verbose_name=_("correction"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["-received_at", "-id"]
        permissions = [("decide_complaint", _("Can decide about complaints"))]
        indexes = [models.Index(fields=["due_at"], condition=Q(decided_at__isnull=True), name="complaint_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(~Q(outcome=""), ~Q(reason=""), decided_at__isnull=False, decided_by__isnull=False),
                name="complaint_decided_whole",
            )
        ]

    def __str__(self) -> str:
        # Logs keep this for ever: they name the code, not what was said.
        return self.code

    @property
    def is_reply(self) -> bool:
        return self.kind in {self.Kind.REPLY}

    @property
    def is_late(self) -> bool:
        return self.decided_at is None and self.due_at < timezone.now()

    @property
    def said(self) -> str:
        """Its beginning, for lists."""
        said = " ".join(self.text.split())
        return said if len(said) <= 160 else said[:159].rstrip() + "…"

    @property
    def contact_goes_at(self) -> Any:
        """When the contact is deleted; None before the decision."""
        return self.decided_at + timedelta(days=settings.CONTACT_DAYS) if self.decided_at else None


@transaction.atomic
def receive(**values: Any) -> Complaint:
    """Keeps one complaint; ``values`` are the model's fields, texts tidied already. The first letter is queued with it."""
    from cms.complaints.letters import ComplaintLetter

    now = timezone.now()
    made = Complaint.objects.create(
        consent_at=now, received_at=now, due_at=office_clocks().complaint_due(now), **values
    )
    ComplaintLetter.owe(made, ComplaintLetter.About.RECEIVED)
    return made


def delete_contacts(**signal: Any) -> int:
    """Empties every contact some time after the decision, as that of a submission. Returns how many; again does nothing."""
    past = Complaint.objects.with_contact_past_its_time()
    return past.update(contact="", contact_deleted_at=timezone.now())


def belongs_to(sender: type[Correction], instance: Correction, created: bool, **signal: Any) -> None:
    """A correction made after complaints about its answer were upheld is what came of them."""
    if created and instance.kind in _CORRECTING:
        waiting = Complaint.objects.upheld().filter(page=instance.page_id, correction__isnull=True)
        waiting.filter(decided_at__lte=instance.made_at).update(correction=instance)


def corrections_for(complaint: Complaint) -> models.QuerySet[Correction]:
    """What may have come of it."""
    return Correction.objects.filter(page=complaint.page_id, kind__in=_CORRECTING)


def complained_about() -> Iterator[Reason]:
    """Answers with a complaint that nobody has decided, or with one that was right and is not corrected. One query."""
    owed = Q(decided_at__isnull=True) | Q(outcome__in=["upheld", "partly"], correction__isnull=True)
    rows = Complaint.objects.filter(owed, page__isnull=False).order_by()
    for page, kind, received, decided in rows.values_list("page", "kind", "received_at", "decided_at"):
        if decided:
            yield Reason(page, decided, _("A complaint about it was right; the correction is still owed."))
        else:
            words = _("A complaint about it is not decided: %(kind)s.")
            yield Reason(page, received, words % {"kind": Complaint.Kind(kind).label})


def connect() -> None:
    """Connects to corrections, to the worker's sweep, and to what brings an answer back to the desk."""
    post_save.connect(belongs_to, sender=Correction, dispatch_uid="complaints")
    sweeping.connect(delete_contacts, dispatch_uid="complaint-contacts")
    add_reasons(complained_about)
