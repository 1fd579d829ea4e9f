"""Telegram against its stand-in."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.telegram import Telegram
from publishing.sandbox.telegram import TITLE, TOKEN, USERNAME, TelegramSandbox


class Rig:
    """One channel, one bot that may post in it."""

    kind: ClassVar[str] = "telegram"
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

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.sandbox.stop()

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "chat_id": f"@{USERNAME}",
            "api_base": self.sandbox.url,
            "public_base": self.sandbox.url,
            "on_retraction": "notice",
        }
        return config, {"token": TOKEN}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Telegram:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=1, read=2)
        return Telegram(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=TITLE, http=http)

    def copies(self) -> list[dict[str, str]]:
        return self.sandbox.copies()

    def fault(self, name: str) -> None:
        with self.sandbox.lock:
            self.sandbox.faults.append({"fault": name, "method": "POST", "path": f"/bot{TOKEN}/send"})
