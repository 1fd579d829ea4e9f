"""What the rigs of channels with a stand-in over HTTP have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from publishing.channels.http import Http


class AtStandIn:
    """``channel`` is the adapter's class, ``owner`` the organisation; ``self.sandbox`` the stand-in, made by the rig.

    A rig says what its own is: ``settings()``, the faults, and where a creating call goes (``creating()``).
    """

    channel: ClassVar[type]
    owner: ClassVar[str]
    sandbox: Any

    def __enter__(self) -> Self:
        self.sandbox.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.sandbox.stop()

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        raise NotImplementedError

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Any:
        usual_config, usual_secrets = self.settings()
        http = Http(connect=1, read=2)
        made = self.channel(usual_config | (config or {}), usual_secrets | (secrets or {}), owner=self.owner, http=http)
        if hasattr(made, "pause"):  # between two looks at what the vendor is still working on
            made.pause = lambda seconds: None
        return made

    def copies(self) -> list[dict[str, str]]:
        return self.sandbox.copies()

    def creating(self) -> str:
        """The path of the call that makes a post, or its beginning."""
        raise NotImplementedError

    def fault(self, name: str) -> None:
        with self.sandbox.lock:
            self.sandbox.faults.append({"fault": name, "method": "POST", "path": self.creating()})
