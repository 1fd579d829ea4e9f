"""What every public template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """``site_name``, ``base_url`` and whether this is the demonstration."""
    return {"site_name": settings.WAGTAIL_SITE_NAME, "base_url": settings.BASE_URL, "is_demo": settings.IS_DEMO}
