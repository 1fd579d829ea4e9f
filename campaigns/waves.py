"""Waves: which material goes to which channel when. A step becomes a delivery of the outbox; the wave moves and holds them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from campaigns.materials.models import Material
from publishing.models import Channel


class Wave(models.Model):
    """One push of a campaign: the launch, a reminder, the days before a holiday."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being planned")
        ON = "on", _("running")
        PAUSED = "paused", _("paused")
        OVER = "over", _("over")

    campaign = models.ForeignKey(Campaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="waves")
    name = models.CharField(_("name"), max_length=120)
    starts_at = models.DateTimeField(_("starts"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    pause_reason = models.CharField(_("why it was paused"), max_length=300, blank=True)
    over_at = models.DateTimeField(null=True)
    over_words = models.CharField(max_length=300, blank=True)  # msgid: why it is over
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.name

    def over_text(self) -> str:
        """Why it is over, in the reader's language."""
        return gettext(self.over_words) if self.over_words else ""


class WaveStep(models.Model):
    """One material on one channel, so long after the start of its wave."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="steps")
    material = models.ForeignKey(Material, verbose_name=_("material"), on_delete=models.PROTECT, related_name="steps")
    channel = models.ForeignKey(Channel, verbose_name=_("channel"), on_delete=models.PROTECT, related_name="+")
    after = models.DurationField(_("after the start"))

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["after", "id"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "material", "channel", "after"], name="wave_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.material} → {self.channel}"

    @property
    def at(self) -> datetime:
        """When it is planned, as the wave has it; its delivery may have been moved since."""
        return self.wave.starts_at + self.after

    @property
    def story_key(self) -> str:
        """The same for the life of this step."""
        return f"campaign-step-{self.pk}-{self.material.language}"
