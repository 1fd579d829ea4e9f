"""The intake's machine-readable description (OpenAPI 3.1), made from its views and shapes. Open to everybody."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from cms.public.api import description as public_description


@lru_cache(maxsize=len(settings.LANGUAGES))
def description(language: str) -> dict[str, Any]:
    """The description with its words in ``language``. Made once a process; do not change what you get."""
    from cms.intake.api.urls import described

    own = {
        "TITLE": _("Handing over incidents"),
        "DESCRIPTION": _("For the systems of agencies that watch for rumours and scams. With a key of the office."),
        "SCHEMA_PATH_PREFIX": "/api/intake/v1",
    }
    generator: Any = SchemaGenerator
    with translation.override(language), patched_settings(own):
        made: dict[str, Any] = generator(patterns=described).get_schema(request=None, public=True)
    return made


class DescriptionView(public_description.DescriptionView):
    """/api/intake/v1/openapi.json; ``?lang=`` gives its words in another language."""

    describe = staticmethod(description)
