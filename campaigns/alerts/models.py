"""An alert, who wants to be told by mail, and what each was sent.

An alert is written once and approved by a second person. It is changed by another one that replaces it, and taken back
by one that cancels it: programs that read the Common Alerting Protocol follow the same chain.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign


class AlertQuerySet(models.QuerySet["Alert"]):
    def out(self) -> AlertQuerySet:
        """Every message that went out: approved and begun. Those that were replaced or ran out since are among them."""
        return self.filter(state=Alert.State.APPROVED, starts_at__lte=timezone.now())

    def current(self) -> AlertQuerySet:
        """The warnings that hold now: out, not run out, not replaced and not taken back."""
        after = Alert.objects.order_by().filter(replaces=OuterRef("pk"), state=Alert.State.APPROVED)
        held = self.out().filter(expires_at__gt=timezone.now()).exclude(message=Alert.Message.CANCEL)
        return held.filter(~Exists(after))

    def latest_of_each(self) -> AlertQuerySet:
        """What the public list shows: of every warning that went out its last wording, with ``taken_back`` or not."""
        after = Alert.objects.order_by().filter(replaces=OuterRef("pk"), state=Alert.State.APPROVED)
        told = self.out().exclude(message=Alert.Message.CANCEL)
        return told.filter(~Exists(after.filter(message=Alert.Message.UPDATE))).annotate(
            taken_back=Exists(after.filter(message=Alert.Message.CANCEL))
        )

    def gravest_first(self) -> AlertQuerySet:
        rank = Case(*(When(severity=each, then=place) for place, each in enumerate(Alert.Severity)), default=9)
        return self.order_by(rank, "-starts_at", "-pk")


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
    # Everybody who wrote any of it: none of them approves it.
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False)

    objects = AlertQuerySet.as_manager()

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and Alert.objects.filter(pk=self.pk, state=Alert.State.APPROVED).exists():
            raise TypeError("an approved alert is replaced by another one, never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.state == Alert.State.APPROVED:
            raise TypeError("an approved alert is taken back by another one, never deleted")
        return super().delete(*args, **kwargs)

    @property
    def is_out(self) -> bool:
        return self.state == Alert.State.APPROVED and self.starts_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_cancel(self) -> bool:
        return self.message == Alert.Message.CANCEL

    @property
    def public_at(self) -> datetime:
        """Since when anybody can read it; of an approved one only."""
        return max(self.approved_at or self.made_at, self.starts_at)

    @property
    def follower(self) -> Alert | None:
        """The approved message that replaced this one or took it back."""
        return Alert.objects.filter(replaces=self.pk, state=Alert.State.APPROVED).first()


# An address that was not confirmed is forgotten after this long.
UNCONFIRMED = timedelta(days=2)


class Subscriber(models.Model):
    """An address that asked for warnings by mail. Nothing else is known of it; unsubscribing deletes the row."""

    address = models.EmailField(max_length=254, unique=True)  # lower case
    language = models.CharField(max_length=12, default="vi")
    # Random parts of the links in the mails; nobody who does not have the mail can confirm or unsubscribe.
    token = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)  # null: not yet; deleted after two days
    # The mail with the link that confirms. It is sent by the worker: a form that waits longer for some addresses than for
    # others tells which ones are known.
    link_tried_at = models.DateTimeField(null=True)
    link_sent_at = models.DateTimeField(null=True)

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
    refused_at = models.DateTimeField(null=True)  # for good: it is not tried again
    words = models.TextField(blank=True)  # why it did not go, a msgid, without the address

    class Meta:
        verbose_name = _("mail of an alert")
        verbose_name_plural = _("mails of alerts")
        constraints = [models.UniqueConstraint(fields=["alert", "subscriber"], name="alert_mail_once")]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(sent_at__isnull=True, refused_at__isnull=True),
                name="alert_mail_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id}/{self.subscriber_id}"


def next_change() -> datetime | None:
    """When a warning begins or runs out next, by itself; None where none does."""
    now, told = timezone.now(), Alert.objects.filter(state=Alert.State.APPROVED)
    begins = told.filter(starts_at__gt=now).aggregate(at=models.Min("starts_at"))["at"]
    ends = told.filter(expires_at__gt=now).aggregate(at=models.Min("expires_at"))["at"]
    return min((when for when in (begins, ends) if when), default=None)
