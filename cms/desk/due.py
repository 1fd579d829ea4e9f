"""How much time is left, as a sign and words: late is seen at once, and never by colour alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from cms.clocks import left_in_words
from publishing.desk.words import Badge

SOON = timedelta(hours=4)


def due_badge(due_at: datetime, now: datetime | None = None) -> Badge:
    """``now`` is asked once for a list, so that its rows agree."""
    now = now or timezone.now()
    words = left_in_words(due_at, now)
    if due_at < now:
        return Badge(words, "warning", "bad")
    return Badge(words, "time", "care" if due_at - now <= SOON else "busy")
