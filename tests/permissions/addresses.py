"""Every URL pattern that the project routes, and how an address of it is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions.world import World

_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
# A group of a pattern that is a regular expression, named or not, with at most one group inside.
_GROUP = re.compile(r"\((?:\?P<(?P<name>\w+)>)?(?:[^()]|\([^()]*\))*\)")
# Groups without a name, in order, by the name of the URL; and patterns that are a rule more than an address.
_UNNAMED = {
    "wagtailadmin_pages:revisions_compare": ("page_id", "earliest", "latest"),
    "wagtaildocs_serve": ("document_id", "mau.txt"),
    "wagtail_serve": ("",),
}
_ITSELF = {"admin/^.*/$": "admin/no-such-page/"}


@dataclass(frozen=True)
class Address:
    """``name`` is what a row of the matrix is called: the URL's name, or the pattern where it has none. Where several
    patterns share a name the later ones have a number."""

    name: str
    pattern: str
    view: Any

    def path(self, world: World, given: dict[str, str] | None = None) -> str:
        """An address of things that are there; ``given`` are parameters that shall be something else."""

        def value(found: re.Match[str]) -> str:
            name = found.group(1) or ""
            if name in (given or {}):
                return (given or {})[name]
            if name:
                return world.value(self.name, name)
            word = next(unnamed)
            return str(world.values.get(word, word))

        unnamed = iter(_UNNAMED.get(self.name.partition("#")[0], ()))
        path = _ITSELF.get(self.pattern, self.pattern)
        path = _CONVERTED.sub(value, path) if "(?P" not in path and "(" not in path else _GROUP.sub(value, path)
        return "/" + re.sub(r"[\^$]|\\(?=\.)", "", path)


def _walk(resolver: URLResolver, before: str = "", namespace: str = "") -> Iterator[tuple[str, str, Any]]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield f"{namespace}{one.name}" if one.name else pattern, pattern, one.callback
        else:
            yield from _walk(one, pattern, namespace + (f"{one.namespace}:" if one.namespace else ""))


def addresses() -> list[Address]:
    """All of them, in the order in which they are tried, with the Vietnamese words."""
    found: list[Address] = []
    seen: dict[str, int] = {}
    for name, pattern, view in _walk(get_resolver()):
        seen[name] = seen.get(name, 0) + 1
        found.append(Address(name if seen[name] == 1 else f"{name}#{seen[name]}", pattern, view))
    return found
