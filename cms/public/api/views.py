"""The addresses of the interface. What they give out has its shape in shapes.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cms.claims import Verdict
from cms.corrections import Correction
from cms.incidents import Appearance, Incident, Named, Place, Topic, family
from cms.pages.answer import Answer, Change
from cms.public.api import answers, shapes
from cms.public.api.base import Filters, MomentField, OpenView, page_of, row_id

ERRORS = {400: shapes.ErrorShape, 429: shapes.ErrorShape}
NOT_FOUND = {404: shapes.ErrorShape, 429: shapes.ErrorShape}


def known(model: type[Named], slug: str | None, name: str) -> Any:
    """The topic or place of that name; None if none was asked for. Raises ValidationError if there is none."""
    if not slug:
        return None
    found = model._default_manager.filter(slug=slug).first()
    if found is None:
        raise ValidationError({name: [gettext("There is no “%(slug)s”.") % {"slug": slug}]})
    return found


# Answers ------------------------------------------------------------------------------------------------------


class AnswerFilters(Filters):
    language = serializers.ChoiceField(choices=shapes.LANGUAGES, required=False, help_text=_("Only this language."))
    kind = serializers.ChoiceField(
        choices=shapes.KINDS,
        required=False,
        help_text=_("rebuttal: of a claim; verifiedfact: without one; campaign: a scam warning."),
    )
    verdict = serializers.ChoiceField(
        choices=Verdict.values, required=False, help_text=_("Only answers with this verdict.")
    )
    topic = serializers.SlugField(max_length=80, required=False, help_text=_("The slug of a topic."))
    place = serializers.SlugField(max_length=80, required=False, help_text=_("The slug of a place."))
    published_since = MomentField(required=False, help_text=_("A day or a moment in ISO 8601."))
    published_until = MomentField(required=False, ends=True, help_text=_("A day, which is included, or a moment."))
    changed_since = MomentField(
        required=False,
        help_text=_("Only what was published or changed since; the oldest change comes first, so that you can go on."),
    )


def _all_answers() -> QuerySet[Any]:
    found = Answer.objects.live().public().specific()
    return found.select_related("office", "topic", "place", "locale", for_specific_subqueries=True)


class AnswersView(OpenView):
    @extend_schema(
        operation_id="answers",
        summary=_("Answers"),
        description=_("Every published answer in every language, newest first."),
        parameters=[AnswerFilters],
        responses={200: shapes.AnswerPage, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        filters = AnswerFilters.read(request)
        found = _all_answers()
        if language := filters.get("language"):
            found = found.filter(locale__language_code=language)
        if kind := filters.get("kind"):
            found = found.filter(content_type__model=kind)
        if verdict := filters.get("verdict"):
            # Of a retracted answer the verdict is withdrawn too: it is not found by it.
            found = found.filter(rebuttal__verdict=verdict).exclude(change_kind=Change.RETRACTION)
        if topic := known(Topic, filters.get("topic"), "topic"):
            found = found.filter(topic=topic)
        if place := known(Place, filters.get("place"), "place"):
            found = found.filter(place=place)
        found = between(found, "first_published_at", filters.get("published_since"), filters.get("published_until"))
        order = "-first_published_at"
        if since := filters.get("changed_since"):
            found, order = found.filter(last_published_at__gte=since), "last_published_at"
        rows, following = page_of(request, found, order, filters)
        page = {"next": following, "results": answers.dressed(rows)}
        return Response(shapes.AnswerPage(page).data)


def between(found: QuerySet[Any], field: str, since: datetime | None, until: datetime | None) -> QuerySet[Any]:
    """Only what lies between two moments, both included."""
    if since:
        found = found.filter(**{f"{field}__gte": since})
    if until:
        found = found.filter(**{f"{field}__lte": until})
    return found


class AnswerView(OpenView):
    @extend_schema(
        operation_id="answer",
        summary=_("One answer"),
        description=_("One published answer by its id."),
        responses={200: shapes.AnswerShape, **NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        page = _all_answers().filter(pk=row_id(pk)).first()
        if page is None or page.first_published_at is None:
            raise Http404
        return Response(shapes.AnswerShape(answers.dressed([page])[0]).data)


# Corrections --------------------------------------------------------------------------------------------------


class CorrectionFilters(Filters):
    language = serializers.ChoiceField(choices=shapes.LANGUAGES, required=False, help_text=_("Only this language."))
    kind = serializers.ChoiceField(choices=Change.values, required=False, help_text=_("Only this kind of change."))
    since = MomentField(required=False, help_text=_("A day or a moment in ISO 8601."))
    until = MomentField(required=False, ends=True, help_text=_("A day, which is included, or a moment."))


class CorrectionsView(OpenView):
    @extend_schema(
        operation_id="corrections",
        summary=_("Corrections"),
        description=_(
            "Every correction, update, retraction and finished check that readers were told of, newest first."
        ),
        parameters=[CorrectionFilters],
        responses={200: shapes.CorrectionPage, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        filters = CorrectionFilters.read(request)
        found = Correction.objects.filter(page__in=Answer.objects.live().public())
        if language := filters.get("language"):
            found = found.filter(page__locale__language_code=language)
        if kind := filters.get("kind"):
            found = found.filter(kind=kind)
        found = between(found, "made_at", filters.get("since"), filters.get("until")).select_related("office", "page")
        rows, following = page_of(request, found, "-made_at", filters)
        pages = {page.pk: page for page in _all_answers().filter(pk__in=[row.page_id for row in rows])}
        results = [
            {
                "id": row.pk,
                **answers.change_told(row),
                "office": answers.office(row.office),
                "answer": answers.reference(pages[row.page_id]),
            }
            for row in rows
        ]
        return Response(shapes.CorrectionPage({"next": following, "results": results}).data)


# Incidents ----------------------------------------------------------------------------------------------------


class IncidentView(OpenView):
    @extend_schema(
        operation_id="incident",
        summary=_("One incident"),
        description=_(
            "The life of one rumour or scam and what was answered. Only incidents with a published answer are known here. One that was merged into another answers with that one, and its id."
        ),
        responses={200: shapes.IncidentShape, **NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        live = list(
            _all_answers()
            .filter(answered__incident__in=family([row_id(pk)]))
            .distinct()
            .order_by("-first_published_at")
        )
        if not live:
            raise Http404
        # The words of the register were approved by nobody: they are not even read.
        found = Incident.objects.defer("claim", "note").select_related("topic", "place")
        incident = found.filter(Q(merged__pk=pk) | Q(pk=pk, merged_into__isnull=True)).distinct().get()
        seen = Appearance.objects.filter(incident=incident).values("platform").annotate(times=Count("pk"))
        told = {
            "id": incident.pk,
            "kind": incident.kind,
            "status": incident.status,
            "topic": answers.named(incident.topic),
            "place": answers.named(incident.place),
            "first_seen_on": timezone.localdate(incident.first_seen_at),
            "seen_on": list(seen.order_by("-times", "platform")),
            "life": list(incident.whole_life().values("status", "at")),
            "answers": [answers.reference(page) for page in live],
        }
        return Response(shapes.IncidentShape(told).data)


# Lists of words -----------------------------------------------------------------------------------------------


def named_with_all(one: Named) -> dict[str, Any]:
    """A topic or a place with its name in every language that has one."""
    return {"slug": one.slug, "name": one.name, "names": {settings.LANGUAGE_CODE: one.name, **one.names}}


class TopicsView(OpenView):
    @extend_schema(operation_id="topics", summary=_("Topics"), description=_("What answers are about."), responses={200: shapes.TopicList, 429: shapes.ErrorShape})  # fmt: skip
    def get(self, request: Request) -> Response:
        results = [named_with_all(one) for one in Topic.objects.all()]
        return Response(shapes.TopicList({"results": results}).data)


class PlacesView(OpenView):
    @extend_schema(operation_id="places", summary=_("Places"), description=_("Which places answers are about."), responses={200: shapes.PlaceList, 429: shapes.ErrorShape})  # fmt: skip
    def get(self, request: Request) -> Response:
        results = [{**named_with_all(one), "kind": one.kind} for one in Place.objects.all()]
        return Response(shapes.PlaceList({"results": results}).data)


class VerdictsView(OpenView):
    @extend_schema(operation_id="verdicts", summary=_("Verdicts"), description=_("Every verdict with its rating and its label."), responses={200: shapes.VerdictList, 429: shapes.ErrorShape})  # fmt: skip
    def get(self, request: Request) -> Response:
        results = [{"code": verdict.value, "rating": verdict.rating, "labels": _labels(verdict)} for verdict in Verdict]
        return Response(shapes.VerdictList({"results": results}).data)


def _labels(verdict: Verdict) -> dict[str, str]:
    labels = {}
    for language in shapes.LANGUAGES:
        with translation.override(language):
            labels[language] = str(verdict.label)
    return labels
