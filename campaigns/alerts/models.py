"""An alert, who wants to be told by mail, and what each was sent.

An alert is written once and approved by a second person. It is changed by another one that replaces it, and taken back
by one that cancels it: programs that read the Common Alerting Protocol follow the same chain.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign


class Alert(models.Model):
    """One warning, as it was approved."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("sent back")

    class Message(models.TextChoices):
        ALERT = "Alert", _("new warning")
        UPDATE = "Update", _("changed warning")
        CANCEL = "Cancel", _("warning taken back")

    class Severity(models.TextChoices):
        EXTREME = "Extreme", _("extreme")
        SEVERE = "Severe", _("severe")
        MODERATE = "Moderate", _("moderate")
        MINOR = "Minor", _("minor")

    # Unique for good, for programs: part of the identifier of the Common Alerting Protocol.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="alerts", null=True, blank=True
    )
    message = models.CharField(max_length=10, choices=Message.choices, default=Message.ALERT, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", editable=False
    )
    language = models.CharField(_("language"), max_length=12, default="vi")
    headline = models.CharField(
        _("headline"), max_length=140, help_text=_("What is happening, in one sentence of at most 140 characters.")
    )
    description = models.TextField(_("description"), max_length=1200)
    instruction = models.TextField(_("what to do"), max_length=600)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.MODERATE)
    places = models.ManyToManyField(
        "cms.Place", verbose_name=_("places"), blank=True, related_name="+", help_text=_("None: the whole province.")
    )
    starts_at = models.DateTimeField(_("shown from"), default=timezone.now)
    expires_at = models.DateTimeField(_("shown until"))
    sends_mail = models.BooleanField(_("also by e-mail to subscribers"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    comment = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["state", "expires_at"], name="alert_current")]
        constraints = [
            models.CheckConstraint(
                name="alert_approved_by_somebody",
                condition=~models.Q(state="approved") | models.Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_ends_after_start", condition=models.Q(expires_at__gt=models.F("starts_at"))
            ),
        ]
        permissions = [("approve_alert", _("Can approve alerts"))]

    def __str__(self) -> str:
        return self.headline


class Subscriber(models.Model):
    """An address that asked for warnings by mail. Nothing else is known of it; unsubscribing deletes the row."""

    address = models.EmailField(max_length=254, unique=True)  # lower case
    language = models.CharField(max_length=12, default="vi")
    # Random parts of the links in the mails; nobody who does not have the mail can confirm or unsubscribe.
    token = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)  # null: not yet; deleted after two days

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return str(self.pk)


class AlertMail(models.Model):
    """That a subscriber is owed the mail of an alert, and whether it went out. Once each, whatever is killed when."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="mails")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="mails")
    tried_at = models.DateTimeField(null=True)  # a call to the mail server began
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    words = models.TextField(blank=True)  # why it did not go, without the address

    class Meta:
        verbose_name = _("mail of an alert")
        verbose_name_plural = _("mails of alerts")
        constraints = [models.UniqueConstraint(fields=["alert", "subscriber"], name="alert_mail_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(sent_at__isnull=True), name="alert_mail_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id}/{self.subscriber_id}"
