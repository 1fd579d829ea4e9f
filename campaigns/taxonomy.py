"""Forms of scam and the groups of people they aim at: lists the office edits, with a starting text for each form.

The forms that come with the software follow the list of 24 that the national information-security authority publishes.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.lines import LinesField
from cms.incidents import Named


class ScamForm(Named):
    """One way of cheating people, with the words a new campaign about it starts from."""

    class Group(models.TextChoices):
        BRAND = "brand", _("impersonated brand")
        ACCOUNT = "account", _("account taken over")
        OTHER = "other", _("other combined forms")

    group = models.CharField(_("group"), max_length=10, choices=Group.choices, default=Group.OTHER)
    number = models.PositiveSmallIntegerField(_("number in the published list"), null=True, blank=True, unique=True)
    in_short = models.TextField(_("in short"), max_length=300, blank=True, help_text=_("One plain sentence."))
    # What a campaign starts from; it is checked and approved there.
    how_it_works = LinesField(_("how it works"), blank=True)
    signs = LinesField(_("signs"), blank=True)
    do_now = LinesField(_("what to do now"), blank=True)
    if_paid = LinesField(_("what to do if you have paid"), blank=True)

    class Meta(Named.Meta):
        verbose_name = _("scam form")
        verbose_name_plural = _("scam forms")
        ordering = ["number", "name"]


class TargetGroup(Named):
    """Whom a scam aims at, e.g. older people."""

    class Meta(Named.Meta):
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")
