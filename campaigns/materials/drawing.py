"""Typst in a process of its own, so that what it remembers, a layout that never ends and a crash cost no worker.

Each process of the site that draws has one such child (typst_child.py), from its first drawing until half a minute after
its last. Threads take turns.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.second_person import Refused
from cms.cards.typesetting import FONTS

log = logging.getLogger("campaigns.materials.drawing")

CHILD = Path(__file__).parent / "typst_child.py"
LONGEST = 30  # seconds for one drawing, waiting for one's turn not counted
# Nothing of the site's environment is the child's business: it has the secrets in it.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH")


class NotDrawn(Refused):
    """Nothing could be drawn. The words are for an editor; what went wrong is in the log."""


TOO_LONG = _("This takes too long to draw. Shorten the longest text and try again.")
FAILED = _("This could not be drawn. Try again; if it fails again, tell whoever looks after the site.")


class _Gone(Exception):
    """The child ended without an answer."""


class _Child:
    """One running child."""

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(CHILD), str(theirs.fileno()), str(FONTS)],
                pass_fds=[theirs.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one who asked
            )

    def answer(self, asked: bytes) -> tuple[dict[str, Any], bytes]:
        """Raises TimeoutError, or _Gone."""
        try:
            self.pipe.send_bytes(asked)
            if not self.pipe.poll(LONGEST):
                raise TimeoutError
            return json.loads(self.pipe.recv_bytes()), self.pipe.recv_bytes()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise _Gone from error

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.wait()

    def leave(self) -> None:
        """Lets go of it in a process that was forked: it goes on working for the one that started it."""
        self.pipe.close()
        self.process.returncode = 0


class _Drawer:
    """The child of this process, started when it is needed."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.child: _Child | None = None

    def draw(self, asked: bytes) -> bytes:
        with self.turn:
            try:
                said, file = self._answer(asked)
            except TimeoutError:
                log.error("a drawing took longer than %s seconds", LONGEST)
                raise NotDrawn(TOO_LONG) from None
            except _Gone:
                log.error("the process that draws ended twice without an answer")
                raise NotDrawn(FAILED) from None
        if said["fault"]:
            log.error("Typst could not draw: %s", said["fault"])
            raise NotDrawn(FAILED)
        return file

    def _answer(self, asked: bytes) -> tuple[dict[str, Any], bytes]:
        """Asks another child once if the first is gone: it may have been killed, or was just about to end."""
        try:
            return self._asked_once(asked)
        except _Gone:
            return self._asked_once(asked)

    def _asked_once(self, asked: bytes) -> tuple[dict[str, Any], bytes]:
        if self.child is None or self.child.process.poll() is not None:
            self.end()
            self.child = _Child()
        is_last = True  # whatever comes now: a child that is out of step is asked nothing more
        try:
            said, file = self.child.answer(asked)
            is_last = said["is_last"]
            return said, file
        finally:
            if is_last:
                self.end()

    def end(self) -> None:
        if self.child:
            self.child.end()
            self.child = None

    def forked(self) -> None:
        if self.child:
            self.child.leave()
        self.__init__()  # type: ignore[misc]  # the lock may be held by a thread that this process does not have


_drawer = _Drawer()
os.register_at_fork(after_in_child=lambda: _drawer.forked())


def drawn(wants: str, sources: Mapping[str, str], **how: Any) -> bytes:
    """What Typst makes of ``sources`` (file name -> text, begun with main.typ): a "pdf", a "png" (``ppi``, ``page``), or
    for "over" the metadata labelled ``<over>`` as JSON. Raises NotDrawn."""
    return _drawer.draw(json.dumps({"wants": wants, "sources": sources, **how}).encode())


def start_anew() -> None:
    """Ends the child: the next drawing is by one that remembers nothing. For measuring."""
    with _drawer.turn:
        _drawer.end()
