"""The first picture of a story as a WordPress article's own picture. Part of wordpress.py.

Source: the attachments controller of WordPress 6.1.9, and its answers: tests/publishing/test_wordpress_real.py.

The picture is fetched from its public address and uploaded under a name made of what it is: its bytes, its description
and its credit. So a repeat, a correction or another answer with the same picture finds the earlier upload, and an upload
whose answer was lost is not made again. Nothing public has happened until then: whatever goes wrong with it is no doubt.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from html import escape
from typing import Any

from django.utils.translation import gettext_noop as _

from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http, NoAnswer, NotSent
from publishing.story import Image
from publishing.text import clip

NAME = "fact-check-"  # how the name of every picture of ours begins
MOST_BYTES = 8 * 1024 * 1024
MOST_MEGABYTES = MOST_BYTES // (1024 * 1024)
FETCH_SECONDS = 30.0
ALLOWANCE = FETCH_SECONDS + 60.0  # what a picture adds to a call: fetched, looked for, uploaded
PIECE_BYTES = 64 * 1024

UNCLEAR = _("The newspaper's site gave no clear answer.")
AWAY = _("The picture of this answer could not be fetched from this site. It is tried again.")
GONE = _("The picture of this answer is no longer at its address. Choose a picture for the answer again.")
TOO_LARGE = _("The picture of this answer is larger than %(limit)s MB. Choose a smaller one.")
NO_PICTURE = _("The picture of this answer is no JPEG, PNG, GIF or WebP file. Choose another one.")
REFUSED = _(
    "The newspaper's site did not take the picture: it may be too large for it, or the site cannot store it. Ask the "
    "newspaper, or choose in the settings of the channel that pictures are not uploaded."
)
NO_UPLOAD = _(
    "This user may not upload pictures at the newspaper. Ask for an account with the role Author or Editor, or choose in "
    "the settings of the channel that pictures are not uploaded."
)

Call = Callable[..., Any]


def media_id(call: Call, http: Http, image: Image) -> int:
    """The number of ``image`` in the site's library, uploaded if it is not there yet. ``call`` is the site's API.

    Raises ChannelError, never UNKNOWN.
    """
    body = fetched(http, image.url)
    extension, content_type = kind_of(body)
    told = "\0".join([image.alt, image.credit]).encode()
    name = NAME + hashlib.sha256(hashlib.sha256(body).digest() + told).hexdigest()[:24]
    try:
        for one in call("GET", "/wp/v2/media", shape=list, params={"slug": name, "_fields": "id,slug"}):
            return int(one["id"])
        about = {
            "slug": name,
            "title": clip(image.alt, 100) or name,
            "alt_text": image.alt,
            "caption": escape(image.credit, quote=False),
        }
        file = {"file": (f"{name}.{extension}", body, content_type)}
        return int(call("POST", "/wp/v2/media", data=about, files=file)["id"])
    except ChannelError as error:
        raise _about_the_picture(error) from None
    except (KeyError, TypeError, ValueError):
        raise ChannelError(Outcome.TRANSIENT, UNCLEAR) from None


def is_ours(call: Call, number: int) -> bool:
    """Whether a picture of the library was uploaded from here; one that is there no longer counts as ours."""
    try:
        found = call("GET", f"/wp/v2/media/{number}", params={"_fields": "slug"})
    except ChannelError as error:
        if error.vendor_code == "rest_post_invalid_id":
            return True
        raise
    return str(found.get("slug", "")).startswith(NAME)


def fetched(http: Http, url: str) -> bytes:
    """The bytes at ``url``, bounded in time and size."""
    until = time.monotonic() + FETCH_SECONDS
    body = b""
    try:
        with http.download(url) as file:
            if file.status != 200:
                is_passing = file.status >= 500 or file.status in {408, 429}
                raise ChannelError(
                    Outcome.TRANSIENT if is_passing else Outcome.PERMANENT,
                    AWAY if is_passing else GONE,
                    http_status=file.status,
                )
            if (file.total or 0) > MOST_BYTES:
                raise ChannelError(Outcome.PERMANENT, TOO_LARGE, values={"limit": MOST_MEGABYTES})
            while len(body) <= MOST_BYTES and (piece := file.read(PIECE_BYTES)):
                body += piece
                if time.monotonic() > until:
                    raise ChannelError(Outcome.TRANSIENT, AWAY)
            if file.total is not None and len(body) < min(file.total, MOST_BYTES):
                raise ChannelError(Outcome.TRANSIENT, AWAY)  # broken off
    except (NotSent, NoAnswer):
        raise ChannelError(Outcome.TRANSIENT, AWAY) from None
    if len(body) > MOST_BYTES:
        raise ChannelError(Outcome.PERMANENT, TOO_LARGE, values={"limit": MOST_MEGABYTES})
    return body


def kind_of(body: bytes) -> tuple[str, str]:
    """(extension, content type) by the first bytes: what an address or a header says may be wrong."""
    if body.startswith(b"\xff\xd8\xff"):
        return "jpg", "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", "image/png"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "gif", "image/gif"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp", "image/webp"
    raise ChannelError(Outcome.PERMANENT, NO_PICTURE)


def _about_the_picture(error: ChannelError) -> ChannelError:
    """The same in words about the picture."""
    outcome, words = error.outcome, error.words
    if error.vendor_code == "rest_cannot_create" and error.http_status != 401:
        outcome, words = Outcome.AUTH, NO_UPLOAD
    elif outcome is Outcome.PERMANENT and error.vendor_code != "rest_no_route" and error.http_status // 100 != 3:
        words = REFUSED
    return ChannelError(
        outcome,
        words,
        vendor_code=error.vendor_code,
        vendor_words=error.vendor_words,
        http_status=error.http_status,
        retry_after=error.retry_after,
    )
