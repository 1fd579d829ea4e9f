"""The signed webhook against its receiver."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.webhook import Webhook
from publishing.sandbox.webhook import PATH, SECRET, WebhookSandbox

OWNER = "Trung tâm Kiểm chứng Ánh Dương (hư cấu)"


class Rig:
    """One receiver that can be asked."""

    kind: ClassVar[str] = "webhook"
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "server_error": Outcome.UNKNOWN,
        "server_error_after": Outcome.UNKNOWN,
        "throttle": Outcome.THROTTLED,
        "busy": Outcome.THROTTLED,
        "rotated": Outcome.AUTH,
        "refuse": Outcome.PERMANENT,
        "moved": Outcome.PERMANENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, **options: Any) -> None:
        self.sandbox = WebhookSandbox(**options)

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.sandbox.stop()

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {"address": self.sandbox.address, "can_be_asked": True, "may_be_private": True}
        return config, {"secret": SECRET}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Webhook:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=1, read=2)
        return Webhook(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=OWNER, http=http)

    def copies(self) -> list[dict[str, str]]:
        return self.sandbox.copies()

    def fault(self, name: str) -> None:
        with self.sandbox.lock:
            self.sandbox.faults.append({"fault": name, "method": "POST", "path": PATH})
