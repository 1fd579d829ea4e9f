"""The kinds of channel. A module in this package with an Adapter subclass in it is one; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from django.utils.functional import Promise

from publishing.channels.base import Adapter


@cache
def adapters() -> dict[str, type[Adapter]]:
    """Every kind of channel by its ``kind``, in alphabetical order."""
    found: dict[str, type[Adapter]] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name in {"base", "http"}:
            continue
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for thing in vars(loaded).values():
            if isinstance(thing, type) and issubclass(thing, Adapter) and thing.__module__ == loaded.__name__:
                found[thing.kind] = thing
    return dict(sorted(found.items()))


def choices() -> list[tuple[str, str | Promise]]:
    """(kind, label) of every adapter, for a form field. A callable, so that a new kind needs no migration."""
    from django.utils.translation import gettext_lazy

    return [(kind, gettext_lazy(adapter.label)) for kind, adapter in adapters().items()]
