"""What of an answer readers see, as one number: an approval binds exactly that (approval.py)."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from modelcluster.models import (
    ClusterableModel,
    get_all_child_m2m_relations,
    get_all_child_relations,
    get_field_value,
)
from wagtail.models import Page

from cms.pages.answer import Answer

# What Wagtail keeps in a page's data that is not content: bookkeeping, locks, schedules, comments of the desk.
NOT_CONTENT = frozenset(
    "pk id page page_ptr answer_ptr path depth numchild url_path draft_title live has_unpublished_changes owner content_type"
    " first_published_at last_published_at latest_revision_created_at live_revision latest_revision locked locked_at"
    " locked_by expired go_live_at expire_at alias_of wagtail_admin_comments index_entries sort_order".split()
)


def _content(data: Any) -> Any:
    if isinstance(data, dict):
        # What is empty is left out: a field that a new release adds, empty on every page, unsettles no approval.
        kept = {name: _content(value) for name, value in data.items() if name not in NOT_CONTENT}
        return {name: value for name, value in kept.items() if value not in (None, "", False, [], {})}
    if isinstance(data, list):
        return [_content(value) for value in data]
    if isinstance(data, str) and data.startswith("[{"):
        return _blocks(data)
    return data


def _blocks(text: str) -> str:
    """A StreamField's text with its members in one order: PostgreSQL gives them back in another than they were saved in."""
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return text


def digest(data: dict[str, Any]) -> str:
    """SHA-256 of the content in a page's ``serializable_data()`` or in a revision's ``content``."""
    body = json.dumps(_content(data), cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def digest_of(page: Answer) -> str:
    """The same as ``digest(page.serializable_data())``, for readers: what is no content is left out before it is read."""
    data = _fields(page)
    children, related = _content_relations(cast(Any, type(page)))
    data |= {name: [_fields(child) for child in getattr(page, name).all()] for name in children}
    data |= {name: [each.pk for each in getattr(page, name).all()] for name in related}
    return digest(data)


def _fields(row: Any) -> dict[str, Any]:
    if isinstance(row, ClusterableModel) and not isinstance(row, Page):
        nested: dict[str, Any] = row.serializable_data()
        return nested
    return {field.name: get_field_value(field, row) for field in _content_fields(cast(Any, type(row)))}


@cache
def _content_relations(kind: Any) -> tuple[list[str], list[str]]:
    """Names of a page's children, and of what else it is related to."""
    children = [relation.get_accessor_name() for relation in get_all_child_relations(kind)]
    related = [field.name for field in get_all_child_m2m_relations(kind) if field.serialize]
    return [name for name in children if name not in NOT_CONTENT], related


@cache
def _content_fields(kind: Any) -> tuple[Any, ...]:
    return tuple(field for field in kind._meta.fields if field.serialize and field.name not in NOT_CONTENT)
