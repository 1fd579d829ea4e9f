"""Connections for ``requests`` that go to addresses which were looked at: of the open Internet, and, where a call may go
there, of the office's own networks. Any other is not even knocked at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from publishing.channels.addresses import NotOpen, open_addresses


class PrivateAddress(NewConnectionError):
    """The address lies in a private network where the call may not go. Nothing was connected to."""


class _HTTPConnection(HTTPConnection):
    only_public = True

    def _new_conn(self) -> Any:
        return _opened(self, super()._new_conn, self.only_public)


class _HTTPSConnection(HTTPSConnection):
    only_public = True

    def _new_conn(self) -> Any:
        return _opened(self, super()._new_conn, self.only_public)


class _OwnHTTPConnection(_HTTPConnection):
    only_public = False


class _OwnHTTPSConnection(_HTTPSConnection):
    only_public = False


def _opened(connection: HTTPConnection, connect: Callable[[], Any], only_public: bool) -> Any:
    """A connection to an address that was looked at before. The name stays what TLS and the Host header go by."""
    name = connection._dns_host
    try:
        addresses = open_addresses(name, connection.port or 0, only_public=only_public)
    except NotOpen:
        raise PrivateAddress(connection, "private address") from None
    except OSError as error:
        raise NewConnectionError(connection, type(error).__name__) from None
    try:
        for address in addresses[:-1]:
            connection._dns_host = address
            with suppress(NewConnectionError, ConnectTimeoutError):
                return connect()
        connection._dns_host = addresses[-1]
        return connect()
    finally:
        connection._dns_host = name


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _OwnHTTPPool(HTTPConnectionPool):
    ConnectionCls = _OwnHTTPConnection


class _OwnHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _OwnHTTPSConnection


class PublicOrOwn(requests.adapters.HTTPAdapter):
    """Connects to addresses of the open Internet and of PRIVATE_NETWORKS, and to the site itself."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _OwnHTTPPool, "https": _OwnHTTPSPool}


class OnlyPublic(requests.adapters.HTTPAdapter):
    """Connects to addresses of the open Internet, and to no other."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
