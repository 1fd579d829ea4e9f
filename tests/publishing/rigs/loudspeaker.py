"""A commune's loudspeakers, reached by mail, against the stand-in of a mailbox."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.loudspeaker import Loudspeaker
from publishing.sandbox.newsroom_mail import SENDER, MailSandbox
from tests.publishing.rigs import newsroom_mail

NAME = "Đài Truyền thanh xã Bình Minh (hư cấu)"


class Rig(newsroom_mail.Rig):
    """One station's mailbox."""

    kind: ClassVar[str] = "loudspeaker"
    expected: ClassVar[dict[str, Outcome]] = newsroom_mail.FAULTS

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = MailSandbox(store=Path(self.folder.name), name=NAME, receiver="truyenthanh@binhminh.example")

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "reached_by": "mail",
            "host": "127.0.0.1",
            "port": self.sandbox.port,
            "security": "none",
            "username": self.sandbox.username,
            "sender": SENDER,
            "receiver": self.sandbox.receiver,
        }
        return config, {"password": self.sandbox.password}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Loudspeaker:  # type: ignore[override]
        usual_config, usual_secrets = self.settings()
        http = Http(connect=2, read=3)
        return Loudspeaker(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=NAME, http=http)

    def down(self) -> Loudspeaker:  # type: ignore[override]
        return self.adapter(config={"port": 9})
