"""Has this message been answered? For programs, such as a newsroom's or a messenger's assistant."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cms.finding import matching
from cms.public.api import answers, shapes
from cms.public.api.base import OpenView
from cms.public.search import answers_of

MOST_BYTES = 64 * 1024


def question_of(request: Request) -> Any:
    """The JSON of a request, read up to a limit. Raises ValidationError."""
    raw = request._request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise ValidationError({"text": [gettext("This is more than can be checked at once.")]})
    try:
        asked = json.loads(raw)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise ValidationError({"text": [gettext("Send a JSON object with the message in “text”.")]})
    return asked


class CheckView(OpenView):
    """A POST, so that what people were sent lands in no address and no log. Nothing of it is kept."""

    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="check",
        summary=_("Has this been answered?"),
        description=_(
            "Send a message as it was received; up to three answers to it come back. The message is compared here and not kept."
        ),
        request=shapes.CheckQuestion,
        responses={200: shapes.MatchList, 400: shapes.ErrorShape, 429: shapes.ErrorShape},
    )
    def post(self, request: Request) -> Response:
        asked = shapes.CheckQuestion(data=question_of(request))
        asked.is_valid(raise_exception=True)
        matches = matching.find(asked.validated_data["text"], asked.validated_data["language"])
        pages: dict[int, Any] = {page.pk: page for page in answers_of([match.entry for match in matches])}
        found = [(match.score, pages[match.entry.pk]) for match in matches if match.entry.pk in pages]
        found = [(score, page) for score, page in found if not page.is_retracted]
        told = answers.dressed([page for _score, page in found])
        results = [
            {"likeness": round(score, 3), "answer": one} for (score, _page), one in zip(found, told, strict=True)
        ]
        return Response(shapes.MatchList({"results": results}).data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)
