"""How long caches may show what can be corrected or withdrawn without asking us: minutes."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils.cache import patch_cache_control

# A copy in somebody's cache is shown no longer than this after what it shows was withdrawn or replaced; then the cache
# must ask, and keeps what is still right for the price of an empty answer.
FRESH_SECONDS = 300


def kept_for_minutes(answer: HttpResponseBase, etag: str = "") -> HttpResponseBase:
    """``answer`` with the words for caches. Not even one that cannot reach us goes on showing it: it may be withdrawn."""
    if etag:
        answer["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=FRESH_SECONDS, must_revalidate=True)
    return answer
