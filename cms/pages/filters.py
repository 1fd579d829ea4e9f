"""Narrowing a list of answers to one verdict: plain links, each with how many answers it leads to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.claims import Verdict
from cms.page_cache.parts import shared
from cms.pages.answer import Change
from cms.standing import standings
from cms.translation import languages

PARAMETER = "ket-luan"


def choices() -> dict[str, str | Promise]:
    """What can be asked for, in the order of the chips. A retracted answer has no verdict any more, whatever it had."""
    return {
        **{verdict.value: verdict.label for verdict in Verdict},
        **{standing.key: standing.label for standing in standings.values()},
        "retracted": _("Retracted"),
    }


def _outcome() -> Case:
    of_kinds = [
        When(content_type__model=kind, then=Value(standing.key)) for kind, standing in sorted(standings.items())
    ]
    is_gone = When(change_kind=Change.RETRACTION, then=Value("retracted"))
    return Case(is_gone, *of_kinds, default=F("rebuttal__verdict"))


@dataclass(frozen=True)
class Chip:
    """One link above a list. ``query`` is its whole query string; empty for the whole list."""

    label: str | Promise
    query: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Narrowing:
    """What part of a list was asked for: ``chosen``, empty for all of it, and the links to every other part.

    kept  the parameters that the further pages of the list must repeat
    """

    chosen: str
    chips: list[Chip]
    kept: dict[str, str]

    @property
    def count(self) -> int:
        """How many there are of what was asked for."""
        return next(chip.count for chip in self.chips if chip.is_chosen)


def narrowing(
    request: HttpRequest, parameter: str, choices: Mapping[str, str | Promise], counts: Mapping[str, int]
) -> Narrowing:
    """What ``parameter`` asks for. A value that is no choice is ignored; a choice that leads nowhere is not offered."""
    asked = request.GET.get(parameter, "")
    chosen = asked if asked in choices else ""
    chips = [Chip(_("All"), "", sum(counts.values()), not chosen)]
    for value, label in choices.items():
        if value == chosen or counts.get(value):
            chips.append(Chip(label, urlencode({parameter: value}), counts.get(value, 0), value == chosen))
    return Narrowing(chosen, chips, {parameter: chosen} if chosen else {})


def by_verdict(request: HttpRequest, answers: QuerySet[Any], name: Hashable) -> tuple[QuerySet[Any], Narrowing]:
    """The ``answers`` of the verdict that ``?ket-luan=`` names, or all of them.

    name  of this list, under which its counts are kept until something public changes
    """

    def sorted_out() -> QuerySet[Any]:
        return answers.annotate(outcome=_outcome())

    counts: dict[str, int] = shared(
        ("verdicts", languages.active(), name),
        lambda: dict(sorted_out().order_by().values_list("outcome").annotate(Count("pk"))),
    )
    wanted = narrowing(request, PARAMETER, choices(), counts)
    return (sorted_out().filter(outcome=wanted.chosen) if wanted.chosen else answers), wanted


def suffix(kept: dict[str, str], number: int) -> str:
    """What a page of a list adds to the list's address: its canonical address has what it shows, and nothing else."""
    wanted = {**kept, "trang": str(number)} if number > 1 else kept
    return "?" + urlencode(wanted) if wanted else ""
