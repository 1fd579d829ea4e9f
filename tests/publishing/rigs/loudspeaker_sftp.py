"""A commune's loudspeakers, reached over SFTP, against the stand-in of a station with a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.loudspeaker import Loudspeaker
from publishing.sandbox.loudspeaker import NAME, StationSandbox
from tests.publishing.rigs import newsroom


class Rig(newsroom.Rig):
    """One station's folder; the login is by password."""

    kind: ClassVar[str] = "loudspeaker"
    name: ClassVar[str] = "loudspeaker_sftp"
    expected: ClassVar[dict[str, Outcome]] = newsroom.Rig.expected
    sandbox: StationSandbox  # type: ignore[assignment]

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = StationSandbox(store=Path(self.folder.name))

    def __enter__(self) -> Rig:
        self.sandbox.start()
        return self

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "reached_by": "sftp",
            "sftp_host": "127.0.0.1",
            "sftp_port": self.sandbox.port,
            "sftp_username": self.sandbox.username,
            "sftp_directory": self.sandbox.directory,
            "sftp_host_key": self.sandbox.host_key_line,
        }
        return config, {"sftp_password": self.sandbox.password}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Loudspeaker:  # type: ignore[override]
        usual_config, usual_secrets = self.settings()
        http = Http(connect=2, read=3)
        return Loudspeaker(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=NAME, http=http)

    def down(self) -> Loudspeaker:  # type: ignore[override]
        return self.adapter(config={"sftp_port": 9})

    def copies(self) -> list[dict[str, str]]:
        return [{"text": path.read_text(), "url": ""} for path in self.sandbox.bulletins()]
