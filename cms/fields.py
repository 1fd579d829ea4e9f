"""A model field that Django lacks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models


class TodayField(models.DateField):  # type: ignore[type-arg]
    """A date with a callable default whose form field does not look for a hidden copy of its first value.

    Wagtail's panels do not render that copy, so that every form would count as changed; and a reviewer who changed
    something is an author, and sends the text back to the evidence check.
    """

    def formfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        kwargs["show_hidden_initial"] = False
        return super().formfield(*args, **kwargs)
