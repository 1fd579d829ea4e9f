"""Several organisations in one installation: whose answers a person works on. Channels and deliveries: publishing/agencies.py.

An answer belongs to the organisation that signs it. One that nobody signs yet is everybody's.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from publishing.agencies import organisations_of

Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


def visible_to(user: Any, answers: QuerySet[Row]) -> QuerySet[Row]:
    """Of answers those that are signed by an organisation of the person, or by none yet."""
    own = organisations_of(user)
    return answers if own is None else answers.filter(Q(office__in=own) | Q(office__isnull=True))


def may_work_on(user: Any, answer: Any) -> bool:
    """Whether the person may check, approve and edit it."""
    own = organisations_of(user)
    return own is None or answer.office_id is None or answer.office_id in own


def of_seen(user: Any, rows: Rows, field: str) -> Rows:
    """Of rows that are about an answer (``field`` leads to it) those about one that the person sees, or about none."""
    if organisations_of(user) is None:
        return rows
    about: Any = rows.model._meta.get_field(field).related_model
    seen = visible_to(user, about._default_manager.all())
    return rows.filter(Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__in": seen.values("pk")}))
