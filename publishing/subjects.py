"""What stories may be about, for the forms of the desk. Told by whoever makes stories: publishing knows no page type."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise

# Machine name -> name in words, filled when the app that makes such stories starts.
kinds: dict[str, str | Promise] = {}

_sources: list[Callable[[], Iterable[tuple[str, str]]]] = []


def add_topics(source: Callable[[], Iterable[tuple[str, str]]]) -> None:
    """``source`` is called each time a form asks for topics, and gives (key, name) of each."""
    _sources.append(source)


def topics() -> list[tuple[str, str]]:
    """(key, name) of every topic that a story may have, by name."""
    return sorted((topic for source in _sources for topic in source()), key=lambda topic: topic[1])
