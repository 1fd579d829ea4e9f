"""Partners that hand over incidents by machine, their keys, and what each of them handed over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.incidents import Incident
from cms.partner_keys import Keyed, whose
from publishing.signals import sweeping

REPLY_DAYS = 7  # how long a request may be repeated with the same Idempotency-Key


class IntakePartner(models.Model):
    """An agency whose system hands over incidents. An organisation, never a person."""

    name = models.CharField(_("organisation"), max_length=200, unique=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("partner that hands over incidents")
        verbose_name_plural = _("partners that hand over incidents")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IntakeKeyQuerySet(models.QuerySet["IntakeKey"]):
    def valid(self) -> IntakeKeyQuerySet:
        """Those that open the door now."""
        now = timezone.now()
        return self.filter(revoked_at__isnull=True).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


class IntakeKey(Keyed):
    """One key of a partner. Two are valid at the same time while the partner changes from the one to the other.

    scopes  values of Scope: what may be done with it
    """

    class Scope(models.TextChoices):
        WRITE = "incidents:write", _("hand over incidents")
        READ = "incidents:read", _("read how they stand")

    partner = models.ForeignKey(IntakePartner, on_delete=models.PROTECT, related_name="keys")
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = IntakeKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake key")
        verbose_name_plural = _("intake keys")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def is_valid(self) -> bool:
        return not self.revoked_at and (self.expires_at is None or self.expires_at > timezone.now())

    @classmethod
    def with_key(cls, key: str) -> IntakeKey | None:
        """The valid one with this key, with its partner."""
        return whose(key, cls.objects.valid().select_related("partner"))


class HandedOver(models.Model):
    """That a partner handed over an incident, under the number it has there.

    fingerprint  SHA-256 of what was sent: tells a repeat from something else under the same number
    """

    partner = models.ForeignKey(IntakePartner, on_delete=models.PROTECT, related_name="handed_over")
    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="handed_over")
    reference = models.CharField(_("reference of the partner"), max_length=120)
    fingerprint = models.CharField(max_length=64, editable=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("handed-over incident")
        verbose_name_plural = _("handed-over incidents")
        constraints = [models.UniqueConstraint(fields=["partner", "reference"], name="reference_once_a_partner")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.reference}"


class IntakeReply(models.Model):
    """What was answered to a request with an Idempotency-Key, to be answered again. Holds nothing of the request's text."""

    partner = models.ForeignKey(IntakePartner, on_delete=models.CASCADE, related_name="+")
    idempotency_key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("reply to a partner")
        verbose_name_plural = _("replies to partners")
        constraints = [models.UniqueConstraint(fields=["partner", "idempotency_key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.status}"


def forget_replies(**signal: Any) -> int:
    """Deletes the replies that nobody may ask for again. Returns how many."""
    old = IntakeReply.objects.filter(made_at__lt=timezone.now() - timedelta(days=REPLY_DAYS))
    return old.delete()[0]


def connect() -> None:
    """Connects the deletion to the worker's sweep, about once a minute."""
    sweeping.connect(forget_replies, dispatch_uid="intake-replies")
