"""Asks a stranger's server for one page, so that nothing but this page can come of it.

Only http and https on their own ports, only addresses of the open Internet, looked at before each connection, after each
redirect anew. No cookie, no credential, no proxy of the environment. Time and size are bounded whatever the server does:
one that trickles is cut off by the clock, and what is packed is unpacked no further than the bound.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.channels.addresses import NotOpen, open_addresses
from publishing.channels.http import HEADERS

SECONDS = 20.0  # for everything together, redirects too; looking up a name is bounded by the resolver
CONNECT_SECONDS = 5.0
MOST_BYTES = 10 * 1024 * 1024
MOST_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_ASKED = {"User-Agent": HEADERS["User-Agent"], "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"}


class Problem(models.TextChoices):
    """Why a page could not be had."""

    ADDRESS = "address", _("This is not the address of a public web page.")
    PRIVATE = "private", _("The address leads into a private network, where nothing is fetched.")
    GONE = "gone", _("The page is gone: the site says so.")
    NO_NAME = "no_name", _("The name of the site leads nowhere.")
    TLS = "tls", _("The site cannot prove that it is the one named in the address (certificate).")
    REFUSED = "refused", _("The site refuses programs: please upload a screenshot.")
    NO_ANSWER = "no_answer", _("The site does not answer, or broke off.")
    TROUBLE = "trouble", _("The site has a fault of its own just now.")
    SLOW = "slow", _("The site was too slow.")
    LARGE = "large", _("It is larger than 10 MB: please save it yourself and upload it.")
    REDIRECTS = "redirects", _("The site leads from one address to the next without end.")


class NotFetched(Exception):
    """The page could not be had; ``problem`` says why, ``status`` is the HTTP status or 0."""

    def __init__(self, problem: Problem, status: int = 0) -> None:
        super().__init__(problem.value)
        self.problem, self.status = problem, status


@dataclass(frozen=True)
class Fetched:
    """A whole answer. ``address`` is the last one after redirects; ``headers`` have small letters; ``body`` is unpacked."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(address: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Fetched:
    """The page, or with HEAD what is said about it; 304 is an answer. Raises NotFetched, and nothing else."""
    until = time.monotonic() + SECONDS
    here = address
    for _hop in range(MOST_REDIRECTS + 1):
        found = _ask(here, method, headers or {}, until)
        where = found.headers.get("location", "")
        if found.status not in {301, 302, 303, 307, 308} or not where:
            return _judged(found, address)
        try:
            here = urljoin(here, where)
        except ValueError:
            raise NotFetched(Problem.ADDRESS) from None
    raise NotFetched(Problem.REDIRECTS)


def _judged(found: Fetched, asked: str) -> Fetched:
    status = found.status
    if status in {404, 410}:
        raise NotFetched(Problem.GONE, status)
    if status >= 500 and status != 999:  # 999 is how one network says no to programs
        raise NotFetched(Problem.TROUBLE, status)
    is_answer = 200 <= status < 300 or status == 304
    if not is_answer or (_is_log_in(found.address) and not _is_log_in(asked)):
        raise NotFetched(Problem.REFUSED, status)
    return found


def _is_log_in(address: str) -> bool:
    return not {"login", "login.php", "signin", "checkpoint", "authwall"}.isdisjoint(
        urlsplit(address).path.lower().split("/")
    )


# One request ----------------------------------------------------------------------------------------------------


def _ask(address: str, method: str, headers: Mapping[str, str], until: float) -> Fetched:
    scheme, host, port, target = _parts(address)
    connection = http.client.HTTPConnection(host, port)
    clock = _Clock(until)
    try:
        with _connected(scheme, host, port, clock) as opened:
            connection.sock = opened
            connection.request(method, target, headers={**_ASKED, **headers})
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            is_read = method != "HEAD" and 200 <= answer.status < 300
            body = _unpacked(_read(answer, clock), said.get("content-encoding", "")) if is_read else b""
        return Fetched(address, answer.status, said, body)
    except NotFetched:
        raise
    except (OSError, ValueError, http.client.HTTPException, zlib.error) as error:
        raise NotFetched(Problem.SLOW if clock.is_over else _meaning(error)) from None


