"""Encryption of channel credentials at rest.

``CREDENTIAL_KEYS`` holds one or more secrets, newest first. The first encrypts, all decrypt, so that a key is
rotated by putting a new one in front, running ``manage.py rotate_credentials``, and dropping the old one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from publishing import logs

# Others who keep something sealed: each seals it anew under the newest key, and returns the names of what no key opens.
others: list[Callable[[], list[str]]] = []


class CannotDecrypt(Exception):
    """None of the configured keys opens the credentials: they must be entered again."""


def _fernet() -> MultiFernet:
    return _fernet_of(tuple(settings.CREDENTIAL_KEYS))


@lru_cache(maxsize=4)
def _fernet_of(secrets: tuple[str, ...]) -> MultiFernet:
    keys = (base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()) for secret in secrets)
    return MultiFernet([Fernet(key) for key in keys])


def seal(values: dict[str, str]) -> str:
    """The values as one encrypted token."""
    return _fernet().encrypt(json.dumps(values).encode()).decode()


def unseal(token: str) -> dict[str, str]:
    """The inverse of seal(); {} for an empty token. Raises CannotDecrypt."""
    if not token:
        return {}
    try:
        opened: dict[str, str] = json.loads(_fernet().decrypt(token.encode()))
    except InvalidToken:
        raise CannotDecrypt from None
    logs.hide(value for value in opened.values() if isinstance(value, str))
    return opened


def reseal(token: str) -> str:
    """The same values under the newest key."""
    return _fernet().rotate(token.encode()).decode() if token else ""
