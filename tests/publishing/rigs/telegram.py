"""Telegram against its stand-in."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.telegram import Telegram
from publishing.sandbox.telegram import TITLE, TOKEN, USERNAME, TelegramSandbox
from tests.publishing.at_stand_in import AtStandIn


class Rig(AtStandIn):
    """One channel, one bot that may post in it."""

    kind: ClassVar[str] = "telegram"
    channel: ClassVar[type] = Telegram
    owner: ClassVar[str] = TITLE
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "server_error": Outcome.UNKNOWN,
        "throttle": Outcome.THROTTLED,
        "revoked": Outcome.AUTH,
        "kicked": Outcome.AUTH,
        "no_rights": Outcome.AUTH,
        "bad_markup": Outcome.PERMANENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, **options: Any) -> None:
        self.sandbox = TelegramSandbox(**{"messages_a_minute": 10_000} | options)

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "chat_id": f"@{USERNAME}",
            "api_base": self.sandbox.url,
            "public_base": self.sandbox.url,
            "on_retraction": "notice",
        }
        return config, {"token": TOKEN}

    def creating(self) -> str:
        return f"/bot{TOKEN}/send"
