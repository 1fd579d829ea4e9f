"""The signed webhook against its receiver."""

from __future__ import annotations

from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.webhook import Webhook
from publishing.sandbox.webhook import PATH, SECRET, WebhookSandbox
from tests.publishing.at_stand_in import AtStandIn

OWNER = "Trung tâm Kiểm chứng Ánh Dương (hư cấu)"


class Rig(AtStandIn):
    """One receiver that can be asked."""

    kind: ClassVar[str] = "webhook"
    channel: ClassVar[type] = Webhook
    owner: ClassVar[str] = OWNER
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

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {"address": self.sandbox.address, "can_be_asked": True, "may_be_private": True}
        return config, {"secret": SECRET}

    def sounds(self) -> list[str]:
        known = [one.message["story"]["audio"] for one in self.sandbox.posts]
        return [audio["sha256"] for audio in known if audio]

    def creating(self) -> str:
        return PATH
