"""What is approved and can be sent: the newest version of every story, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages

from publishing.agencies import sendable_by, visible_to
from publishing.desk.base import COMPOSE, DeskView, contains, may, paged
from publishing.desk.words import Badge, state_badge
from publishing.models import Channel, Delivery, State, StoryVersion


def newest() -> QuerySet[StoryVersion]:
    """The newest version of every story, retracted ones included."""
    latest = StoryVersion.objects.filter(key=OuterRef("key")).order_by("-revision").values("pk")[:1]
    return StoryVersion.objects.filter(pk=Subquery(latest))


def newest_of(key: str) -> StoryVersion | None:
    return StoryVersion.objects.filter(key=key).order_by("-revision").first()


def standing(keys: list[str]) -> dict[tuple[str, int], Delivery]:
    """The last delivery of each story on each channel that was not cancelled, by (key, channel id). One query."""
    deliveries = Delivery.objects.filter(story__in=keys).exclude(state=State.CANCELLED).with_names().order_by("pk")
    return {(one.story, one.channel_id): one for one in deliveries}


@dataclass(frozen=True)
class Row:
    """A story, with a badge for each channel it is planned for, and the channels that are left."""

    version: StoryVersion
    places: list[tuple[Channel, Badge]]
    unplanned: list[Channel]


class StoriesView(DeskView):
    """Ready to send. What is a part of a series is planned with it, and not listed."""

    allowed = (COMPOSE,)
    page_title = _("Ready to send")
    template_name = "publishing/stories.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = (
            visible_to(self.request.user, newest()).exclude(payload__is_retracted=True).exclude(payload__is_part=True)
        )
        versions = versions.order_by("-made_at", "-pk")
        text = self.request.GET.get("q", "").strip()
        if text:
            versions = versions.filter(contains(text, ["title"]))
        listing = paged(self, versions)
        shown = list(listing["page_obj"])
        channels = list(sendable_by(self.request.user, Channel.objects.all()))
        at = standing([one.key for one in shown])
        rows = [_row(version, at, channels) for version in shown]
        return super().get_context_data(rows=rows, q=text, has_channels=bool(channels), **listing, **kwargs)


def _row(version: StoryVersion, at: dict[tuple[str, int], Delivery], channels: list[Channel]) -> Row:
    here = [(channel, at.get((version.key, channel.pk))) for channel in channels]
    places = [(channel, state_badge(delivery)) for channel, delivery in here if delivery]
    return Row(version, places, [channel for channel, delivery in here if not delivery])


class StoryByKeyView(View):
    """Leads from a page's editor to the newest version of its story."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        if not may(request.user, COMPOSE):
            messages.error(request, gettext("You may not plan deliveries."))
            return redirect("wagtailadmin_home")
        version = newest_of(key)
        if version and visible_to(request.user, StoryVersion.objects.filter(pk=version.pk)).exists():
            return redirect("publishing_compose", version.pk)
        messages.warning(
            request, gettext("This answer is not ready yet. It will be listed here a minute after it was published.")
        )
        return redirect("publishing_stories")
