"""The public's "please check this": what was sent in, its tracking code, and how long contact data is kept."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.incidents import Incident
from cms.kept import private_storage

# Read aloud over the telephone without mistakes: no letter that looks or sounds like another.
_LETTERS = "23456789ABCDEFGHKMNPRSTUVWXYZ"


def new_code() -> str:
    """Twelve letters and digits in three groups, e.g. ``7KQM-2H9T-XW4R``: about 58 bits, not to be guessed."""
    return "-".join("".join(secrets.choice(_LETTERS) for _i in range(4)) for _group in range(3))


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

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["phase", "-received_at"], name="submission_inbox")]

    def __str__(self) -> str:
        said = self.text or self.url or self.code
        return said if len(said) <= 90 else said[:89].rstrip() + "…"
