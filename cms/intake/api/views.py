"""The addresses of the intake. What goes in and out has its shape in shapes.py."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cms.finding import matching
from cms.incidents import Appearance, Incident, Place, Topic, family
from cms.intake import receiving
from cms.intake.api import shapes
from cms.intake.api.base import Conflict, IntakeView, Unprocessable, body_of
from cms.intake.partners import HandedOver, IntakeKey
from cms.pages.answer import Answer
from cms.public.api import answers
from cms.public.api.base import row_id
from cms.public.api.views import named_with_all
from cms.public.search import answers_of

READ, WRITE = IntakeKey.Scope.READ.value, IntakeKey.Scope.WRITE.value
REFUSED = {401: shapes.RefusalShape, 403: shapes.RefusalShape, 429: shapes.RefusalShape}
NOT_TAKEN = {400: shapes.RefusalShape, 413: shapes.RefusalShape, 422: shapes.RefusalShape, **REFUSED}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    OpenApiParameter.HEADER,
    description=_(
        "Any text of your own, new for each request. Repeat a request with the same one, and you get the same answer; nothing is done twice. Kept for seven days."
    ),
)


def _repeatable(request: Request) -> str:
    """The request's Idempotency-Key, or an empty string. Raises Unprocessable."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 200 or not all("!" <= letter <= "~" for letter in key):
        raise Unprocessable(gettext("An Idempotency-Key is 1 to 200 visible ASCII characters."), code="idempotency_key")
    return key


def _once(request: Request, body: Any, deed: Any) -> Response:
    """Answers as the deed says, or as it was answered before."""
    print_of_request = receiving.fingerprint(request.method, request.path, body)
    try:
        status, told, is_repeat = receiving.once(request.user, _repeatable(request), print_of_request, deed)
    except receiving.OtherBody:
        words = gettext("This Idempotency-Key was used for another request. Nothing was done. Use a new one.")
        raise Unprocessable(words, code="idempotency_key_reused") from None
    except receiving.ReferenceTaken as taken:
        words = gettext(
            "Something else was handed over under this reference, as incident %(id)s. Add where it was seen again there, or use another reference."
        )
        raise Conflict(words % {"id": taken.args[0].incident_id}, code="reference_taken") from None
    return Response(told, status=status, headers={"Idempotency-Replayed": "true"} if is_repeat else {})


def _handed_over(request: Request, pk: int) -> HandedOver:
    rows = HandedOver.objects.select_related("incident__merged_into", "partner")
    found = rows.filter(partner=request.user, incident=row_id(pk)).first()
    if found is None:
        raise Http404
    return found


def standing(handed: HandedOver) -> dict[str, Any]:
    """How an incident stands, in StandingShape. Nothing but what is public, and what this partner handed over itself."""
    incident = handed.incident.merged_into or handed.incident
    public = Answer.objects.live().public().filter(answered__incident__in=family([incident.pk]))
    live = list(public.distinct().specific().select_related("locale").order_by("-first_published_at"))
    similar: list[Any] = []
    if not live:
        matches = matching.find(handed.incident.claim, settings.LANGUAGE_CODE)
        similar = [page for page in answers_of([match.entry for match in matches]) if not page.is_retracted]
    told = {
        "id": handed.incident_id,
        "reference": handed.reference,
        "received_at": handed.received_at,
        "status": incident.status,
        "life": list(incident.whole_life().values("status", "at")),
        "appearances": incident.appearances.count(),
        "page": settings.BASE_URL + reverse("incident", args=[incident.pk]) if live else None,
        "answers": [answers.reference(page) for page in live],
        "similar": [answers.reference(page) for page in similar],
    }
    shown: dict[str, Any] = shapes.StandingShape(told).data
    return shown


class IncidentsView(IntakeView):
    scopes = {"POST": WRITE}
    http_method_names = ["post"]

    @extend_schema(
        operation_id="handOver",
        summary=_("Hand over an incident"),
        description=_(
            "Registers a rumour or a scam that your system saw. An editor of the office decides what is checked. Who posted it is not taken in: such fields, addresses of accounts and texts with personal data are refused with 422, and nothing of them is stored."
        ),
        parameters=[IDEMPOTENCY],
        request=shapes.IncidentIn,
        responses={
            201: shapes.StandingShape,
            200: shapes.StandingShape,
            409: shapes.RefusalShape,
            **NOT_TAKEN,
        },
    )
    def post(self, request: Request) -> Response:
        body = body_of(request)
        asked = shapes.IncidentIn(data=body)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        reference, seen = values.pop("reference"), values.pop("appearances")
        values["urgency"] = shapes.URGENCIES[values["urgency"]]

        def deed() -> tuple[int, Any]:
            handed, is_new = receiving.hand_over(
                request.user, reference, receiving.fingerprint(body), values, [dict(one) for one in seen]
            )
            return (201 if is_new else 200), _plain(standing(handed))

        return _once(request, body, deed)


class IncidentView(IntakeView):
    scopes = {"GET": READ, "HEAD": READ}
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="standing",
        summary=_("How an incident stands"),
        description=_("One that your organisation handed over: its status, and the published answers."),
        responses={200: shapes.StandingShape, 404: shapes.RefusalShape, **REFUSED},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(standing(_handed_over(request, pk)))


class AppearancesView(IntakeView):
    scopes = {"POST": WRITE}
    http_method_names = ["post"]

    @extend_schema(
        operation_id="seenAgain",
        summary=_("Say where it was seen again"),
        description=_("Adds places to an incident that your organisation handed over."),
        parameters=[IDEMPOTENCY],
        request=shapes.AppearancesIn,
        responses={200: shapes.AddedShape, 404: shapes.RefusalShape, **NOT_TAKEN},
    )
    def post(self, request: Request, pk: int) -> Response:
        handed = _handed_over(request, pk)
        body = body_of(request)
        asked = shapes.AppearancesIn(data=body)
        asked.is_valid(raise_exception=True)

        def deed() -> tuple[int, Any]:
            added = receiving.seen_again(handed, [dict(one) for one in asked.validated_data["appearances"]])
            incident = handed.incident.merged_into or handed.incident
            return 200, {"added": added, "appearances": incident.appearances.count()}

        return _once(request, body, deed)


def _plain(value: Any) -> Any:
    """The same as what JSON makes of it, so that it can be kept."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


class VocabularyView(IntakeView):
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="vocabulary",
        summary=_("Which words there are"),
        description=_("The topics, places, kinds, urgencies and platforms that a request may name."),
        responses={200: shapes.VocabularyShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        told = {
            "topics": [named_with_all(one) for one in Topic.objects.all()],
            "places": [{**named_with_all(one), "kind": one.kind} for one in Place.objects.all()],
            "kinds": _codes(Incident.Kind.choices),
            "urgencies": [
                {"code": code, "label": Incident.Urgency(value).label} for code, value in shapes.URGENCIES.items()
            ],
            "platforms": _codes(Appearance.Platform.choices),
        }
        return Response(shapes.VocabularyShape(told).data)


def _codes(choices: Any) -> list[dict[str, str]]:
    return [{"code": code, "label": str(label)} for code, label in choices]
