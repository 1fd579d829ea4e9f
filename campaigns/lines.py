"""Short points, one a line: what every material is made of, and what people can write on a phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_LINES = 8
MOST_LETTERS = 160  # of one point: what a poster shows in three lines and a speaker reads in one breath


def lines(text: str) -> tuple[str, ...]:
    """The points of ``text``, without blank lines, and without the dash or number that people paste with them."""
    found = (line.strip().lstrip("-–—•*·").strip() for line in text.splitlines())
    return tuple(line for line in found if line)


def validate_lines(text: str) -> None:
    """Raises ValidationError if there are too many points, or one is too long."""
    points = lines(text)
    if len(points) > MOST_LINES:
        raise ValidationError(
            _("There are %(count)d points; at most %(most)d fit on a leaflet."),
            params={"count": len(points), "most": MOST_LINES},
        )
    for number, point in enumerate(points, start=1):
        if len(point) > MOST_LETTERS:
            raise ValidationError(
                _("Point %(number)d has %(count)d characters; at most %(most)d can be read at a glance."),
                params={"number": number, "count": len(point), "most": MOST_LETTERS},
            )


class LinesField(models.TextField):  # type: ignore[type-arg]
    """Points, one a line."""

    default_validators = [validate_lines]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("One point a line, in plain words. At most 8 points of 160 characters."))
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"widget": forms.Textarea(attrs={"rows": 5}), **kwargs})
