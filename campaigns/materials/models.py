"""A material and its versions. A version is written once; only its state moves on, and what is approved stays readable."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from campaigns.words import CampaignWords


class Material(models.Model):
    """One form of a campaign, in one language. ``kind`` is the key of a form in campaigns/materials/."""

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="materials"
    )
    kind = models.CharField(_("form"), max_length=30)
    # That of the campaign's page, or of a translation of this material alone, e.g. into a language of an ethnic minority.
    language = models.CharField(_("language"), max_length=12)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["campaign", "kind", "language"]
        constraints = [models.UniqueConstraint(fields=["campaign", "kind", "language"], name="material_once")]
        permissions = [("approve_material", _("Can approve materials of campaigns"))]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.kind} ({self.language})"


class MaterialVersion(models.Model):
    """What a material says at one time.

    content    {field name: text}, as its form defines the fields
    generated  what was generated from the campaign at the same time: where content differs, a person wrote it
    drawn_from digest of the campaign's words it was generated from (CampaignWords.digest)
    words      those words (CampaignWords.to_json), so that the same files can be made whatever the campaign says later
    sound_sha256  of the recording's file when it was chosen: what is approved is this file, whatever becomes of the other
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        REPLACED = "replaced", _("replaced")  # by a later version
        WITHDRAWN = "withdrawn", _("withdrawn")  # by a person, or with its campaign

    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    generated = models.JSONField(default=dict)
    drawn_from = models.CharField(max_length=12)
    words = models.JSONField(default=dict)
    sound = models.ForeignKey("wagtailmedia.Media", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sound_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        verbose_name = _("version of a material")
        verbose_name_plural = _("versions of materials")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["material", "number"], name="material_version_once"),
            models.UniqueConstraint(
                fields=["material"], condition=models.Q(state="approved"), name="material_approved_once"
            ),
            models.CheckConstraint(
                name="material_approved_by_somebody",
                condition=~models.Q(state="approved") | models.Q(approved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material} {self.number}"

    @property
    def campaign_words(self) -> CampaignWords:
        """The words this version was drawn from, in its own language."""
        return CampaignWords.from_json(self.words)


class DownloadCount(models.Model):
    """How often a material's files were fetched on one day. Nothing about who did."""

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="downloads")
    on = models.DateField(default=timezone.localdate)
    file = models.CharField(max_length=60)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("downloads of a day")
        verbose_name_plural = _("downloads of days")
        constraints = [models.UniqueConstraint(fields=["material", "on", "file"], name="downloads_of_a_day")]

    def __str__(self) -> str:
        return f"{self.material_id} {self.on}: {self.times}"
