"""Whose account must have a second factor.

``SECOND_FACTOR`` says it: ``everyone``, ``nobody``, or ``roles``. Roles are told by what they may do and not by their names,
which an office may change.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from cms.approval import ApprovalTask
from cms.setting_up.steps import ALLOWED
from publishing.desk.base import ADD_CHANNELS, APPROVE, CHANGE_CHANNELS, CHANGE_DELIVERIES, COMPOSE, may

NOBODY, ROLES, EVERYONE = "nobody", "roles", "everyone"
CHOICES = (NOBODY, ROLES, EVERYONE)

_ADMINISTRATORS = (ALLOWED, "cms.add_user", "cms.change_user", "auth.change_group", "cms.emergency_publish")
_APPROVERS = (APPROVE,)
_PUBLISHERS = (COMPOSE, CHANGE_DELIVERIES, ADD_CHANNELS, CHANGE_CHANNELS)


def must_have_second_factor(user: Any) -> bool:
    """Whether this person may use the admin only after having shown a second factor."""
    if settings.SECOND_FACTOR == NOBODY:
        return False
    if settings.SECOND_FACTOR == EVERYONE or may(user, *_ADMINISTRATORS, *_APPROVERS, *_PUBLISHERS):
        return True
    return ApprovalTask.objects.filter(active=True, groups__user=user).exists()


def those_who_must(people: QuerySet[Any]) -> set[Any]:
    """Keys of those among these who are active and of whom ``must_have_second_factor`` is true. Two questions for all."""
    people = people.filter(is_active=True)
    if settings.SECOND_FACTOR == NOBODY:
        return set()
    if settings.SECOND_FACTOR != EVERYONE:
        named = Q()
        for name in (*_ADMINISTRATORS, *_APPROVERS, *_PUBLISHERS):
            app, _dot, codename = name.partition(".")
            named |= Q(content_type__app_label=app, codename=codename)
        permissions = list(Permission.objects.filter(named).values_list("pk", flat=True))
        of_tasks = ApprovalTask.objects.filter(active=True).values("groups")
        by_role = Q(groups__permissions__in=permissions) | Q(groups__in=of_tasks)
        people = people.filter(Q(is_superuser=True) | Q(user_permissions__in=permissions) | by_role)
    return set(people.values_list("pk", flat=True))
