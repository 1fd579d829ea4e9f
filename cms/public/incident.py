"""One incident as the public may know it: its life, and everything that was answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.incidents import Incident, IncidentChange, family, times_seen
from cms.page_cache.marking import same_for_everybody
from cms.pages.answer import Answer
from cms.pages.kinds import of_their_kinds
from cms.translation import languages
from cms.visible import visible

_CHANGES: dict[str, str | Promise] = {
    Incident.Status.REPORTED: _("It was reported to the office."),
    Incident.Status.VERIFYING: _("The office began to verify it."),
    Incident.Status.ANSWERED: _("An answer was published."),
    Incident.Status.AGAIN: _("It is spreading again."),
    Incident.Status.CLOSED: _("The office closed it."),
}


@dataclass(frozen=True)
class PublicIncident:
    """What may be shown of an incident. Its own claim and note are not here: nobody approved them for the public.

    answers  live, newest first, each in the reader's language or else in its own
    """

    incident: Incident
    answers: list[Answer]
    life: list[tuple[IncidentChange, str | Promise]]
    seen: list[tuple[str, int]]

    @property
    def newest(self) -> Answer:
        """The answer that names the incident: the newest that was not retracted, if there is one."""
        return next((answer for answer in self.answers if not answer.is_retracted), self.answers[0])

    @property
    def judged(self) -> Answer | None:
        """The newest answer that stands and repeats the claim: what was spread is told in its words."""
        return next((answer for answer in self.answers if answer.claim_text and not answer.is_retracted), None)


def public_incident(pk: int, language: str) -> PublicIncident | None:
    """The incident, if at least one live public answer answers it; None otherwise."""
    shown = (
        languages.best_of(visible(Answer.objects.all()), language)
        .filter(answered__incident__in=family([pk]))
        .distinct()
    )
    answers = list(of_their_kinds(shown.order_by("-first_published_at", "-pk")))
    if not answers:
        return None
    incident = Incident.objects.defer("claim", "note").select_related("topic", "place").get(pk=pk)
    life = [(change, _CHANGES[change.status]) for change in incident.whole_life()]
    return PublicIncident(incident, answers, life, times_seen([pk]))


@same_for_everybody
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one incident; not found while nothing about it is public."""
    found = public_incident(pk, languages.active())
    if found is None:
        raise Http404
    if kept := found.incident.merged_into_id:
        return redirect("incident", kept)  # for now: a merging can be undone
    context = {"found": found, "heading": found.newest.title, "address": settings.BASE_URL + request.path}
    return render(request, "pages/incident.html", context)
