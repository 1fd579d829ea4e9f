"""Zalo against its stand-in."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels import tokens
from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.zalo import Zalo
from publishing.sandbox.zalo import ACCESS_TOKEN, APP_ID, APP_SECRET, NAME, REFRESH_TOKEN, ZaloSandbox


class Rig:
    """One Official Account, connected: with an access token in force."""

    kind: ClassVar[str] = "zalo"
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "hiccup": Outcome.UNKNOWN,
        "throttle": Outcome.THROTTLED,
        "quota": Outcome.THROTTLED,
        "expire_token": Outcome.AUTH,
        "no_package": Outcome.AUTH,
        "not_linked": Outcome.AUTH,
        "media_failed": Outcome.PERMANENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, **options: Any) -> None:
        self.sandbox = ZaloSandbox(**options)

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.sandbox.stop()

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "app_id": APP_ID,
            "api_base": self.sandbox.url,
            "oauth_base": self.sandbox.url,
            "cover_url": self.sandbox.cover_url,
            "on_retraction": "notice",
        }
        return config, {"app_secret": APP_SECRET} | tokens.kept(ACCESS_TOKEN, REFRESH_TOKEN, 90_000)

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Zalo:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=1, read=2)
        made = Zalo(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=NAME, http=http)
        made.pause = lambda seconds: None
        return made

    def copies(self) -> list[dict[str, str]]:
        return self.sandbox.copies()

    def fault(self, name: str) -> None:
        with self.sandbox.lock:
            self.sandbox.faults.append({"fault": name, "method": "POST", "path": "/v2.0/article/create"})
