"""The first picture of a story as a WordPress article's own picture. Part of wordpress.py.

Source: the attachments controller of WordPress 6.1.9, and its answers: tests/publishing/test_wordpress_real.py.

The picture is fetched from its public address and uploaded under a name made of what it is: its bytes, its description
and its credit. So a repeat, a correction or another answer with the same picture finds the earlier upload, and an upload
whose answer was lost is not made again. Nothing public has happened until then: whatever goes wrong with it is no doubt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from html import escape
from typing import Any

from django.utils.translation import gettext_noop as _

from publishing.channels import own_files
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http
from publishing.story import Image
from publishing.text import clip

NAME = "fact-check-"  # how the name of every picture of ours begins
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
ALLOWANCE = own_files.FETCH_SECONDS + 60.0  # what a picture adds to a call: fetched, looked for, uploaded

UNCLEAR = _("The newspaper's site gave no clear answer.")
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
    body, content_type = own_files.picture(http, image.url)
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
        file = {"file": (f"{name}{ENDINGS[content_type]}", body, content_type)}
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
