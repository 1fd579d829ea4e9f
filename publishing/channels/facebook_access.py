"""When a Page's access ends, as far as Facebook tells; part of facebook.py.

Source: developers.facebook.com/docs/graph-api/reference/debug_token, for v25.0 (from memory, never tried against Facebook).
``expires_at`` is 0 for a token without an end. ``data_access_expires_at`` is when the consent of the person who gave the
access has to be renewed, usually 90 days later. What of a Page still works after that is not said, so the earlier of the two
counts as the end while it lies ahead; once past, a token that is said to be valid is taken at its word.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def told_end(answer: dict[str, Any], now: datetime) -> tuple[bool, datetime | None]:
    """(whether the answer of debug_token tells it, the end or None for never)."""
    seen = answer.get("data")
    if not isinstance(seen, dict) or seen.get("is_valid") is not True or not _is_seconds(seen.get("expires_at")):
        return False, None
    ends = [_moment(seen["expires_at"])] if seen["expires_at"] else []
    renewal = seen.get("data_access_expires_at")
    if _is_seconds(renewal) and renewal and _moment(renewal) > now:
        ends.append(_moment(renewal))
    return True, min(ends, default=None)


def _is_seconds(value: object) -> bool:
    return type(value) is int and 0 <= value < 253_402_300_800  # the last second that datetime can say


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
