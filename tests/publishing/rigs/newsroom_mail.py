"""The newsroom's mailbox against its stand-in."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.newsroom_mail import NewsroomMail
from publishing.sandbox.newsroom_mail import NAME, SENDER, MailSandbox

FAULTS = {
    "drop_greeting": Outcome.TRANSIENT,
    "drop_data": Outcome.TRANSIENT,  # without its end a message is not accepted
    "drop_upload": Outcome.UNKNOWN,  # a short message is on its way with its end before the client can notice
    "drop_before": Outcome.UNKNOWN,
    "drop_after": Outcome.UNKNOWN,
    "slow": Outcome.UNKNOWN,
    "busy": Outcome.TRANSIENT,
    "greylist": Outcome.TRANSIENT,
    "full": Outcome.THROTTLED,
    "no_mailbox": Outcome.PERMANENT,
    "refused": Outcome.PERMANENT,
    "wrong_login": Outcome.AUTH,
}


class Rig:
    """One mailbox."""

    kind: ClassVar[str] = "newsroom_mail"
    expected: ClassVar[dict[str, Outcome]] = FAULTS
    faults: ClassVar[frozenset[str]] = frozenset(expected)
    is_beyond_recall: ClassVar[bool] = True  # what was mailed stays with the receiver

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = MailSandbox(store=Path(self.folder.name))

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.sandbox.stop()
        self.folder.cleanup()

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "host": "127.0.0.1",
            "port": self.sandbox.port,
            "security": "none",
            "username": self.sandbox.username,
            "sender": SENDER,
            "receiver": self.sandbox.receiver,
            "formats": "both",
            "embargo_minutes": 0,
        }
        return config, {"password": self.sandbox.password}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> NewsroomMail:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=2, read=3)
        return NewsroomMail(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=NAME, http=http)

    def down(self) -> NewsroomMail:
        return self.adapter(config={"port": 9})

    def copies(self) -> list[dict[str, str]]:
        return [{"text": f"{mail['Subject']}\n{text_of(mail)}", "url": ""} for mail in self.sandbox.mails()]

    def sounds(self) -> list[str]:
        parts = [part for mail in self.sandbox.mails() for part in mail.iter_attachments()]
        return [sha256(part.get_content()).hexdigest() for part in parts if part.get_content_maintype() == "audio"]

    def fault(self, name: str) -> None:
        with self.sandbox.page.lock:
            self.sandbox.page.faults.append({"fault": name, "method": "SMTP"})


def text_of(mail: Any) -> str:
    """What a reader of the mail reads."""
    return str(mail.get_body(("plain",)).get_content())
