"""The thread from a click to a post: one id for all that is done because of one request, task or turn of the clock.

A request has one, and what it plans keeps it (``Delivery.trace``). Whoever carries that out later works under the same id,
in another thread, process or night; so one search in the logs shows the click, each attempt, and the call to the channel.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 64
_SHAPE = re.compile(rf"[A-Za-z0-9._-]{{8,{LONGEST}}}")
_current: ContextVar[str] = ContextVar("trace", default="")


def current() -> str:
    """The id under which this thread works now; empty outside of any."""
    return _current.get()


def new() -> str:
    """32 hexadecimal digits, by chance: it says nothing about who asked."""
    return uuid.uuid4().hex


def accepted(offered: str) -> str:
    """``offered`` if it has the shape of an id, otherwise empty: what somebody else invents must not forge a log line."""
    return offered if _SHAPE.fullmatch(offered) else ""


def begin(trace: str) -> None:
    """From now on this thread works under ``trace``, or under a new id where that is empty. Whoever begins also ends."""
    _current.set(trace or new())


def end() -> None:
    _current.set("")


@contextmanager
def tracing(trace: str) -> Iterator[str]:
    """Everything in the block belongs to ``trace``, or to a new id where that is empty."""
    token = _current.set(trace or new())
    try:
        yield _current.get()
    finally:
        _current.reset(token)
