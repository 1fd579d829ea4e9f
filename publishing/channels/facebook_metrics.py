"""How a post of a Facebook Page does: plain counts of the post, and two metrics of its insights.

Source: developers.facebook.com/docs/graph-api/reference/insights, for v25.0. Facebook withdraws insights metrics from
time to time, and one that is gone fails the whole call: so each is asked for alone, and left out when refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publishing.channels.base import Outcome

MEASURES = ("views", "reach", "reactions", "comments", "shares")
COUNT_FIELDS = "shares,reactions.limit(0).summary(true),comments.limit(0).summary(true)"
INSIGHTS = {"views": "post_media_view", "reach": "post_total_media_view_unique"}
# Withdrawn, or not for this Page or this access: the figure cannot be told. Anything else may be told later.
LEFT_OUT = frozenset({Outcome.PERMANENT, Outcome.AUTH})


def counts(post: Mapping[str, Any]) -> dict[str, int]:
    """Reactions, comments and shares of a post that was asked for with COUNT_FIELDS. Facebook leaves ``shares`` out
    where there are none (field); what it does not say is not made up here."""
    told: dict[str, Any] = {}
    for measure in ("reactions", "comments"):
        match post.get(measure):
            case {"summary": {"total_count": count}}:
                told[measure] = count
    match post.get("shares"):
        case {"count": count}:
            told["shares"] = count
    return {measure: count for measure, count in told.items() if _is_count(count)}


def insight(answer: Mapping[str, Any], metric: str) -> int | None:
    """The value of a metric in an answer of /insights. None where it is not told: a Page with few followers gets an
    empty list."""
    listed = answer.get("data")
    for one in listed if isinstance(listed, list) else []:
        match one:
            case {"name": name, "values": [{"value": count}, *_]} if name == metric and _is_count(count):
                return int(count)
    return None


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0
