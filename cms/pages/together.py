"""Everything around an answer that its public page shows, in one query: a union of its children of all kinds and the pages
beside it.

Each table would otherwise be a query, some of them two: for the page, for machines, and for the digest of what was
approved. Rows come as JSON, because a union wants the same columns of all its parts. Putting such a question into words
takes longer than answering it, so its words are kept, with one page's numbers in the place of another's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, F, Field, JSONField, Model, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils import timezone
from modelcluster.fields import ParentalKey
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations
from wagtail.documents import get_document_model
from wagtail.models import Page

from cms.approval import Approval
from cms.corrections import Correction
from cms.incidents import ANSWERED_BY, Appearance, Incident
from cms.page_cache.parts import shared
from cms.pages.answer import Answer, AnsweredIncident, Evidence
from cms.translation import languages
from cms.visible import is_visible

Rows = dict[str, list[dict[str, Any]]]
# In the words that are kept these stand for a page and its translations; no page has them.
_ANY, _ANY_KEY = -1_000_000_007, UUID(int=1_000_000_007)


def _rows(name: str, rows: QuerySet[Any], fields: Iterable[str]) -> QuerySet[Any, Any]:
    return rows.order_by().values_list(Value(name), JSONObject(**{each: F(each) for each in fields}))


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _whole(name: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    return _rows(name, rows, _columns(rows.model))


@cache
def _chosen_from(kind: Any) -> list[Any]:
    """What an answer of a kind is related to by choosing from a list, such as target groups."""
    return get_all_child_m2m_relations(kind)


def _every(model: type[Model]) -> dict[int, Any]:
    """Such a list whole, in its order: it is short, and the same for all answers."""
    return shared(("every", model), lambda: {one.pk: one for one in model._default_manager.all()})


@cache
def _children(kind: Any) -> list[Any]:
    return [one for one in get_all_child_relations(kind) if isinstance(one.field, ParentalKey)]


def _question(kind: Any) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters that ask for everything around the page _ANY."""
    own = {"page": _ANY}
    used = Evidence.objects.filter(**own, document__isnull=False).values("document")
    answered = AnsweredIncident.objects.filter(**own).values("incident")
    parts = [
        _whole("correction", Correction.objects.filter(**own)),
        _whole("elsewhere", Correction.objects.filter(page__translation_key=_ANY_KEY).exclude(**own)),
        _whole("approval", Approval.objects.filter(**own)),
        _whole("document", get_document_model()._default_manager.filter(pk__in=used)),
        _rows("seen", Appearance.objects.filter(incident__in=answered), ["platform"]),
        _whole("page", Page.objects.filter(translation_key=_ANY_KEY).exclude(pk=_ANY)),
    ]
    for child in _children(kind):
        rows = child.related_model._default_manager.filter(**{child.field.name: _ANY})
        parts.append(_whole(f"child {child.get_accessor_name()}", rows))
    for field in _chosen_from(kind):
        chosen = field.remote_field.through._default_manager.filter(**{field.m2m_field_name(): _ANY})
        parts.append(_rows(f"chosen {field.name}", chosen, [field.m2m_reverse_field_name()]))
    for way in ANSWERED_BY:
        incidents = Incident.objects.filter(**{way: _ANY})
        parts.append(_rows("spread", incidents, ["first_seen_at", "appearances__platform"]))
        if (others := kind.answering(incidents.order_by().values("pk"))) is not None:
            parts.append(_rows("page", others.exclude(translation_key=_ANY_KEY), _columns(Page)))
    sql, parameters = parts[0].union(*parts[1:], all=True).query.get_compiler(connection=connection).as_sql()
    return sql, tuple(parameters)


def _ask(answer: Answer) -> Rows:
    kind = type(answer)
    sql, parameters = shared(("around", kind, languages.active()), lambda: _question(kind))
    field = Page._meta.get_field("translation_key")
    key, any_key = (field.get_db_prep_value(one, connection) for one in (answer.translation_key, _ANY_KEY))
    real = [answer.pk if each == _ANY else key if each == any_key else each for each in parameters]
    found: Rows = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, real)
        for name, told in cursor.fetchall():
            found.setdefault(name, []).append(json.loads(told))
    return found


def _value(field: Field[Any, Any], told: Any) -> Any:
    """What a query would have given."""
    if isinstance(field, JSONField):
        return json.loads(told) if isinstance(told, str) else told
    value = field.to_python(told)
    if isinstance(field, DateTimeField) and value is not None and timezone.is_naive(value):
        return value.replace(tzinfo=UTC)  # SQLite keeps times of UTC without saying so
    return value


def _objects(model: type[Model], told: Iterable[dict[str, Any]]) -> list[Any]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return [model.from_db(None, names, [_value(field, one[field.attname]) for field in fields]) for one in told]


def read_around(answer: Answer) -> None:
    """Reads all that is around ``answer``; from then on it is asked of memory."""
    found, kind = _ask(answer), cast(Any, type(answer))
    cluster: dict[str, list[Any]] = answer.__dict__.setdefault("_cluster_related_objects", {})
    for child in _children(kind):
        name = child.get_accessor_name()
        rows = _objects(child.related_model, found.get(f"child {name}", []))
        cluster[name] = sorted(rows, key=lambda one: (getattr(one, "sort_order", None) or 0, one.pk))
    for field in _chosen_from(kind):
        chosen = {told[field.m2m_reverse_field_name()] for told in found.get(f"chosen {field.name}", [])}
        cluster[field.name] = [one for pk, one in _every(field.related_model).items() if pk in chosen]
    documents = {one.pk: one for one in _objects(get_document_model(), found.get("document", []))}
    for piece in cluster["evidence"]:
        if piece.document_id in documents:
            piece.document = documents[piece.document_id]
    corrections, elsewhere = (_objects(Correction, found.get(name, [])) for name in ("correction", "elsewhere"))
    first_seen = Incident._meta.get_field("first_seen_at")
    answer.public_corrections, answer.told_elsewhere = (
        sorted(told, key=lambda one: (one.made_at, one.pk), reverse=True) for told in (corrections, elsewhere)
    )
    answer.public_evidence, answer.public_replies = cluster["evidence"], cluster["replies"]
    answer.public_approvals = sorted(_objects(Approval, found.get("approval", [])), key=lambda one: one.pk)
    answer.platforms_seen = [str(told["platform"]) for told in found.get("seen", [])]
    answer.told_of_spread = [
        (answer.pk, _value(first_seen, told["first_seen_at"]), told["appearances__platform"])
        for told in found.get("spread", [])
    ]
    _beside(answer, found.get("page", []))


def _beside(answer: Answer, told: list[dict[str, Any]]) -> None:
    """Its translations, and the other answers to the same incidents."""
    pages = {page.pk: page for page in _objects(Page, told)}
    for page in pages.values():
        page.locale = languages.locales()[page.locale_id]
    same = [page for page in pages.values() if page.translation_key == answer.translation_key]
    answer.all_translations = sorted(same, key=lambda page: page.pk)
    answer.public_translations = [page for page in answer.all_translations if is_visible(page)]
    others = [page for page in pages.values() if page.translation_key != answer.translation_key]
    answer.public_others = sorted(others, key=lambda page: (page.first_published_at, page.pk), reverse=True)
