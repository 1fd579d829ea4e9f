"""Mastodon against its stand-in."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.mastodon import Mastodon
from publishing.sandbox.mastodon import NAME, TOKEN, MastodonSandbox


class Rig:
    """One account on a server in our own network."""

    kind: ClassVar[str] = "mastodon"
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

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.sandbox.stop()

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "instance": self.sandbox.url,
            "text_limit": 500,
            "on_retraction": "notice",
            "may_be_private": True,
        }
        return config, {"access_token": TOKEN}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Mastodon:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=1, read=2)
        return Mastodon(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=NAME, http=http)

    def copies(self) -> list[dict[str, str]]:
        return self.sandbox.copies()

    def fault(self, name: str) -> None:
        with self.sandbox.lock:
            self.sandbox.faults.append({"fault": name, "method": "POST", "path": "/api/v1/statuses"})

    def metric_gone(self) -> str:
        self.sandbox.untold.add("reblogs_count")
        return "shares"
