"""What every address of the intake has in common: a key with a scope, a limit for each key, refusals in words."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from cms.intake.partners import IntakeKey, IntakePartner
from cms.partner_keys import WRONG_KEYS, key_in, whose
from cms.public import limits
from cms.public.api.base import AlwaysJson, retry_after

MOST_BYTES = 256 * 1024


class Unprocessable(exceptions.APIException):
    """A request that is understood and not taken. ``detail`` as of a ValidationError, or one sentence."""

    status_code = 422
    default_code = "refused"


class Conflict(exceptions.APIException):
    status_code = 409
    default_code = "conflict"


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"


# Who asks -----------------------------------------------------------------------------------------------------


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>``. request.user is the IntakePartner, request.auth the IntakeKey."""

    def authenticate(self, request: Request) -> tuple[IntakePartner, IntakeKey] | None:
        sender = limits.sender(request._request)
        if wait := limits.is_used_up(sender, WRONG_KEYS):
            raise exceptions.Throttled(wait, gettext("Too many wrong keys came from your address."))
        given = key_in(request._request)
        if not given:
            return None
        key = IntakeKey.with_key(given)
        if key is None:
            limits.count(sender, WRONG_KEYS)
            raise exceptions.AuthenticationFailed(self._why(given))
        key.note_use()
        return key.partner, key

    @staticmethod
    def _why(given: str) -> str:
        """Whoever has the whole key is told why it opens nothing any more; nobody else is told anything."""
        if whose(given, IntakeKey.objects.all()):
            return gettext("This key has ended or was revoked. Please ask the office for a new one.")
        return gettext("This key is not one of ours.")

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="intake"'


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The key in the machine-readable description."""

    target_class = KeyAuthentication
    name = "partnerKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        words = gettext("The key that the office gave your organisation, as Authorization: Bearer <key>.")
        return {"type": "http", "scheme": "bearer", "description": words}


class HasScope(BasePermission):
    """The key may do what the view's method needs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, IntakeKey):
            return False
        needed = view.scopes.get(request.method)
        if needed and needed not in request.auth.scopes:
            words = gettext("This key may not do that. It needs the scope “%(scope)s”.")
            raise exceptions.PermissionDenied(words % {"scope": needed})
        return True


class KeyThrottle(SimpleRateThrottle):
    """Counts requests by key."""

    scope = "intake"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle_intake_{request.auth.pk}" if isinstance(request.auth, IntakeKey) else None


# One address --------------------------------------------------------------------------------------------------


class IntakeView(APIView):
    """One address. ``scopes`` names what each method needs of the key."""

    renderer_classes = [JSONRenderer]
    parser_classes = [JSONParser]
    content_negotiation_class = AlwaysJson
    authentication_classes = [KeyAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [KeyThrottle]
    http_method_names = ["get", "head", "post"]
    scopes: dict[str, str] = {}

    def get_exception_handler(self) -> Any:
        return explain

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: Any = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Vary"] = "Authorization"
        return response


class Missing(IntakeView):
    """Any other address below the interface's."""

    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404

    post = get


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request, read up to a limit. Raises an APIException in words."""
    raw = request._request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise TooLarge(gettext("A request may have 256 KB at most. Hand over in several."))
    try:
        asked = json.loads(raw)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise exceptions.ParseError(gettext("Send one JSON object, in UTF-8."), code="not_json")
    return asked


# Refusals -----------------------------------------------------------------------------------------------------


def _flat(detail: Any, path: str = "") -> dict[str, list[Any]]:
    """{"appearances.0.url": details} of an error as REST framework nests it."""
    if isinstance(detail, dict):
        parts = list(detail.items())
    elif isinstance(detail, list) and any(isinstance(each, dict | list) for each in detail):
        parts = list(enumerate(detail))
    else:
        return {path: detail if isinstance(detail, list) else [detail]}
    found: dict[str, list[Any]] = {}
    for name, each in parts:
        if each:
            # What stands at no field of its own is about the whole.
            inner = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            for where, told in _flat(each, inner).items():
                found.setdefault(where, []).extend(told)
    return found


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as ``{"error": {"code", "message", "fields", "reasons"}}``.

    fields   {path: sentences}: what is wrong and what to do; reasons {path: codes}: the same for programs
    """
    if isinstance(error, Http404):
        error = exceptions.NotFound(
            gettext("There is nothing at this address, or it was not handed over with this key.")
        )
    if isinstance(error, exceptions.NotAuthenticated):
        error = exceptions.NotAuthenticated(
            gettext("A key is needed: Authorization: Bearer <key>. The office gives one to your organisation.")
        )
    if not isinstance(error, exceptions.APIException):
        return None
    detail, status = error.detail, error.status_code
    told: dict[str, Any] = {"code": "", "message": "", "fields": {}, "reasons": {}}
    if isinstance(detail, dict | list):
        flat = _flat(detail)
        told["fields"] = {where: [str(each) for each in each_told] for where, each_told in flat.items()}
        told["reasons"] = {where: [each.code for each in each_told] for where, each_told in flat.items()}
        told["code"] = Unprocessable.default_code
        told["message"] = gettext("Nothing was stored. “fields” says what is wrong and what to do.")
        status = 422
    else:
        told["code"], told["message"] = detail.code, str(detail)
    headers = retry_after(error)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="intake"'
    return Response({"error": told}, status=status, headers=headers)
