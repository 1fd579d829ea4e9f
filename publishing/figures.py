"""The figures of posts, read and added up. A figure that is not told stays that; it is never taken for 0.

Reach is not added up: it counts people once for each post, and the same people see several.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from publishing.channels import adapters
from publishing.models import Channel, Delivery, Measurement
from publishing.series import series_of

MEASURES = ("views", "reach", "reactions", "comments", "shares")
ADDED_UP = ("views", "reactions", "comments", "shares")


@dataclass
class Figure:
    """One measure of one post, or of several added up.

    value    None: of none of them it is told
    posts    of how many the channels tell it
    is_gone  of at least one it was told once, and is no longer
    """

    measure: str
    value: int | None = None
    posts: int = 0
    is_gone: bool = False

    def add(self, told: dict[str, Any]) -> None:
        if (value := told.get(self.measure)) is not None:
            self.value = (self.value or 0) + int(value)
            self.posts += 1
        elif self.measure in told:
            self.is_gone = True


@dataclass(frozen=True)
class Measured:
    """A post and its newest figures. ``at`` is None where it was never asked about, or could not be."""

    delivery: Delivery
    told: dict[str, Any]
    at: datetime | None

    def figures(self, measures: Iterable[str] = MEASURES) -> list[Figure]:
        found = [Figure(measure) for measure in measures]
        for figure in found:
            figure.add(self.told)
        return found


@dataclass
class Sum:
    """Posts that belong together."""

    of: Any
    posts: int = 0
    at: datetime | None = None  # of the oldest of the newest figures: all are at least as new
    figures: dict[str, Figure] = field(default_factory=lambda: {name: Figure(name) for name in ADDED_UP})

    def add(self, post: Measured) -> None:
        self.posts += 1
        for figure in self.figures.values():
            figure.add(post.told)
        if post.at and (self.at is None or post.at < self.at):
            self.at = post.at

    def value(self, measure: str) -> int:
        """For sorting and drawing only."""
        return self.figures[measure].value or 0


def posts_out(days: int | None = None, series: str = "") -> QuerySet[Delivery]:
    """Posts that are out, of the last ``days`` days and of one series where it is given, the newest first."""
    posts = Delivery.objects.out().select_related("channel__organisation", "version").order_by("-sent_at", "-pk")
    if series:
        posts = posts.filter(version__series=series)
    return posts.filter(sent_at__gt=timezone.now() - timedelta(days=days)) if days else posts


def measured(posts: QuerySet[Delivery]) -> list[Measured]:
    """The posts with their newest figures. One query."""
    newest = Measurement.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id")
    told = posts.annotate(told=Subquery(newest.values("values")[:1]), told_at=Subquery(newest.values("at")[:1]))
    return [Measured(one, one.told or {}, one.told_at) for one in told]  # type: ignore[attr-defined]


def add_up(posts: Iterable[Measured], key: str) -> list[Sum]:
    """Sums by ``channel``, ``story`` or ``series``, most views first.

    ``of`` is the channel, the version that went out last, or the Series; posts of no series are in none of its sums.
    """
    sums: dict[Hashable, Sum] = {}
    for post in posts:
        which, of = _belongs_to(post.delivery, key)
        if of is not None:
            sums.setdefault(which, Sum(of)).add(post)
    return sorted(sums.values(), key=lambda one: (-one.value("views"), -one.posts, str(one.of)))


def _belongs_to(delivery: Delivery, key: str) -> tuple[Hashable, Any]:
    match key:
        case "channel":
            return delivery.channel_id, delivery.channel
        case "series":
            return delivery.version.series, series_of(delivery.version)
    return delivery.story, delivery.version


def measures_of(channel: Channel) -> tuple[str, ...]:
    """What this kind of channel can tell, in the usual order."""
    adapter = adapters().get(channel.kind)
    return tuple(name for name in MEASURES if adapter and name in adapter.measures)
