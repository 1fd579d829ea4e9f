"""Answers made up for a test, where no stand-in is needed: an Http that says what it was told to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from publishing.channels.base import ChannelError
from publishing.channels.http import Answer, Http


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


class Scripted(Http):
    """Answers with what it was given, and remembers what was asked."""

    def __init__(self, *answers: Answer | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def call(self, method: str, url: str, **options: Any) -> Answer:
        self.asked.append((method, url, options))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """Bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(status, named, raw, None if isinstance(body, bytes) else body)


def raised(call: Any) -> ChannelError:
    """The ChannelError of ``call()``."""
    with pytest.raises(ChannelError) as caught:
        call()
    return caught.value
