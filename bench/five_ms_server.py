"""A receiver of webhooks that takes 5 ms for each message: ``python bench/five_ms_server.py PORT``.

Answers 200 with an empty body. GET /count tells as JSON how many messages came, how many different ids they had, and
when the last new one did; POST /forget starts again. Written against asyncio's protocols, so that the server costs the
machine as little as it can: what is measured is the sender.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

TAKES = 0.005
YES = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ID = re.compile(rb"\r\nwebhook-id: *([^\r]+)", re.IGNORECASE)

seen: dict[bytes, float] = {}
calls = 0


class Receiver(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        global calls
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or len(body) < int(length[1] if length else 0):
            return
        self.buffer = b""
        if head.startswith(b"GET /count"):
            told = json.dumps({"calls": calls, "ids": len(seen), "last": max(seen.values(), default=0.0)}).encode()
            self._write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
        elif head.startswith(b"GET /arrivals"):
            told = json.dumps({key.decode(): at for key, at in seen.items()}).encode()
            self._write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
        elif head.startswith(b"POST /forget"):
            seen.clear()
            calls = 0
            self._write(YES)
        else:
            calls += 1
            marker = _ID.search(head)
            seen.setdefault(marker[1] if marker else b"", time.time())
            asyncio.get_running_loop().call_later(TAKES, self._write, YES)

    def _write(self, answer: bytes) -> None:
        self.transport.write(answer)  # type: ignore[attr-defined]


async def main() -> None:
    """Serves until stopped."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
