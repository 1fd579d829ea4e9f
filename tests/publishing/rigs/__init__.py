"""One rig a channel: the adapter wired to its stand-in (or to the real server), and a look at what is out there.

The contract test (tests/publishing/test_channel_contract.py) runs over every rig in this package. A module here
defines one ``Rig`` class with a class attribute ``kind``, and a ``name`` where a kind has several modules. Where an
adapter does quite another thing with other settings, a subclass of it with a ``name`` of its own runs the whole contract once
more.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, ClassVar, Protocol

from publishing.channels.base import Adapter


class RigProtocol(Protocol):
    """What the contract needs of a channel. Used as a context manager: enter starts the server, exit stops it.

    A rig whose channel cannot send every story may have a ``fit(story)`` that gives a story what is missing, e.g. a film.
    """

    kind: ClassVar[str]
    name: ClassVar[str]  # of a second rig of a kind; the first one goes by its kind
    faults: ClassVar[frozenset[str]]  # faults of sandbox.server (and vendor ones) this rig can inject

    def __enter__(self) -> RigProtocol: ...
    def __exit__(self, *error: object) -> None: ...

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        """(config, secrets) that work."""

    def adapter(self, config: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Adapter:
        """The adapter wired to the server; given values replace single ones of settings()."""

    def copies(self) -> list[dict[str, str]]:
        """Every copy a reader can see now: {"text": all that is readable, "url": public URL or ""}."""

    def fault(self, name: str) -> None:
        """Makes the next creating call meet the fault."""

    # Where the adapter takes recordings:
    # def sounds(self) -> list[str]: SHA-256 of every recording that is at the receiver now

    # Where the adapter has measures, and its vendor may stop telling one of them:
    # def metric_gone(self) -> str: makes the server tell one measure no longer, and returns its name


def rigs() -> dict[str, type]:
    """Every rig by name, which is its kind unless it says otherwise."""
    found: dict[str, type] = {}
    for listed in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{listed.name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and thing.__module__ == module.__name__ and issubclass(thing, module.Rig):
                name = vars(thing).get("name", module.Rig.kind)
                assert name not in found, f"two rigs are called {name}"
                found[name] = thing
    return found
