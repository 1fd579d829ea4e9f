"""The parts of information pages that are made from the code and the database, so that they cannot drift from the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.claims import Nature, Verdict
from cms.pages.home import AnswerList, InfoPage


def _method(page: InfoPage) -> dict[str, Any]:
    judged = [nature for nature in Nature if nature.is_judged]
    return {
        "verdicts": list(Verdict),
        "judged": judged,
        "never_judged": [nature for nature in Nature if nature not in judged],
    }


@dataclass(frozen=True)
class Duty:
    """One thing that is done here, and the groups of people who may do it (names as the office gave them)."""

    what: str | Promise
    groups: list[str]


def _names(groups: QuerySet[Group]) -> list[str]:
    return list(groups.order_by("name").values_list("name", flat=True).distinct())


def _with_permission(permission: str) -> list[str]:
    app, codename = permission.split(".")
    return _names(Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=codename))


def _staff(page: InfoPage) -> dict[str, Any]:
    duties = []
    answers = AnswerList.objects.filter(locale=page.locale).first()
    if answers:
        above = answers.get_ancestors(inclusive=True)
        writers = Group.objects.filter(
            page_permissions__page__in=above, page_permissions__permission__codename="add_page"
        )
        duties.append(Duty(_("Register incidents, write answers and corrections"), _names(writers)))
        workflow = answers.get_workflow()
        for task in workflow.tasks.specific() if workflow else []:
            duties.append(Duty(task.get_description(), _names(task.groups.all())))
    duties += [
        Duty(_("Send approved answers to the official channels"), _with_permission("publishing.compose_delivery")),
        Duty(
            _("Approve a channel's own wording, written by somebody else"),
            _with_permission("publishing.approve_wording"),
        ),
        Duty(_("Look after people, channels, topics and settings"), _with_permission("cms.change_user")),
    ]
    return {"duties": duties, "may_override": settings.EMERGENCY_OVERRIDE, "office_language": settings.LANGUAGE_CODE}


def _privacy(page: InfoPage) -> dict[str, Any]:
    return {"contact_days": settings.CONTACT_DAYS}


def _nothing(page: InfoPage) -> dict[str, Any]:
    return {}


_PARTS: dict[str, Callable[[InfoPage], dict[str, Any]]] = {
    InfoPage.Purpose.METHOD: _method,
    InfoPage.Purpose.ABOUT: _nothing,
    InfoPage.Purpose.STAFF: _staff,
    InfoPage.Purpose.CORRECTIONS: _nothing,
    InfoPage.Purpose.PRIVACY: _privacy,
    InfoPage.Purpose.CONTACT: _nothing,
}


def of(page: InfoPage) -> dict[str, Any]:
    """What the template of ``page`` shows below its text: the name of the ``part`` and what it needs."""
    if page.purpose not in _PARTS:
        return {}
    return {"part": f"components/purpose/{page.purpose}.html", **_PARTS[page.purpose](page)}
