"""Puts a picture on a Mastodon server. Whatever goes wrong, there is no picture: the words go out all the same.

The picture is fetched from our own site, which is where the story says it is: Mastodon takes bytes, not addresses.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from publishing.channels import own_files
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Answer, Http
from publishing.story import Image
from publishing.text import clip

DESCRIPTION_LIMIT = 1500
FETCH_SECONDS = 8.0
SECONDS = 25.0  # a delivery's lease must not run out over a picture
TIMEOUT = (5.0, 8.0)  # to connect, to read
POLL_SECONDS = 1.0


def upload(http: Http, ask: Callable[..., Answer], image: Image) -> str:
    """The id of the picture once the server has processed it, or "". ``ask`` calls the server's API."""
    until = time.monotonic() + SECONDS
    name = urlsplit(image.url).path.rpartition("/")[2] or "picture"
    described = {"description": clip(image.alt, DESCRIPTION_LIMIT)} if image.alt else {}
    try:
        body, kind = own_files.picture(http, image.url, seconds=FETCH_SECONDS)
        file = {"file": (name, body, kind)}
        answer = ask("POST", "/api/v2/media", Outcome.TRANSIENT, files=file, data=described, timeout=TIMEOUT)
        number = answer.json.get("id") if isinstance(answer.json, dict) else None
        while number and answer.status in {202, 206} and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
            path = f"/api/v1/media/{quote(str(number), safe='')}"
            answer = ask("GET", path, Outcome.TRANSIENT, timeout=TIMEOUT)
    except ChannelError:
        return ""
    return str(number) if number and answer.status == 200 else ""
