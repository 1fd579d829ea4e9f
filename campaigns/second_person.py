"""How a step is refused in words, and that nobody approves what they wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

YOU_WROTE_IT = _("You wrote part of this yourself. Somebody else must approve it.")
NOT_ALLOWED = _("Your role does not allow this.")
CHANGED_MEANWHILE = _("Somebody has changed this since you opened it. Please read it again.")


class Refused(Exception):
    """A step was refused. ``words`` are whole sentences for the person who asked for it."""

    def __init__(self, *words: str | Promise) -> None:
        super().__init__(" ".join(str(each) for each in words))
        self.words = words

    def __str__(self) -> str:
        return " ".join(str(each) for each in self.words)


def must_be_allowed(by: Any, *permissions: str) -> None:
    """Raises Refused unless ``by`` has one of the permissions."""
    if not any(by.has_perm(permission) for permission in permissions):
        raise Refused(NOT_ALLOWED)


def must_be_another(by: Any, writers: Iterable[int]) -> None:
    """Raises Refused if ``by`` is among the ids of ``writers``."""
    if by.pk in set(writers):
        raise Refused(YOU_WROTE_IT)
