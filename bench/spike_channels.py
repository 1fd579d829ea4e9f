"""The channels of the spike: eight stand-ins of four kinds, and when each post came to stand there."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from django.conf import settings

if not settings.configured:
    settings.configure()  # the rigs know our adapters, which want some; nothing here is the site

from publishing.sandbox.server import Reply, Request
from tests.publishing.rigs import facebook, mastodon, webhook, wordpress

KINDS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (facebook.Rig, {"calls_an_hour": 10**6}),
    (wordpress.Rig, {}),
    (mastodon.Rig, {"calls": 10**6}),
    (webhook.Rig, {}),
)
OF_EACH = 2
ANSWERS_AFTER = 0.2  # seconds: no vendor answers at once
_TOKEN = re.compile(rb"tin-([0-9a-f]{8}\d+)")


class Channels:
    """``arrived``: (channel, token of the story) -> time of day of the first call that left the post there."""

    def __init__(self, kept: ExitStack) -> None:
        self.arrived: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self.rigs: dict[str, Any] = {}
        for kind, options in KINDS:
            for number in range(1, OF_EACH + 1):
                name = f"{kind.kind} {number}"
                rig = kind(delay=ANSWERS_AFTER, **options)
                self._listen(name, rig.sandbox)
                self.rigs[name] = kept.enter_context(rig)

    def _listen(self, name: str, sandbox: Any) -> None:
        carry_out = sandbox.answer

        def answer(request: Request) -> Reply:
            reply: Reply = carry_out(request)
            if request.method == "POST" and reply.status in {200, 201}:
                at = time.time()
                with self._lock:
                    for token in _TOKEN.findall(request.body):
                        self.arrived.setdefault((name, token.decode()), at)
            return reply

        sandbox.answer = answer

    def connections(self) -> dict[str, Any]:
        """What a person enters to connect them: name -> {kind, config, secrets}."""
        told = {}
        for name, rig in self.rigs.items():
            config, secrets = rig.settings()
            told[name] = {"kind": rig.kind, "config": config, "secrets": secrets}
        return told

    def standing(self) -> Counter[tuple[str, str]]:
        """How often each story stands on each channel, as its readers see it."""
        return Counter(
            (name, token)
            for name, rig in self.rigs.items()
            for copy in rig.copies()
            for token in {found.decode() for found in _TOKEN.findall((copy["text"] + copy["url"]).encode())}
        )

    def saying(self, words: str) -> int:
        """On how many channels these words stand."""
        return sum(any(words in copy["text"] for copy in rig.copies()) for rig in self.rigs.values())
