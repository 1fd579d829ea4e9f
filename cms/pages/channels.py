"""The page of official channels: how people tell the real Page, newspaper and broadcaster from an impostor."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable

from cms.pages.base import SitePage


class ChannelsPage(SitePage):
    """Every channel that this office and its partners really run: those connected here, and those listed by hand."""

    intro = models.TextField(_("introduction"), max_length=600, blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [
        *SitePage.content_panels,
        FieldPanel("intro"),
        InlinePanel("others", label=_("Channel"), heading=_("Channels that are not connected here")),
    ]

    class Meta:
        verbose_name = _("page of official channels")
        verbose_name_plural = _("pages of official channels")


class OtherChannel(Orderable):
    """An official channel to which this site does not publish, such as a hotline or an account run by hand."""

    page = ParentalKey(ChannelsPage, on_delete=models.CASCADE, related_name="others")
    name = models.CharField(_("name"), max_length=120, help_text=_("As people know it, e.g. the Page's name."))
    kind = models.CharField(_("kind"), max_length=60, help_text=_("e.g. Facebook Page, Zalo Official Account, hotline"))
    owner = models.CharField(_("owner"), max_length=200)
    url = models.URLField(_("public address"), blank=True)
    number = models.CharField(_("telephone number"), max_length=40, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("other official channel")
        verbose_name_plural = _("other official channels")

    def __str__(self) -> str:
        return self.name
