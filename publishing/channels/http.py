"""HTTP for adapters: bounded in time and size, no redirects, and honest about what may have arrived.

The one thing that matters here: was the request surely not accepted (TRANSIENT), or perhaps (UNKNOWN)?
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import urllib3

from publishing.channels.only_public import OnlyPublic, PrivateAddress, PublicOrOwn

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
MOST_BYTES = 4 * 1024 * 1024
HEADERS = {"User-Agent": "fact-check-publisher", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}

_local = threading.local()

# At DEBUG it writes the path of every request, and some vendors want the credentials in the path.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

_NEVER_SENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.SSLError,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    UnicodeEncodeError,  # a header with letters that HTTP cannot carry
)


class NotSent(Exception):
    """The request did not reach the server: refused, no such host, no TLS."""


class NotPublic(NotSent):
    """The address leads into a private network, where this call may not go. Nothing was sent."""


class NoAnswer(Exception):
    """The request may have reached the server, and no whole answer came back."""


@dataclass(frozen=True)
class Answer:
    """status, headers (case-insensitive) and body of a whole HTTP answer. ``json`` is None if the body is not JSON."""

    status: int
    headers: Any
    body: bytes
    json: Any

    @property
    def text(self) -> str:
        """The body as text, for a record; undecodable bytes are replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass
class Download:
    """A file on its way. ``total`` is the size of the whole file in bytes, None if the server does not say."""

    status: int
    content_type: str
    total: int | None
    raw: Any

    def read(self, size: int) -> bytes:
        """``size`` bytes; fewer only at the end of the file. Raises NoAnswer if the connection breaks."""
        pieces: list[bytes] = []
        with _plain_errors():
            while size and (piece := self.raw.read(size, decode_content=False)):
                pieces.append(piece)
                size -= len(piece)
        return b"".join(pieces)

    def read_some(self, most: int) -> bytes:
        """What has come, at most so many bytes; nothing only at the end of the file. It waits for no more than one piece, so
        that a caller can keep to a time whatever the server does. Raises NoAnswer."""
        with _plain_errors():
            piece: bytes = self.raw.read1(most, decode_content=False)
        return piece


class Http:
    """Calls with time limits. One instance may be used by many threads; connections are kept per thread.

    headers  those of the last whole answer, for what vendors say there about their limits
    """

    def __init__(self, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> None:
        self.timeout = (connect, read)
        self.headers: Mapping[str, str] = {}

    def call(self, method: str, url: str, **options: Any) -> Answer:
        """One request, no redirects followed, at most 4 MiB read. ``options`` as of requests.request.

        It speaks to public IP addresses and those of PRIVATE_NETWORKS, whatever the name leads to (NotPublic). One more
        option, ``only_public``: to public ones alone.
        Raises NotSent or NoAnswer; what they mean for a delivery depends on whether the call creates something,
        so the adapter decides. An HTTP error status is an Answer like any other.
        """
        timeout = options.pop("timeout", self.timeout)
        only_public = bool(options.pop("only_public", False))
        with _plain_errors(), _asked(method, url, timeout, only_public, **options) as answer:
            body = _read(answer, time.monotonic() + self.timeout[1])
            self.headers = answer.headers
            return Answer(answer.status_code, answer.headers, body, _json(body))

    @contextmanager
    def download(self, url: str, start: int = 0, timeout: tuple[float, float] | None = None) -> Iterator[Download]:
        """A file as it is, from byte ``start`` on, without holding it in memory. Any status is an answer.

        Raises NotSent or NoAnswer, also from ``Download.read``. A server that knows no ranges sends the whole file:
        the bytes before ``start`` are then read and dropped.
        """
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with (
            _plain_errors(),
            _asked("GET", url, timeout or self.timeout, headers=headers) as answer,
        ):
            length = str(answer.headers.get("Content-Length", ""))
            skipped = start if answer.status_code == 206 else 0
            total = int(length) + skipped if length.isdecimal() else None
            file = Download(answer.status_code, str(answer.headers.get("Content-Type", "")), total, answer.raw)
            if start and answer.status_code == 200:
                while start and (dropped := len(file.read(min(start, 1024 * 1024)))):
                    start -= dropped
            yield file


def _asked(method: str, url: str, timeout: Any, only_public: bool = False, **options: Any) -> requests.Response:
    """The answer, its body unread. Without a Session of requests, on purpose: no proxy and no .netrc of the environment, no
    cookies of one account in the calls of another, no redirects; and less work for each call."""
    kept: dict[bool, requests.adapters.HTTPAdapter] = _local.__dict__.setdefault("connections", {})
    if only_public not in kept:
        kept[only_public] = OnlyPublic() if only_public else PublicOrOwn()
    headers = HEADERS | (options.pop("headers", None) or {})
    prepared = requests.Request(method, url, headers=headers, **options).prepare()
    return kept[only_public].send(prepared, stream=True, timeout=timeout, verify=True)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """NotSent and NoAnswer in the place of everything that requests and urllib3 raise."""
    try:
        yield
    except _NEVER_SENT as error:
        raise NotSent(_plain(error)) from None
    except requests.exceptions.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, PrivateAddress):
            raise NotPublic(_plain(reason)) from None
        never_connected = isinstance(reason, urllib3.exceptions.NewConnectionError)
        raise (NotSent if never_connected else NoAnswer)(_plain(error)) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise NoAnswer(_plain(error)) from None


def _read(answer: requests.Response, until: float) -> bytes:
    """The body, in bounded time and size: requests' own limit is for each piece, and a server may trickle."""
    body = b""
    while piece := answer.raw.read1(64 * 1024, decode_content=True):
        body += piece
        if len(body) > MOST_BYTES:
            raise NoAnswer("the answer is larger than 4 MiB")
        if time.monotonic() > until:
            raise NoAnswer("the answer did not end in time")
    return body


def _plain(error: BaseException) -> str:
    # requests puts the full URL, and with it perhaps a token, into its messages: keep the kind of error only.
    return type(error).__name__


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
