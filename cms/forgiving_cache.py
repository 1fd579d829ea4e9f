"""Django's cache in Redis, that goes on in the memory of the process while Redis does not answer.

What is in it is counts of the abuse limits and what can be made again: no reader should see an error for it, and no
limit should be off. Until Redis is back each process counts for itself, as without Redis.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger("cms.forgiving_cache")

# So long a Redis that did not answer is left alone.
AGAIN_SECONDS = 5.0

_away_until = 0.0


def _forgiving(name: str) -> Callable[..., Any]:
    """The method ``name`` of both caches, as one."""

    def either(self: ForgivingRedis, *args: Any, **kwargs: Any) -> Any:
        global _away_until
        if time.monotonic() >= _away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                _away_until = time.monotonic() + AGAIN_SECONDS
                log.warning("Redis does not answer, each process counts for itself: %s", error)
        return getattr(self.here, name)(*args, **kwargs)

    return either


class ForgivingRedis(RedisCache):
    """The same interface; errors of the connection never reach whoever asks."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.here = LocMemCache("while redis is away", {"MAX_ENTRIES": 100_000})

    get = _forgiving("get")
    get_many = _forgiving("get_many")
    set = _forgiving("set")
    set_many = _forgiving("set_many")
    add = _forgiving("add")
    touch = _forgiving("touch")
    incr = _forgiving("incr")
    delete = _forgiving("delete")
    delete_many = _forgiving("delete_many")
    has_key = _forgiving("has_key")
    clear = _forgiving("clear")
