"""Lists and forms of the public site that are no pages: other apps tell theirs, and cms knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Listed:
    """One address for the sitemap, in the language that is active.

    path     without the host
    same     what it has in common with its translations
    changed  None where nobody can say
    """

    path: str
    same: str
    changed: datetime | None = None


# (name of the address, its word in the menu), in the order of the menu, after the list of answers.
menu_views: list[tuple[str, str | Promise]] = [
    ("search", _("Search")),
    ("topics", _("Topics")),
    ("places", _("Places")),
]

# Each is called once a language, while it is active.
for_sitemap: list[Callable[[str], Iterable[Listed]]] = []
