"""The interface's machine-readable description (OpenAPI 3.1), made from the views and the shapes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from drf_spectacular.generators import SchemaGenerator
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cms.public.api.base import OpenView


@lru_cache(maxsize=len(settings.LANGUAGES))
def description(language: str) -> dict[str, Any]:
    """The description with its words in ``language``. Made once a process; do not change what you get."""
    from cms.public.api.urls import described

    with translation.override(language):
        generator: Any = SchemaGenerator
        made: dict[str, Any] = generator(patterns=described).get_schema(request=None, public=True)
    return made


class DescriptionView(OpenView):
    """/api/v1/openapi.json; ``?lang=`` gives its words in another language."""

    schema = None
    describe = staticmethod(description)

    def get(self, request: Request) -> Response:
        language = request.query_params.get("lang", settings.LANGUAGE_CODE)
        if language not in dict(settings.LANGUAGES):
            words = gettext("There is no such language. These exist: %(names)s.")
            raise ValidationError({"lang": [words % {"names": ", ".join(dict(settings.LANGUAGES))}]})
        return Response(self.describe(language))
