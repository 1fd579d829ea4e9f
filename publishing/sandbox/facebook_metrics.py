"""The figures of a post as the Graph API tells them: fields with a summary, and insights that may be withdrawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

COUNT_FIELDS = frozenset({"shares", "reactions.limit(0).summary(true)", "comments.limit(0).summary(true)"})
METRICS = frozenset({"post_media_view", "post_total_media_view_unique", "post_clicks", "post_reactions_by_type_total"})
INVALID_METRIC = "(#100) The value must be a valid insights metric"


@dataclass
class Figures:
    """What readers did with the posts, by post id. ``withdrawn`` are metrics that Facebook knows no longer."""

    views: dict[str, int] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    reactions: dict[str, int] = field(default_factory=dict)
    comments: dict[str, int] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    is_small_page: bool = False  # under 100 followers Facebook tells no insights

    def saw(self, post_id: str, who: str) -> None:
        self.views[post_id] = self.views.get(post_id, 0) + 1
        self.readers.setdefault(post_id, set()).add(who)

    def fields(self, post_id: str) -> dict[str, Any]:
        """Under the names they are asked for by; ``shares`` only where there are any."""
        told: dict[str, Any] = {
            f"{name}.limit(0).summary(true)": {"data": [], "summary": {"total_count": counted.get(post_id, 0)}}
            for name, counted in (("reactions", self.reactions), ("comments", self.comments))
        }
        if shares := self.shares.get(post_id):
            told["shares"] = {"count": shares}
        return told

    def insights(self, post_id: str, metric: str) -> dict[str, Any] | None:
        """The answer for one or more metrics; None if one of them is no metric, which fails the call."""
        names = metric.split(",")
        if not set(names) <= METRICS - self.withdrawn:
            return None
        values: dict[str, Any] = {
            "post_media_view": self.views.get(post_id, 0),
            "post_total_media_view_unique": len(self.readers.get(post_id, ())),
            "post_clicks": 0,
            "post_reactions_by_type_total": {"like": self.reactions.get(post_id, 0)},
        }
        told = [
            {
                "id": f"{post_id}/insights/{name}/lifetime",
                "name": name,
                "period": "lifetime",
                "values": [{"value": values[name]}],
            }
            for name in names
        ]
        return {"data": [] if self.is_small_page else told, "paging": {}}
