"""Around every request: its trace, one log line, and the figures of how many came and how long they took.

The line and the labels name the route, not the address: that may hold the code of a submission or what somebody searched for.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

from publishing import trace

log = logging.getLogger("cms.request")

HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

here = CollectorRegistry()  # of this process; several of them write into files that are read together
requests = Counter(
    "factcheck_requests",
    "Requests answered, by route, method and status.",
    ["route", "method", "status"],
    registry=here,
)
seconds = Histogram(
    "factcheck_request_seconds",
    "How long answers took to be made.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=here,
)


def route_of(request: HttpRequest) -> str:
    """The name of the route, or its pattern where it has none; there are as many as there are routes, whoever asks."""
    match = request.resolver_match
    if match is not None:
        return str(match.view_name if match.url_name else match.route)
    return "static" if request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}") else "none"


class Watched:
    """The outermost middleware, so that it sees what the others answer by themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
        began = time.perf_counter()
        with trace.tracing(trace.accepted(offered)) as its_trace:
            response = self.get_response(request)
            took = time.perf_counter() - began
            route, method = route_of(request), request.method if request.method in METHODS else "other"
            requests.labels(route, method, response.status_code).inc()
            seconds.labels(route).observe(took)
            log.info(
                "%s %s %s in %d ms", method, route, response.status_code, took * 1000,
                extra={"route": route, "status": response.status_code, "ms": round(took * 1000, 1)},
            )  # fmt: skip
            response.headers[HEADER] = its_trace
            return response
