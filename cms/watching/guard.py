"""Who may look inside: programs on this machine or at addresses that the office allows, and whoever has the token."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_BY_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")


def may_watch(request: HttpRequest) -> bool:
    """By ``Authorization: Bearer …`` or by address. An empty token opens nothing."""
    kind, _space, offered = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if settings.WATCH_TOKEN and kind.lower() == "bearer":
        return hmac.compare_digest(offered.strip().encode(), settings.WATCH_TOKEN.encode())
    return _is_allowed(_address(request))


def _address(request: HttpRequest) -> str:
    """Who asks; empty where that cannot be known. Unlike that of the abuse limits it is never shortened."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        return request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip() or peer
    # A proxy that nobody told us of would make everybody a neighbour.
    return "" if any(name in request.META for name in _BY_PROXY) else peer


def _is_allowed(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in ipaddress.ip_network(network, strict=False) for network in settings.WATCH_FROM)


def for_watchers(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """403 for everybody else."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if may_watch(request):
            return view(request)
        return HttpResponse("Not for you.\n", status=403, content_type="text/plain")

    return guarded
