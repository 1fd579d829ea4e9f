"""One incident for people who read it: what it is, by when what is owed, where it was seen and which answers there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from wagtail.snippets.views.snippets import InspectView

from cms.agencies import visible_to
from cms.audit.desk_hooks import WithHistory
from cms.incidents import Incident, family
from cms.pages.answer import Answer
from publishing.models import local_time

_SHOWN = (
    "claim kind topic place urgency status first_seen_at registered_at came_from notice_due_at noticed_at answer_due_at"
    " answered_at again_at again_due_at note merged_into"
).split()
_DERIVED = {"came_from": "origin"}  # shown as a property, called as the field behind it


def facts(incident: Incident) -> list[tuple[str, Any]]:
    """(name of the field, its value in words), of those that have one. Times are the office's."""
    found = []
    for name in _SHOWN:
        field = Incident._meta.get_field(_DERIVED.get(name, name))
        shown = getattr(incident, f"get_{name}_display", None)
        value = shown() if shown else getattr(incident, name)
        if isinstance(value, datetime):
            value = local_time(value)
        if value not in (None, ""):
            found.append((capfirst(str(field.verbose_name)), value))  # type: ignore[union-attr]
    return found


class IncidentInspectView(WithHistory, InspectView):
    """For people who may only read it, and for a quick look."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answers = Answer.objects.filter(answered__incident__in=family([self.object.pk])).distinct().order_by("-pk")
        return super().get_context_data(
            facts=facts(self.object),
            seen=self.object.appearances.all(),
            answers=visible_to(self.request.user, answers),
            **kwargs,
        )
