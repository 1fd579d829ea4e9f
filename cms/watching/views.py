"""The addresses that programs ask: is it alive, is it ready, is everything well, and the figures. None has a language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from cms.watching.checks import DEEP, READY
from cms.watching.checkup import Checkup
from cms.watching.guard import for_watchers
from cms.watching.metrics import exposition
from publishing.stuck import oldest_due

ready_checkup, deep_checkup = Checkup(READY), Checkup(DEEP)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing: a database that is away is no reason to start this process anew."""
    return JsonResponse({"ok": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether a request can be served now; 503 says what is missing."""
    return _answer(ready_checkup.result())


@never_cache
@require_safe
@for_watchers
def deep(request: HttpRequest) -> HttpResponse:
    """Whether the office's work goes on by itself."""
    found = deep_checkup.result()
    if found["checks"]["database"]["ok"]:
        now = timezone.now()
        oldest = oldest_due(now)
        found = found | {"oldest_due_seconds": round((now - oldest).total_seconds()) if oldest else 0}
    return _answer(found)


@never_cache
@require_safe
@for_watchers
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus."""
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _answer(found: dict[str, Any]) -> HttpResponse:
    return JsonResponse(found, status=200 if found["ok"] else 503)


addresses: list[URLPattern] = [
    path("health/live", live, name="health_live"),
    path("health/ready", ready, name="health_ready"),
    path("health/deep", deep, name="health_deep"),
    path("metrics", metrics, name="metrics"),
]
