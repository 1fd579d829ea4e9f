"""Stories that belong together, such as all posts of a campaign: which there are, and how each is marked on the desk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from publishing.agencies import visible_to
from publishing.models import StoryVersion

COLOURS = 8  # desk.css has as many; a colour only helps to find what the name says


@dataclass(frozen=True)
class Series:
    """``tone`` is 1 to COLOURS, and the same wherever and whenever the series is shown."""

    key: str
    name: str

    @property
    def tone(self) -> int:
        return hashlib.sha256(self.key.encode()).digest()[0] % COLOURS + 1

    def __str__(self) -> str:
        return self.name


def series_of(version: StoryVersion) -> Series | None:
    """What this story is a part of; None for most."""
    return Series(version.series, version.series_name) if version.series else None


def all_series(user: Any) -> list[Series]:
    """Every series that the person may see, under the name its newest version gave it, by name. One query."""
    newest = (
        visible_to(user, StoryVersion.objects.exclude(series="")).values("series").annotate(last=Max("pk")).order_by()
    )
    found = StoryVersion.objects.filter(pk__in=newest.values("last")).order_by().values_list("series", "series_name")
    return sorted((Series(key, name) for key, name in found), key=lambda one: (one.name, one.key))
