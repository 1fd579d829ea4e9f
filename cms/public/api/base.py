"""What every address of the interface has in common: JSON only, open to other sites, conditional, errors in words."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

A_PAGE, MOST_A_PAGE = 20, 100


def open_to_all(response: HttpResponse) -> HttpResponse:
    """Lets scripts of other sites read it: there is nothing here that belongs to one reader."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Retry-After"
    return response


class AlwaysJson(BaseContentNegotiation):
    """There is one form. Whoever asks for another gets this one, as a browser does that asks for HTML."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class OpenView(APIView):
    """One address. The answer carries an ETag; who has it already gets 304 and no body."""

    http_method_names = ["get", "head", "options"]
    renderer_classes = [JSONRenderer]
    parser_classes = [JSONParser]
    content_negotiation_class = AlwaysJson
    throttle_classes = [AnonRateThrottle]

    def get_exception_handler(self) -> Any:
        return explain

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: Any = super().dispatch(request, *args, **kwargs)
        response.render()
        if response.status_code == 200 and request.method in {"GET", "HEAD"}:
            set_response_etag(response)
            response = get_conditional_response(request, etag=response["ETag"], response=response)
        return open_to_all(response)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What a browser asks before it sends If-None-Match from another site."""
        allowed = {
            "Access-Control-Allow-Methods": ", ".join(self.allowed_methods),
            "Access-Control-Allow-Headers": "Content-Type, If-None-Match, If-Modified-Since",
            "Access-Control-Max-Age": "86400",
        }
        return Response(status=204, headers=allowed)


# Errors -------------------------------------------------------------------------------------------------------


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as ``{"error": {"code", "message", "fields"}}``. ``fields`` says what is wrong with each parameter."""
    if isinstance(error, Http404):
        error = exceptions.NotFound(gettext("There is nothing at this address, or it is not published."))
    if not isinstance(error, exceptions.APIException):
        return None
    told: dict[str, Any] = {"code": error.default_code, "message": "", "fields": {}}
    if isinstance(error.detail, dict):
        told["message"] = gettext("A parameter is not understood.")
        told["fields"] = error.detail
    else:
        told["message"] = str(error.detail)
    return Response({"error": told}, status=error.status_code, headers=retry_after(error))


def retry_after(error: exceptions.APIException) -> dict[str, str]:
    """The header that says when it is worth trying again, if the error knows."""
    wait = getattr(error, "wait", None)
    return {"Retry-After": str(int(wait) + 1)} if wait else {}


class Missing(OpenView):
    """Any other address below the interface's."""

    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404


def row_id(number: int) -> int:
    """A number of an address as the id of a row. Raises Http404 where no database could have one so large."""
    if number >= 2**63:
        raise Http404
    return number


# Parameters ---------------------------------------------------------------------------------------------------


@extend_schema_field({"type": "string"})
class MomentField(serializers.DateTimeField):
    """A day or a moment. ``ends`` makes a bare day mean its end. The plus of an offset may have become a blank."""

    def __init__(self, *, ends: bool = False, **kwargs: Any) -> None:
        self.ends = ends
        super().__init__(**kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        text = str(value).strip()
        if len(text) == 10 and self.ends:
            text += "T23:59:59.999999"
        if text[-6:-5] == " ":
            text = f"{text[:-6]}+{text[-5:]}"
        try:
            when: datetime = super().to_internal_value(text)
        except (OverflowError, ValueError):
            self.fail("overflow")
        if not 1970 <= when.year <= 2200:
            self.fail("overflow")
        return when


class Filters(serializers.Serializer[Any]):
    """What may stand behind the question mark. A name that is not known is an error: a slip would widen the answer."""

    page_size = serializers.IntegerField(
        min_value=1,
        max_value=MOST_A_PAGE,
        default=A_PAGE,
        help_text=_("How many results a page has, at most 100."),
    )
    cursor = serializers.CharField(
        required=False, max_length=200, help_text=_("Where to go on: take the whole address from “next”.")
    )

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The parameters as values. Raises ValidationError in words."""
        filters = cls(data=request.query_params.dict())
        if unknown := sorted(set(request.query_params) - set(filters.fields)):
            known = ", ".join(sorted(filters.fields))
            words = gettext("There is no such parameter. These exist: %(names)s.") % {"names": known}
            raise exceptions.ValidationError({name[:60]: [words] for name in unknown[:10]})
        filters.is_valid(raise_exception=True)
        values: dict[str, Any] = filters.validated_data
        return values


# Pages of results ---------------------------------------------------------------------------------------------


def _mark(row: Any, order: str) -> str:
    when: datetime = getattr(row, order.lstrip("-"))
    mark = json.dumps([order, when.isoformat(), row.pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def _read_mark(mark: str, order: str) -> tuple[datetime, int]:
    """The inverse of _mark(). Raises ValidationError on everything else."""
    try:
        told, when, pk = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        moment = datetime.fromisoformat(when)
        if told != order or not isinstance(pk, int) or isinstance(pk, bool) or not timezone.is_aware(moment):
            raise ValueError
        if not 0 <= pk < 2**63 or not 1970 <= moment.year <= 2200:
            raise ValueError
    except (binascii.Error, UnicodeError, TypeError, ValueError, RecursionError):
        words = gettext("This cursor is not one of ours, or belongs to other parameters.")
        raise exceptions.ValidationError({"cursor": [words]}) from None
    return moment, pk


def page_of(request: HttpRequest, found: QuerySet[Any], order: str, filters: dict[str, Any]) -> tuple[list[Any], Any]:
    """One page of ``found`` in the given order, and the address of the next one or None.

    order  a field with a moment, "-" before it for newest first; ties are broken by id. What is published or changed
           meanwhile moves nothing from one page to another.
    """
    field, down = order.lstrip("-"), order.startswith("-")
    found = found.exclude(**{f"{field}__isnull": True}).order_by(order, "-pk" if down else "pk")
    if mark := filters.get("cursor"):
        when, pk = _read_mark(mark, order)
        beyond = "lt" if down else "gt"
        found = found.filter(Q(**{f"{field}__{beyond}": when}) | Q(**{field: when, f"pk__{beyond}": pk}))
    size = filters["page_size"]
    rows = list(found[: size + 1])
    if len(rows) <= size:
        return rows, None
    parameters = {**request.GET.dict(), "cursor": _mark(rows[size - 1], order)}
    return rows[:size], f"{settings.BASE_URL}{request.path}?{urlencode(parameters)}"
