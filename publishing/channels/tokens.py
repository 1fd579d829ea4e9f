"""Access tokens that run out, and what is kept beside one to know when.

A channel that is connected by a refresh token asks a person for that alone. The access token that it gives is stored
among the secrets with the time it runs out, tied to the two tokens it is true of: when a person enters another refresh
token, the access token of the former connection is not used any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def kept(access_token: str, refresh_token: str, seconds: float) -> dict[str, str]:
    """The secrets to store for an access token that is good for ``seconds`` from now."""
    runs_out = datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "access_token": access_token,
        "refresh_token": refresh_token,
        "access_expiry": f"{_print(access_token, refresh_token)} {runs_out.isoformat(timespec='seconds')}",
    }


def runs_out_at(secrets: Mapping[str, str]) -> datetime | None:
    """When the access token runs out: long ago if nobody knows; None if there is nothing to renew it with."""
    refresh_token = secrets.get("refresh_token", "")
    if not refresh_token:
        return None
    true_of, _blank, moment = secrets.get("access_expiry", "").partition(" ")
    if true_of != _print(secrets.get("access_token", ""), refresh_token):
        return LONG_AGO
    return datetime.fromisoformat(moment)


def seconds_of(told: object, otherwise: float) -> float:
    """``expires_in`` as a vendor tells it, a number or the same as text; ``otherwise`` if it is neither."""
    text = str(told)
    return float(text) if text.isdecimal() and int(text) else otherwise


def _print(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
