"""The public's "please check this": what was sent in, its tracking code, and how long contact data is kept."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.claims import Verdict
from cms.incidents import Incident, family
from cms.kept import private_storage
from cms.pages.answer import Answer, AnsweredIncident, Change
from publishing.signals import sweeping

# Read aloud over the telephone without mistakes: no letter that looks or sounds like another.
_LETTERS = "23456789ABCDEFGHKMNPRSTUVWXYZ"


def new_code() -> str:
    """Twelve letters and digits in three groups, e.g. ``7KQM-2H9T-XW4R``: about 58 bits, not to be guessed."""
    return "-".join("".join(secrets.choice(_LETTERS) for _i in range(4)) for _group in range(3))


def normal_code(typed: str) -> str:
    """The code as we write it, from what a person typed: in small letters, with blanks, without dashes."""
    bare = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed).upper())
    return "-".join(bare[start : start + 4] for start in range(0, len(bare), 4))


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def with_phase(self) -> SubmissionQuerySet:
        """Adds ``phase_now``: what was decided about the submission or, once it belongs to an incident, how that stands.

        "Answered" is nowhere stored: it holds as long as an answer to the incident is published and not retracted.
        """
        phase = Submission.Phase
        ended = [phase.NOT_CHECKABLE, phase.CLOSED]
        is_closed = Q(incident__status=Incident.Status.CLOSED)
        return self.annotate(is_answered=Exists(_answering(OuterRef("incident")))).annotate(
            phase_now=Case(
                When(phase__in=ended, then=F("phase")),
                When(is_answered=True, then=models.Value(phase.ANSWERED.value)),
                When(is_closed, then=models.Value(phase.CLOSED.value)),
                When(incident__isnull=False, then=models.Value(phase.CHECKING.value)),
                default=F("phase"),
                output_field=models.CharField(),
            )
        )

    def in_phase(self, phase: str) -> SubmissionQuerySet:
        """Those that stand so now."""
        found: Any = self.with_phase()  # the type of a query set forgets what was added to it
        return found.filter(phase_now=phase)

    def firsts(self) -> SubmissionQuerySet:
        """One of each group: the first that said it."""
        return self.filter(same_as__isnull=True)

    def group_of(self, first: Submission) -> SubmissionQuerySet:
        """A first and everything that says the same."""
        return self.filter(Q(pk=first.pk) | Q(same_as=first))

    def with_contact_past_its_time(self) -> SubmissionQuerySet:
        until = timezone.now() - timedelta(days=settings.CONTACT_DAYS)
        return self.exclude(contact="").filter(received_at__lte=until)


def _answering(incident: Any) -> QuerySet[AnsweredIncident]:
    """That an incident has an answer that stands: published, with a verdict, not retracted."""
    its = Q(incident=incident) | Q(incident__merged_into=incident)
    standing = AnsweredIncident.objects.filter(its, page__live=True)
    return standing.exclude(page__rebuttal__verdict=Verdict.VERIFYING).exclude(page__change_kind=Change.RETRACTION)


@dataclass(frozen=True)
class Step:
    """One line of what became of a submission: a phase and when it was reached."""

    phase: Submission.Phase
    at: datetime | None


class Submission(models.Model):
    """Something a member of the public asks to be checked. The only person it may name is its sender, for a while."""

    class Phase(models.TextChoices):
        RECEIVED = "received", _("received")
        CHECKING = "checking", _("being verified")
        ANSWERED = "answered", _("answered")
        NOT_CHECKABLE = "not_checkable", _("cannot be checked: opinion, prediction or satire")
        CLOSED = "closed", _("closed without an answer")

    code = models.CharField(_("tracking code"), max_length=14, unique=True, default=new_code, editable=False)
    text = models.TextField(_("message or claim"), max_length=5000, blank=True)
    url = models.URLField(_("link"), max_length=600, blank=True)
    picture = models.ImageField(
        _("picture"), upload_to="submitted/%Y/%m", storage=private_storage, blank=True, max_length=200
    )
    seen_on = models.CharField(_("where it was seen"), max_length=12, blank=True)
    place = models.ForeignKey(
        "cms.Place", verbose_name=_("place"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    contact_deleted_at = models.DateTimeField(null=True, editable=False)
    consent_at = models.DateTimeField(_("consent given"), editable=False)
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE, editable=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    phase = models.CharField(_("phase"), max_length=14, choices=Phase.choices, default=Phase.RECEIVED)
    incident = models.ForeignKey(
        Incident,
        verbose_name=_("incident"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="submissions",
    )
    # The first submission that says the same; empty for the first itself. Groups are one level deep.
    same_as = models.ForeignKey(
        "self", verbose_name=_("same as"), on_delete=models.SET_NULL, null=True, blank=True, related_name="repeats"
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["phase", "-received_at"], name="submission_inbox")]

    def __str__(self) -> str:
        # Logs keep this for ever: they name the code, not what was said.
        return self.code

    @property
    def said(self) -> str:
        """Its beginning, for lists."""
        said = " ".join(self.text.split()) or self.url
        return said if len(said) <= 160 else said[:159].rstrip() + "…"

    @property
    def first(self) -> Submission:
        """The first of its group: itself, or the one it repeats."""
        return self.same_as or self

    @property
    def phase_label(self) -> str:
        """How it stands, in words; as of now where ``with_phase()`` was asked."""
        return str(self.Phase(getattr(self, "phase_now", self.phase)).label)

    @property
    def seen_on_label(self) -> str:
        from cms.incidents import Appearance

        return str(dict(Appearance.Platform.choices).get(self.seen_on, self.seen_on))

    @property
    def contact_days_left(self) -> int:
        """Days until the contact is deleted; 0 on the last one."""
        ends = self.received_at + timedelta(days=settings.CONTACT_DAYS)
        return max(0, (ends - timezone.now()).days)

    def answers(self) -> list[Answer]:
        """The published answers to its incident, newest first, retracted ones too: their page says why."""
        if not self.incident_id:
            return []
        live = Answer.objects.live().public().exclude(rebuttal__verdict=Verdict.VERIFYING)
        found = live.filter(answered__incident__in=family([self.incident_id])).distinct().select_related("locale")
        return list(found.order_by("-first_published_at"))

    def steps(self) -> list[Step]:
        """The way it went, oldest first; the last is how it stands now."""
        annotated: Any = Submission.objects.with_phase().get(pk=self.pk)
        now = annotated.phase_now
        went = [Step(self.Phase.RECEIVED, self.received_at)]
        went += [Step(self.Phase(change.phase), change.at) for change in self.changes.all()]
        if now in {self.Phase.ANSWERED, self.Phase.CLOSED} and went[-1].phase != now and self.incident:
            status = Incident.Status.ANSWERED if now == self.Phase.ANSWERED else Incident.Status.CLOSED
            reached = self.incident.whole_life().filter(status=status).order_by("-at").first()
            # An answer that was there already answers it from the moment the two were brought together.
            at = max(reached.at, went[-1].at or reached.at) if reached else None
            went.append(Step(self.Phase(now), at))
        return went


class SubmissionChange(models.Model):
    """That a submission reached a phase: one line of what its sender is told. Append-only."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="changes")
    phase = models.CharField(max_length=14, choices=Submission.Phase.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of a submission")
        verbose_name_plural = _("changes of submissions")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.get_phase_display()}"


def decide(submissions: Iterable[Submission], phase: str, incident: Incident | None = None) -> list[Submission]:
    """Gives submissions a phase and their incident, and writes down when. Returns those that were changed."""
    changed = [one for one in submissions if (one.phase, one.incident_id) != (phase, incident.pk if incident else None)]
    with transaction.atomic():
        for one in changed:
            if one.phase != phase:
                SubmissionChange.objects.create(submission=one, phase=phase)
            one.phase, one.incident = phase, incident
            one.save(update_fields=["phase", "incident"])
    return changed


def delete_contacts(**signal: Any) -> int:
    """Empties every contact that was kept for settings.CONTACT_DAYS days. Returns how many; again does nothing."""
    past = Submission.objects.with_contact_past_its_time()
    return past.update(contact="", contact_deleted_at=timezone.now())


def connect() -> None:
    """Connects the deletion to the worker's sweep, about once a minute."""
    sweeping.connect(delete_contacts, dispatch_uid="contacts")
