"""The steps of setting up an office, which of them are done, and what somebody decided to leave out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.about import AboutSite
from cms.incidents import Place, Topic
from cms.office_clocks import OfficeClocks
from publishing.desk.base import may
from publishing.models import Channel, Organisation

ALLOWED = "cms.change_aboutsite"


class SettingUp(models.Model):
    """One row at most: what was left out on purpose, and when the list was put away."""

    skipped = models.JSONField(default=list, blank=True)  # keys of steps
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("setting up")
        verbose_name_plural = _("setting up")

    def __str__(self) -> str:
        return "setting up"


def setting_up() -> SettingUp:
    """Reads only; a row is written when somebody decides something."""
    return SettingUp.objects.first() or SettingUp(pk=1)


@dataclass(frozen=True)
class Step:
    """url  name of the address where it is done; permission  who may do it"""

    key: str
    title: str | Promise
    why: str | Promise
    url: str
    permission: str
    is_done: Callable[[], bool]


STEPS = (
    Step(
        "office",
        _("The office"),
        _("Its name signs every answer; its contact stands on every page."),
        "set_up_office",
        ALLOWED,
        lambda: AboutSite.objects.filter(office__isnull=False).exists(),
    ),
    Step(
        "clocks",
        _("Clocks and the working week"),
        _("How soon the office answers what, when it works, and its holidays."),
        "set_up_clocks",
        "cms.change_officeclocks",
        lambda: OfficeClocks.objects.exists(),
    ),
    Step(
        "people",
        _("People"),
        _("An answer needs three people at least: who writes it, who checks it, and who approves it."),
        "set_up_people",
        "cms.add_user",
        lambda: get_user_model().objects.filter(is_active=True, groups__isnull=False).distinct().count() >= 3,
    ),
    Step(
        "words",
        _("Topics and places"),
        _("What incidents are about, and where they spread. Readers find answers by them."),
        "set_up_words",
        "cms.add_topic",
        lambda: Topic.objects.exists() and Place.objects.exists(),
    ),
    Step(
        "channels",
        _("Channels"),
        _("Where answers go: Pages, newsrooms, loudspeakers, websites."),
        "set_up_channels",
        "publishing.add_channel",
        lambda: Channel.objects.exists(),
    ),
)


@dataclass(frozen=True)
class Standing:
    """How a step stands."""

    step: Step
    is_done: bool
    is_skipped: bool

    @property
    def is_open(self) -> bool:
        return not (self.is_done or self.is_skipped)


def standings(user: Any) -> list[Standing]:
    """Of the steps that this person may take; empty for who may take none. One query a step."""
    if not may(user, ALLOWED):
        return []
    skipped = setting_up().skipped
    return [Standing(one, one.is_done(), one.key in skipped) for one in STEPS if may(user, one.permission)]


def after(key: str, user: Any) -> str:
    """Name of the address of the next open step after this one, or of the list."""
    found = standings(user)
    keys = [one.step.key for one in found]
    later = found[keys.index(key) + 1 :] if key in keys else []
    return next((one.step.url for one in later if one.is_open), "set_up")


def is_fresh() -> bool:
    """Nothing was set up, and nobody said that nothing shall be."""
    return setting_up().closed_at is None and not Organisation.objects.filter(is_office=True).exists()
