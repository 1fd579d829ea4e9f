"""Connections to public addresses only, for ``requests``: what leads into a private network is let go in silence."""

from __future__ import annotations

from typing import Any

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from publishing.channels.addresses import is_public


class PrivateAddress(NewConnectionError):
    """The connection stood, to a private address, and was closed before a byte was sent."""


class _HTTPConnection(HTTPConnection):
    def _new_conn(self) -> Any:
        return _checked(self, super()._new_conn())


class _HTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> Any:
        return _checked(self, super()._new_conn())


def _checked(connection: HTTPConnection, opened: Any) -> Any:
    # Asked of the socket itself: between a look-up of our own and the connection, the name could change.
    if not is_public(opened.getpeername()[0]):
        opened.close()
        raise PrivateAddress(connection, "private address")
    return opened


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class OnlyPublic(requests.adapters.HTTPAdapter):
    """Connects as usual, and lets go of what turns out to be a private address."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
