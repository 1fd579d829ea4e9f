"""Mastodon against its stand-in."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.mastodon import Mastodon
from publishing.sandbox.mastodon import NAME, TOKEN, MastodonSandbox
from tests.publishing.at_stand_in import AtStandIn


class Rig(AtStandIn):
    """One account on a server in our own network."""

    kind: ClassVar[str] = "mastodon"
    channel: ClassVar[type] = Mastodon
    owner: ClassVar[str] = NAME
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "unavailable": Outcome.UNKNOWN,
        "throttle": Outcome.THROTTLED,
        "revoked": Outcome.AUTH,
        "scope": Outcome.AUTH,
        "invalid": Outcome.PERMANENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, **options: Any) -> None:
        self.sandbox = MastodonSandbox(**{"calls": 10_000} | options)

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "instance": self.sandbox.url,
            "text_limit": 500,
            "on_retraction": "notice",
            "may_be_private": True,
        }
        return config, {"access_token": TOKEN}

    def creating(self) -> str:
        return "/api/v1/statuses"

    def metric_gone(self) -> str:
        self.sandbox.untold.add("reblogs_count")
        return "shares"
