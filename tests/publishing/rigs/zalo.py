"""Zalo against its stand-in."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels import tokens
from publishing.channels.base import Outcome
from publishing.channels.zalo import Zalo
from publishing.sandbox.zalo import ACCESS_TOKEN, APP_ID, APP_SECRET, NAME, REFRESH_TOKEN, ZaloSandbox
from tests.publishing.at_stand_in import AtStandIn


class Rig(AtStandIn):
    """One Official Account, connected: with an access token in force."""

    kind: ClassVar[str] = "zalo"
    channel: ClassVar[type] = Zalo
    owner: ClassVar[str] = NAME
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

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "app_id": APP_ID,
            "api_base": self.sandbox.url,
            "oauth_base": self.sandbox.url,
            "cover_url": self.sandbox.cover_url,
            "on_retraction": "notice",
        }
        return config, {"app_secret": APP_SECRET} | tokens.kept(ACCESS_TOKEN, REFRESH_TOKEN, 90_000)

    def creating(self) -> str:
        return "/v2.0/article/create"
