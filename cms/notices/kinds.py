"""What people can be told of. An app adds its kinds and its sources when it starts; nothing else knows them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class How(models.TextChoices):
    """How somebody wants to hear of a kind of thing."""

    OFF = "off", _("not at all")
    ADMIN = "admin", _("only here")
    DIGEST = "digest", _("here, and in a daily mail")
    ONCE = "once", _("here, and by mail at once")


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    key          at most 20 characters, never changed: it is stored
    permissions  with any of them a person may see what such notices are about; nobody else gets or reads one
    default      for who has not chosen
    order        of the choices in the account page
    """

    key: str
    label: str | Promise
    permissions: tuple[str, ...]
    default: How
    order: int = 100

    def may(self, user: Any) -> bool:
        return any(user.has_perm(permission) for permission in self.permissions)


@dataclass(frozen=True)
class News:
    """Something that happened.

    about   the same for the same event, at most 120 characters: each person is told once
    people  ids of those who are told; the source leaves out who did it and who may not see it
    words   a msgid, shown in the reader's language; ``values`` fills it. Of a draft no more than its title
    url     where the person sees it, a path of the admin
    """

    kind: str
    about: str
    people: Collection[int]
    words: str
    url: str
    values: dict[str, str] = field(default_factory=dict)


# Given the time since when something new may be told of; asks a constant number of questions.
Source = Callable[[datetime], Iterable[News]]

kinds: dict[str, Kind] = {}
sources: list[Source] = []


def add_kinds(*added: Kind) -> None:
    kinds.update({kind.key: kind for kind in added})


def add_sources(*added: Source) -> None:
    """Again does nothing."""
    sources.extend(one for one in added if one not in sources)


def kinds_for(user: Any) -> list[Kind]:
    """Those that this person may be told of."""
    return sorted((kind for kind in kinds.values() if kind.may(user)), key=lambda kind: kind.order)
