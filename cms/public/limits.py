"""How often one sender, and everybody together, may do something. Counted in the cache, never in the database.

A sender is known by a keyed hash of the network address. The key is made at random each day and kept in the cache
only: after that day nobody, the office included, can tell which address a count belonged to.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Limit:
    """At most ``most`` of what ``name`` says in each window of ``seconds``."""

    name: str
    most: int
    seconds: int


def asking_address(request: HttpRequest) -> str:
    """As it is written down by the last hop that our own proxy saw, or that of the peer itself; empty if nobody knows."""
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # What the proxy itself appended. Anything left of it may be invented by the sender.
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip() or address
    return address


def client_address(request: HttpRequest) -> str:
    """The same where it is an IP address; empty where it is not, e.g. over a socket of this machine."""
    try:
        return str(ipaddress.ip_address(asking_address(request)))
    except ValueError:
        return ""


def address_of_sender(request: HttpRequest) -> str:
    """The network address of whoever asks.

    A whole /64 counts as one sender in IPv6, since that is what one household gets.
    """
    address = asking_address(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def sender(request: HttpRequest) -> str:
    """A name for whoever asks that says nothing about them, the same all day and another tomorrow."""
    key = f"limits:key:{timezone.now():%Y%m%d}"
    secret = cache.get_or_set(key, lambda: secrets.token_hex(32), 2 * DAY)
    return hmac.new(str(secret).encode(), address_of_sender(request).encode(), hashlib.sha256).hexdigest()[:32]


def _window(limit: Limit, who: str) -> tuple[str, int]:
    """The cache key of the present window, and the seconds until it ends."""
    number, passed = divmod(int(timezone.now().timestamp()), limit.seconds)
    return f"limits:{limit.name}:{limit.seconds}:{number}:{who}", limit.seconds - passed


def count(who: str, *limits: Limit) -> int:
    """Counts once against every limit. Returns 0, or, beyond a limit, the seconds until it is worth trying again."""
    wait = 0
    for limit in limits:
        key, left = _window(limit, who)
        cache.add(key, 0, limit.seconds)
        try:
            times = cache.incr(key)
        except ValueError:  # it ran out between the two
            times = 1
        if times > limit.most:
            wait = max(wait, left)
    return wait


def is_used_up(who: str, limit: Limit) -> int:
    """Looks without counting: 0, or the seconds until the window ends."""
    key, left = _window(limit, who)
    return left if cache.get(key, 0) >= limit.most else 0


View = Callable[..., HttpResponse]


def searches_at_most(view: View) -> View:
    """For views that search: each counts against SEARCHES_A_MINUTE of one sender, whichever of them it is."""

    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        most = settings.SEARCHES_A_MINUTE  # 0: the proxy in front counts
        wait = count(sender(request), Limit("search", most, MINUTE)) if most else 0
        return too_many(wait) if wait else view(request, *args, **kwargs)

    return limited


def too_many(wait: int) -> HttpResponse:
    """Says so in words, with the seconds to wait for programs."""
    words = gettext("There were very many requests from your connection just now. Please try again in a minute.")
    answer = HttpResponse(words, status=429, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = str(wait)
    answer["Cache-Control"] = "no-store"
    return answer
