"""What stories may be about, for the forms of the desk. Told by whoever makes stories: publishing knows no page type."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise

# Machine name -> name in words, filled when the app that makes such stories starts.
kinds: dict[str, str | Promise] = {}

_sources: list[Callable[[], Iterable[str]]] = []


def add_topics(source: Callable[[], Iterable[str]]) -> None:
    """``source`` is called each time a form asks for the names of topics."""
    _sources.append(source)


def topics() -> list[str]:
    """Names of all topics, as stories carry them, in alphabetical order."""
    return sorted({name for source in _sources for name in source()})
