"""Indicators of a scam: addresses, names and numbers it uses, for readers masked, for banks and telecoms whole.

An indicator is about a thing, never about a person: there is no field for bank accounts or for who is behind it. Each has
its evidence, its approval by a second person and its end, and everybody may say that it is listed wrongly.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from cms.partner_keys import Keyed, whose
from cms.sent_in.submissions import new_code


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def public(self) -> IndicatorQuerySet:
        """What may be shown now: approved, not hidden, not expired, of a campaign that stands."""
        return self.filter(
            state=Indicator.State.APPROVED, expires_on__gte=timezone.localdate(), campaign__live=True
        ).exclude(campaign__change_kind="retraction")


class Indicator(models.Model):
    """One address, name or number that a scam uses."""

    class Kind(models.TextChoices):
        WEB = "web", _("web address")
        ACCOUNT = "account", _("account name of an abused brand")
        PHONE = "phone", _("phone number used by the scam")
        SENDER = "sender", _("name of an SMS sender")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        HIDDEN = "hidden", _("hidden: wrongly listed")

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="indicators"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    value = models.CharField(
        _("value"), max_length=500, help_text=_("As it was seen. The public sees it defanged or partly covered.")
    )
    # As it is compared: lower case, no blanks, no scheme; set when it is written.
    normal = models.CharField(max_length=500, editable=False)
    evidence = models.TextField(
        _("evidence"), max_length=1000, help_text=_("How the office knows, in words the public may read.")
    )
    evidence_url = models.URLField(_("link"), max_length=600, blank=True)
    kept_copy = models.ForeignKey(
        "cms.KeptCopy", verbose_name=_("kept copy"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_on = models.DateField(_("seen on"), default=timezone.localdate)
    expires_on = models.DateField(
        _("shown until"), help_text=_("Numbers and addresses change hands: at most 180 days, then look again.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    # Everybody who wrote any of it: none of them approves it.
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["kind", "normal"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "kind", "normal"], name="indicator_once"),
            models.CheckConstraint(
                name="indicator_approved_by_somebody",
                condition=~models.Q(state="approved") | models.Q(approved_by__isnull=False),
            ),
        ]
        permissions = [("approve_indicator", _("Can approve indicators and decide on complaints about them"))]

    def __str__(self) -> str:
        return self.value


class ListingComplaint(models.Model):
    """Somebody says that an indicator is listed wrongly. ``contact`` is optional and deleted after the decision."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        AGREED = "agreed", _("agreed: hidden")
        REFUSED = "refused", _("refused")

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="complaints")
    code = models.CharField(max_length=20, unique=True, default=new_code)  # with it whoever complained follows it
    reason = models.TextField(_("why it is wrong"), max_length=1500)
    contact = models.CharField(_("how to reach you"), max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(_("decision in words"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("complaint about a listing")
        verbose_name_plural = _("complaints about listings")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.get_state_display()}"


class Partner(Keyed):
    """A bank, telecom or agency that may read whole indicators with a key. The key is shown once and kept as a hash."""

    name = models.CharField(_("organisation"), max_length=200, unique=True)
    is_active = models.BooleanField(_("may read"), default=True)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def with_key(cls, key: str) -> Partner | None:
        """Whose key this is, if it still may read."""
        return whose(key, cls.objects.filter(is_active=True))
