"""The newest answers first: all of them, or those that a list is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from wagtail.models import Page

from cms.page_cache.parts import shared
from cms.pages.answer import Answer
from cms.pages.kinds import Prepared, of_their_kinds
from cms.translation import languages
from cms.visible import visible

# In words that are kept the numbers of answers begin here and go down; no answer has them.
_ANY = -1_000_000_007


def newest_answers(language: str) -> QuerySet[Page]:
    """What a reader of a language is shown of the live answers, newest first, ready to be listed without a query an
    entry: the answers in this language, and the originals of those that are not translated into it."""
    rows = languages.best_of(visible(Answer.objects.all()), language).order_by("-first_published_at", "-id")
    return of_their_kinds(rows)


def urgent_answers(language: str) -> list[Answer]:
    """The few of them that go first on the home page. One query."""
    found: list[Answer] = shared(
        ("urgent answers", language), lambda: Prepared(newest_answers(language).filter(is_urgent=True)[:3])
    ).all({})
    return found


class EveryAnswer:
    """The same, for a list of all of them: as fast with a hundred thousand answers as with a hundred.

    The database follows its index over the dates of pages and stops where the slice ends; asked for answers, it would
    read and sort all of them first. Two queries a slice.
    """

    ordered = True

    def __init__(self, language: str) -> None:
        self._language = language

    def __getitem__(self, part: slice) -> list[Answer]:
        keys = self._keys(part.start or 0, part.stop)
        if not keys:
            return []
        wanted = {_ANY - number: key for number, key in enumerate(keys)}
        rows = shared(("answers by number", len(keys)), lambda: Prepared(_answers(wanted)))
        found = {answer.pk: answer for answer in rows.all(wanted)}
        return [found[key] for key in keys if key in found]

    def _keys(self, start: int, stop: int) -> list[int]:
        sql, parameters = shared(("numbers of answers", self._language), self._question)
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*parameters, stop - start, start])
            return [pk for (pk,) in cursor.fetchall()]

    def _question(self) -> tuple[str, tuple[Any, ...]]:
        """SQL and parameters that ask for the numbers of all of them."""
        is_answer = Exists(Answer.objects.filter(pk=OuterRef("pk")))
        pages = languages.best_of(visible(Page.objects.filter(is_answer)), self._language)
        query = pages.order_by("-first_published_at", "-id").values_list("pk", flat=True).query
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(parameters)


def _answers(numbers: Iterable[int]) -> QuerySet[Answer]:
    return of_their_kinds(Answer.objects.filter(pk__in=list(numbers)))