def _meaning(error: Exception) -> Problem:
    if isinstance(error, NotOpen):
        return Problem.PRIVATE
    if isinstance(error, socket.gaierror):
        return Problem.NO_NAME
    if isinstance(error, ssl.SSLError):
        return Problem.TLS
    if isinstance(error, TimeoutError):
        return Problem.SLOW
    return Problem.ADDRESS if isinstance(error, http.client.InvalidURL) else Problem.NO_ANSWER


def _parts(address: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, what to ask for) of an address that may be fetched; NotFetched for any other."""
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(address, None)  # names and paths with other letters as the net writes them
        parts = urlsplit(prepared.url or "")
        scheme, host = parts.scheme, parts.hostname or ""
        port = parts.port or _PORTS.get(scheme, 0)
    except (requests.RequestException, ValueError):
        raise NotFetched(Problem.ADDRESS) from None
    is_usual = scheme in _PORTS and (port == _PORTS[scheme] or settings.FETCHES_FROM_LOOPBACK)
    if not is_usual or not host or parts.username is not None or parts.password is not None:
        raise NotFetched(Problem.ADDRESS)
    return scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _Clock:
    """Cuts the line of whoever takes too long; a limit for each piece that comes would let a server trickle for ever."""

    def __init__(self, until: float) -> None:
        self.until = until

    @property
    def left(self) -> float:
        return max(0.01, self.until - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until

    @contextmanager
    def watching(self, opened: socket.socket) -> Iterator[None]:
        def cut() -> None:
            try:
                socket.socket.shutdown(opened, socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already

        timer = threading.Timer(self.left, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def _connected(scheme: str, host: str, port: int, clock: _Clock) -> Iterator[socket.socket]:
    opened = _reached(_addresses(host, port), port, clock)
    if scheme == "https":
        opened = _TRUSTED.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)
    try:
        with clock.watching(opened):
            if isinstance(opened, ssl.SSLSocket):
                opened.do_handshake()
            yield opened
    finally:
        opened.close()


_TRUSTED = ssl.create_default_context(cafile=requests.utils.DEFAULT_CA_BUNDLE_PATH)


def _addresses(host: str, port: int) -> list[str]:
    if settings.FETCHES_FROM_LOOPBACK and host in {"127.0.0.1", "localhost"}:
        return ["127.0.0.1"]
    return open_addresses(host, port)


def _reached(addresses: list[str], port: int, clock: _Clock) -> socket.socket:
    """A connection to the first of the addresses that answers; each was looked at, and no name is asked for again."""
    failed: OSError = OSError("no address")
    for address in addresses[:4]:
        try:
            return socket.create_connection((address, port), timeout=min(CONNECT_SECONDS, clock.left))
        except OSError as error:
            failed = error
    raise failed


def _read(answer: http.client.HTTPResponse, clock: _Clock) -> bytes:
    told = answer.length  # None: the server does not say
    if told is not None and told > MOST_BYTES:
        raise NotFetched(Problem.LARGE)
    body = bytearray()
    while piece := answer.read1(64 * 1024):
        body += piece
        if len(body) > MOST_BYTES:
            raise NotFetched(Problem.LARGE)
        if clock.is_over:
            raise NotFetched(Problem.SLOW)
    if clock.is_over:
        raise NotFetched(Problem.SLOW)
    if told is not None and len(body) < told:
        raise NotFetched(Problem.NO_ANSWER)
    return bytes(body)


def _unpacked(body: bytes, packing: str) -> bytes:
    """The body as it was before it was packed. One layer of gzip or zlib: nothing else was asked for."""
    if packing.strip().lower() in {"", "identity"}:
        return body
    unpacking: Any = zlib.decompressobj(wbits=47)
    whole: bytes = unpacking.decompress(body, MOST_BYTES + 1)
    if len(whole) > MOST_BYTES:
        raise NotFetched(Problem.LARGE)
    if not unpacking.eof:
        raise NotFetched(Problem.NO_ANSWER)
    return whole
