"""For the templates of campaigns: points, numbers to call, and what the present day makes of the dates."""

from __future__ import annotations

import re
from typing import Any

from django import template

from campaigns.lines import lines

register = template.Library()


@register.filter
def points(text: str) -> tuple[str, ...]:
    """The points of a text that has one a line."""
    return lines(text)


@register.filter
def tel(number: str) -> str:
    """A number as a telephone dials it, for ``tel:``."""
    return re.sub(r"[^\d+*#]", "", number)


@register.filter
def in_groups(materials: list[Any]) -> list[tuple[str, list[Any]]]:
    """(heading, materials of it), in the order in which they came; what has no file is left out."""
    found: dict[str, list[Any]] = {}
    for one in materials:
        if one.files:
            found.setdefault(str(one.group), []).append(one)
    return list(found.items())
