"""The newsroom against its stand-in."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.http import Http
from publishing.channels.newsroom import Newsroom
from publishing.sandbox.newsroom import NAME, NewsroomSandbox


class Rig:
    """One folder of a broadcaster; the login is by password."""

    kind: ClassVar[str] = "newsroom"
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "drop_upload": Outcome.TRANSIENT,  # nothing has its final name yet: surely not accepted
        "disk_full": Outcome.THROTTLED,
        "no_permission": Outcome.PERMANENT,
        "wrong_login": Outcome.AUTH,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = NewsroomSandbox(store=Path(self.folder.name))

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
            "username": self.sandbox.username,
            "directory": self.sandbox.directory,
            "host_key": self.sandbox.host_key_line,
            "provider": "",
            "uri_base": "",
            "formats": "ninjs",
            "embargo_minutes": 0,
        }
        return config, {"password": self.sandbox.password}

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Newsroom:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=2, read=3)
        return Newsroom(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=NAME, http=http)

    def down(self) -> Newsroom:
        return self.adapter(config={"port": 9})

    def copies(self) -> list[dict[str, str]]:
        return [
            {
                "text": f"{item['headlines'][0]['value']}\n{item['bodies'][0]['value']}\n{item.get('edNote', '')}",
                "url": "",
            }
            for item in self.sandbox.items()
        ]

    def sounds(self) -> list[str]:
        return [
            sha256(path.read_bytes()).hexdigest() for path in self.sandbox.inbox.glob("[!.]*") if path.suffix == ".mp3"
        ]

    def fault(self, name: str) -> None:
        with self.sandbox.page.lock:
            self.sandbox.page.faults.append({"fault": name, "method": "SFTP"})
