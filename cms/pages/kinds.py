"""Answers of every kind in one query. Wagtail's ``specific()`` asks once more for each kind."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from itertools import chain
from types import SimpleNamespace
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from cms.page_cache.parts import are_shared
from cms.pages.answer import Answer
from cms.translation.languages import locales

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])

# Read with every answer: what every page and every line of a list shows.
AROUND = ("office", "topic", "place")


def _names() -> list[str]:
    """Of each kind of answer that an app has, where an answer has it: ``answer.rebuttal``."""
    return [
        relation.name
        for relation in Answer._meta.related_objects
        if relation.one_to_one and getattr(relation, "parent_link", False)
    ]


def read_with() -> list[str]:
    """What single kinds have besides, for the page of one answer: ``campaign__scam_form``."""
    return [
        f"{name}__{other}"
        for name in _names()
        for other in Answer._meta.get_field(name).related_model.read_with  # type: ignore[union-attr]
    ]


def _as_its_kind(answer: Answer, names: list[str]) -> Answer:
    for name in names:
        kind: Answer | None = getattr(answer, name, None)
        if kind is not None:
            for each, value in answer._state.fields_cache.items():
                if each not in names:
                    kind._state.fields_cache.setdefault(each, value)
            if are_shared():
                kind.locale = locales()[kind.locale_id]
            return kind
    return answer


class _Kinds(ModelIterable):  # type: ignore[type-arg]
    """Gives each answer as the kind it is."""

    def __iter__(self) -> Iterator[Any]:
        names = _names()
        for answer in super().__iter__():
            yield _as_its_kind(answer, names)


class Prepared:
    """A query of answers whose words are made once. To put one into words takes three times as long as to answer it.

    Its rows ask for stand-ins, which ``all`` and ``first`` are told what to put in the place of.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._compiler = rows.query.get_compiler(connection=connection)
        self._sql, self._parameters = self._compiler.as_sql()
        self._converters = self._compiler.get_converters([column[0] for column in self._compiler.select])
        self._model = rows.model

    def all(self, values: Mapping[Any, Any]) -> list[Any]:
        """The answers of the query, with ``values`` in the place of their stand-ins."""
        parameters = tuple(values.get(each, each) for each in self._parameters)
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_options, **_more: (self._sql, parameters)
        compiler.results_iter = lambda results=None, **_more: compiler.apply_converters(
            chain(*results), self._converters
        )
        # What Django's own iterable asks of a queryset.
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        rows = SimpleNamespace(db=connection.alias, query=query, model=self._model, _known_related_objects={})
        return list(_Kinds(rows))  # type: ignore[arg-type]

    def first(self, values: Mapping[Any, Any]) -> Any:
        """The first of them; None where there is none."""
        return next(iter(self.all(values)), None)


def of_their_kinds(answers: Rows, *more: str) -> Rows:
    """The ``answers``, each as a Rebuttal, a VerifiedFact and so on, with what is around them, in one query."""
    around = [*_names(), *AROUND, *more]
    rows = answers.select_related(*around) if are_shared() else answers.select_related(*around, "locale")
    rows._iterable_class = _Kinds
    return rows
