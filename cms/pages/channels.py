"""The page of official channels: how people tell the real Page, newspaper and broadcaster from an impostor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable

from cms.pages.base import SitePage
from cms.visible import visible
from publishing.models import Channel


class ChannelsPage(SitePage):
    """Every channel that this office and its partners really run: those connected here, and those listed by hand."""

    intro = models.TextField(_("introduction"), max_length=600, blank=True)

    localize_default_translation_mode = "simple"  # its channels are written by hand in each language
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

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["owners"] = by_owner(official_channels(self))
        return context


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


@dataclass(frozen=True)
class OfficialChannel:
    """One channel as the public is told of it. ``url`` or ``number`` may be empty, not both."""

    name: str
    kind: str
    owner: str
    url: str
    number: str
    is_stand_in: bool


def official_channels(page: ChannelsPage | None) -> list[OfficialChannel]:
    """The channels in use that have a public address, and those that ``page`` lists by hand, by owner and name.

    A stand-in is nobody's official channel: it is listed in the demonstration only.
    """
    connected = Channel.objects.usable().exclude(public_url="").select_related("organisation")
    if not settings.IS_DEMO:
        connected = connected.filter(is_sandbox=False)
    found = [
        OfficialChannel(
            each.name, str(each.get_kind_display()), each.organisation.name, each.public_url, "", each.is_sandbox
        )
        for each in connected
    ]
    if page is not None:
        found += [
            OfficialChannel(each.name, each.kind, each.owner, each.url, each.number, False)
            for each in page.others.all()
            if each.url or each.number
        ]
    return sorted(found, key=lambda each: (each.owner, each.name))


def by_owner(channels: list[OfficialChannel]) -> list[tuple[str, list[OfficialChannel]]]:
    """The same, owner by owner."""
    return [(owner, list(theirs)) for owner, theirs in groupby(channels, key=lambda each: each.owner)]


def page_of_channels(language: str) -> ChannelsPage | None:
    """The live page of official channels in a language."""
    return visible(ChannelsPage.objects.all()).filter(locale__language_code=language).first()
