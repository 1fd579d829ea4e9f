"""What somebody concerned replies to an answer, in their own words: part of the page, so two people pass it like the rest."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

from cms.fields import TodayField


class Reply(Orderable):
    """One reply, attributed to an organisation or a role; to a private person's name only at that person's own wish."""

    page = ParentalKey("cms.Answer", on_delete=models.CASCADE, related_name="replies")
    by = models.CharField(
        _("who replies"),
        max_length=200,
        help_text=_(
            "An organisation or a role, e.g. “Management of the Suối Mơ market”. Never a private person’s name."
        ),
    )
    is_named = models.BooleanField(
        _("a private person who asked to be named and signed for it"),
        default=False,
        help_text=_("Only then may a person’s name stand above."),
    )
    text = models.TextField(_("the reply in their own words"), max_length=5000)
    received_on = TodayField(_("received on"), default=timezone.localdate)

    panels = [FieldPanel("by"), FieldPanel("is_named"), FieldPanel("text"), FieldPanel("received_on")]

    class Meta(Orderable.Meta):
        verbose_name = _("reply of somebody concerned")
        verbose_name_plural = _("replies of those concerned")

    def __str__(self) -> str:
        return self.by
