"""How the stand-in for the Graph API words things: errors, chosen fields, times; and what it keeps of a post."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MISSING = "Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation."


@dataclass
class Stored:
    """A post of a Page; times in seconds since 1970."""

    id: str
    page: str
    message: str
    link: str
    created: float
    edited: float = 0.0
    pictures: list[dict[str, str]] = field(default_factory=list)  # id, url, alt
    film: dict[str, Any] = field(default_factory=dict)  # id, url, title, ready_at, has_failed


class Refused(Exception):
    """An error as the Graph API words it."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int = 0,
        *,
        status: int = 400,
        kind: str = "OAuthException",
        user_words: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.error: dict[str, Any] = {"message": message, "type": kind, "code": code}
        if subcode:
            self.error["error_subcode"] = subcode
        if user_words:
            self.error |= {"error_user_title": "Không đăng được", "error_user_msg": user_words}


def chosen(whole: dict[str, Any], fields: str, known: frozenset[str]) -> dict[str, Any]:
    """The fields asked for, and the id; a field that does not exist is refused."""
    wanted = {name.strip() for name in fields.split(",")} | {"id"}
    for name in sorted(wanted - known):
        raise Refused(100, f"(#100) Tried accessing nonexisting field ({name})")
    return {name.partition(".")[0]: value for name, value in whole.items() if name in wanted}


def graph_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
