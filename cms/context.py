"""What every public template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """``site_name``, ``base_url`` and whether this is the demonstration.

    ``name_of_site`` is the same as ``site_name``, for views that put their own meaning into the latter (the log-in does).
    """
    name = settings.WAGTAIL_SITE_NAME
    return {"site_name": name, "name_of_site": name, "base_url": settings.BASE_URL, "is_demo": settings.IS_DEMO}
