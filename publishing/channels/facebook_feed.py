"""Reads a Page's posts and films back, to tell whether one is out. Part of facebook.py.

The marker is in the link card, or, where a post has pictures or a film instead of a card, in the link of its text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from publishing.channels import frame
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.facebook_errors import TOO_MANY, UNCLEAR
from publishing.story import Post

FIND_DAYS = 7  # a delivery is looked for within days of its last try, or not at all
FIND_PAGES = 20
FIND_PAGE_SIZE = 50

Call = Callable[..., dict[str, Any]]


def listed(call: Call, edge: str, fields: str) -> Iterator[dict[str, Any]]:
    """What is listed under ``edge`` for a week, newest first. Raises UNKNOWN if there is too much of it to be sure."""
    oldest = datetime.now(UTC) - timedelta(days=FIND_DAYS)
    wanted = {"fields": fields, "limit": str(FIND_PAGE_SIZE)}
    for _page in range(FIND_PAGES):
        answer = call("GET", edge, wanted)
        shown = answer.get("data")
        if not isinstance(shown, list):
            raise ChannelError(Outcome.TRANSIENT, UNCLEAR, http_status=200)  # "no data" is not "no such post"
        yield from shown
        # A post pinned to the top may be old: only a page on which all are old ends the search.
        paging = answer.get("paging") or {}
        if not paging.get("next") or (shown and all(_created_at(one) < oldest for one in shown)):
            return
        # ``next`` itself is never called: it is a full address with the token in it.
        wanted["after"] = paging.get("cursors", {}).get("after", "")
    raise ChannelError(Outcome.UNKNOWN, TOO_MANY)


def is_copy(one: Mapping[str, Any], post: Post, marker: str) -> bool:
    """Whether a post of the feed is the one planted with ``marker``."""
    attached = markers_of_card(one)
    message = str(one.get("message") or "")
    if marker in attached or marker in frame.markers_in(message):
        return True
    # A card may be missing for a while. With no marker at all, the same text is the same post.
    return not attached and _normal(message) == _normal(post.text)


def markers_of_card(one: Mapping[str, Any]) -> set[str]:
    """The markers in the link card of a post that was read with its ``attachments``."""
    # The link may be wrapped once in Facebook's own redirect, and then it is encoded once more.
    return set(re.findall(r"utm_id=([A-Za-z0-9_.~-]+)", unquote(json.dumps(one.get("attachments") or {}))))


def film_of(one: Mapping[str, Any]) -> str:
    """The id of the film that a post of the feed shows; empty if it shows none."""
    match one.get("attachments"):
        case {"data": [{"target": {"id": str(number)}, **shown}, *_]}:
            kinds = f"{shown.get('media_type')} {shown.get('type')}"  # "video" and "video_inline" (field)
            return number if "video" in kinds else ""
    return ""


def _created_at(one: Mapping[str, Any]) -> datetime:
    """The time of a listed post; one that cannot be read counts as new."""
    try:
        return datetime.fromisoformat(str(one.get("created_time"))).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def _normal(text: str) -> str:
    return " ".join(frame.nfc(text).split())
