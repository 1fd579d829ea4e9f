"""schema.org's own vocabulary, read from a package that generates types from it: our JSON-LD is held against it."""

from __future__ import annotations

import re
from typing import Any

import msgspec_schemaorg.models as models

# Values that the vocabulary calls data types; the package writes them as Python's.
_KEYWORDS = {"@type", "@id", "@context", "@graph"}


def _properties(name: str) -> dict[str, str]:
    """{property: its range as the package writes it} of a type and everything above it."""
    found: dict[str, str] = {}
    for kind in reversed(getattr(models, name).__mro__):
        found |= {prop: str(annotation) for prop, annotation in vars(kind).get("__annotations__", {}).items()}
    return found


def _above(name: str) -> set[str]:
    return {kind.__name__ for kind in getattr(models, name).__mro__}


def complaints(node: Any, where: str = "") -> list[str]:
    """What the vocabulary knows nothing of: types, properties of a type, nodes where such a type may not stand."""
    if isinstance(node, list):
        return [each for position, one in enumerate(node) for each in complaints(one, f"{where}[{position}]")]
    if not isinstance(node, dict):
        return []
    if "@graph" in node:
        return complaints(node["@graph"], where)
    found: list[str] = []
    names = node["@type"] if isinstance(node.get("@type"), list) else [node.get("@type")]
    if unknown := [name for name in names if not hasattr(models, str(name))]:
        return [f"{where}: no type {unknown}"]
    known: dict[str, str] = {}
    for name in names:
        known |= _properties(name)
    for prop, value in node.items():
        if prop in _KEYWORDS:
            continue
        plain = prop.removesuffix("-input")
        if plain not in known:
            found.append(f"{where}: {names} has no property {prop}")
            continue
        found += _about_range(f"{where}.{prop}", known[plain], value)
        found += complaints(value, f"{where}.{prop}")
    return found


def _about_range(where: str, allowed: str, value: Any) -> list[str]:
    wanted = set(re.findall(r"\w+", allowed))
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and "@type" in one:
            names = one["@type"] if isinstance(one["@type"], list) else [one["@type"]]
            above = set().union(*(_above(name) for name in names if hasattr(models, name)))
            if not above & wanted:
                found.append(f"{where}: {names} may not stand here, only {allowed}")
        elif isinstance(one, str) and not wanted & {"str", "URL", "Text", "date", "datetime"}:
            found.append(f"{where}: text may not stand here, only {allowed}")
    return found
