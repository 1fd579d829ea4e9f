"""Letters to whoever complained and left an e-mail address: that it came, and how it was decided. Sent by the worker's sweep.

A letter is a row, made in the transaction of what it tells, and sent at most once that we know of: before the call the row
says that it was tried, afterwards that it is out. Of a call that was cut off nobody knows; it is sent again later with the
same Message-ID. Once the contact is deleted nothing is sent any more.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cms.about import about_site
from cms.complaints.complaint import Complaint
from cms.mail_outcome import Outcome
from cms.mail_post import Post
from cms.translation import languages
from publishing.signals import sweeping

SECONDS = 10.0  # of one turn
MOST = 200
MOST_TRIES = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)


class ComplaintLetter(models.Model):
    """One letter that is owed. ``ended_at``: it is out, refused, or given up."""

    class About(models.TextChoices):
        RECEIVED = "received", _("received")
        DECIDED = "decided", _("decided")

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="letters")
    about = models.CharField(max_length=10, choices=About.choices)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("letter about a complaint")
        verbose_name_plural = _("letters about complaints")
        constraints = [models.UniqueConstraint(fields=["complaint", "about"], name="complaint_letter_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True), name="complaint_letter_due")]

    def __str__(self) -> str:
        return f"{self.complaint_id}: {self.about}"

    @classmethod
    def owe(cls, complaint: Complaint, about: str) -> None:
        """Queues a letter where there is an address for it; again does nothing."""
        if "@" in complaint.contact:
            cls.objects.get_or_create(complaint=complaint, about=about)


def turn(seconds: float = SECONDS) -> int:
    """Sends what is due. Returns how many went out."""
    until, sent, post = time.monotonic() + seconds, 0, Post()
    due = ComplaintLetter.objects.filter(ended_at__isnull=True, due_at__lte=timezone.now())
    try:
        for letter in list(
            due.select_related("complaint__page", "complaint__correction").order_by("due_at", "pk")[:MOST]
        ):
            if post.is_away or time.monotonic() > until:
                break
            if _is_moot(letter) or not post.open() or not _take(letter):
                continue
            outcome = post.send(written(letter))
            mine = ComplaintLetter.objects.filter(pk=letter.pk)
            if outcome is Outcome.SENT:
                now = timezone.now()
                sent += mine.update(sent_at=now, ended_at=now)
            elif outcome is Outcome.REFUSED:
                mine.update(ended_at=timezone.now())
    finally:
        post.close()
    return sent


def _is_moot(letter: ComplaintLetter) -> bool:
    """Whether nobody can or need be written to any more; noted where it is so."""
    is_told = letter.about == ComplaintLetter.About.RECEIVED and letter.complaint.decided_at is not None
    if "@" in letter.complaint.contact and letter.tries < MOST_TRIES and not is_told:
        return False
    ComplaintLetter.objects.filter(pk=letter.pk).update(ended_at=timezone.now())
    return True


def _take(letter: ComplaintLetter) -> bool:
    """Puts the next try off before this one begins. False: another worker was faster."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**letter.tries)
    mine = ComplaintLetter.objects.filter(pk=letter.pk, due_at=letter.due_at, ended_at=None)
    return bool(mine.update(due_at=timezone.now() + pause, tries=F("tries") + 1))


def written(letter: ComplaintLetter) -> EmailMultiAlternatives:
    """The letter in the language of the form."""
    complaint = letter.complaint
    is_decided = letter.about == ComplaintLetter.About.DECIDED
    with translation.override(complaint.language), timezone.override(timezone.get_default_timezone()):
        subject = gettext("Your complaint is decided") if is_decided else gettext("We have your complaint")
        about = about_site()
        shown: dict[str, Any] = {
            "complaint": complaint,
            "is_decided": is_decided,
            "subject": subject,
            "url": settings.BASE_URL + reverse("complaint", args=[complaint.code]),
            "office": about.office.name if about and about.office else settings.WAGTAIL_SITE_NAME,
            "base_url": settings.BASE_URL,
            "is_demo": settings.IS_DEMO,
            "lang": languages.of_interface(),
        }
        made = EmailMultiAlternatives(
            f"{subject} ({complaint.code})",
            render_to_string("emails/complaint.txt", shown),
            to=[complaint.contact],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<complaint-{letter.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
            },
        )
        made.attach_alternative(render_to_string("emails/complaint.html", shown), "text/html")
    return made


def sweep(**signal: Any) -> None:
    turn()


def connect() -> None:
    """Connects to the worker's sweep."""
    sweeping.connect(sweep, dispatch_uid="complaint-letters")
