"""How often one sender, and everybody together, may do something. Counted in the cache, never in the database.

A sender is known by a keyed hash of the network address. The key is made at random each day and kept in the cache
only: after that day nobody, the office included, can tell which address a count belonged to.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Limit:
    """At most ``most`` of what ``name`` says in each window of ``seconds``."""

    name: str
    most: int
    seconds: int


def address_of_sender(request: HttpRequest) -> str:
    """The network address of whoever asks: the last hop that our own proxy saw, or the peer itself.

    A whole /64 counts as one sender in IPv6, since that is what one household gets.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # What the proxy itself appended. Anything left of it may be invented by the sender.
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip() or address
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
