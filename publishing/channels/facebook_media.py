"""Pictures and films in posts of a Facebook Page. Part of facebook.py.

Source: developers.facebook.com/docs/graph-api/reference/page/photos, /page/videos, /video and /video-status, for v25.0;
what is known from use only is marked (field), what nobody could confirm (memory).

Facebook fetches what is sent from its public address. Such a post has no link card, so the link in its text carries the
marker, and goes on carrying it through every correction. Several pictures are uploaded unpublished first: nobody sees
those, so only the call that makes the post can be in doubt. A film is accepted before it can be watched: Facebook
processes it, and only then is it in the feed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_noop as _

from publishing.channels import facebook_feed as feed
from publishing.channels import frame
from publishing.channels.base import ChannelError, Outcome, Problem
from publishing.channels.facebook_errors import UNCLEAR
from publishing.channels.facebook_feed import Call
from publishing.story import Image, Post, Receipt, Story, Video
from publishing.text import clip

MOST_PICTURES = 10  # (field): the product's limit, in no document
PICTURE_KINDS = frozenset({"jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff"})  # (field)
FILM_KINDS = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/x-m4v", "video/mpeg", "video/ogg"})
FILM_SECONDS = 20 * 60  # of a film that is handed over by its address
TITLE_LENGTH = 255  # (memory)
LOOK_SECONDS = 180.0  # how long a film is watched while it is processed
PAUSE_SECONDS = 5.0
UPLOAD_SECONDS = 90.0  # for the pictures of a post, all together
# What send() may take beyond the usual lease: pictures, each fetched by Facebook; a film that is fetched and processed.
ALLOWANCES: Mapping[str, float] = {"pictures": UPLOAD_SECONDS + 30, "film": 900.0}

NO_ADDRESS = _("A picture or film of this answer has no public address that Facebook could fetch it from.")
TOO_MANY_PICTURES = _("This answer has %(count)s pictures; a post on Facebook takes at most %(limit)s.")
PICTURE_KIND = _("Facebook takes no pictures of the kind “%(kind)s”. Use a JPEG or PNG.")
FILM_KIND = _("Facebook takes no films of the kind “%(kind)s”. Use an MP4 file.")
FILM_LENGTH = _("The film is %(minutes)s minutes long; Facebook takes at most %(limit)s minutes in this way.")
TOO_SLOW = _("Facebook took too long to fetch the pictures. It is tried again.")
FILM_FAILED = _("Facebook took the film and could not process it. It is not on the Page. Check the file, then retry.")

_PATH = "/videos/"


def chosen(sends: str, story: Story) -> tuple[tuple[Video, ...], tuple[Image, ...]]:
    """(film, pictures) of the story that are sent in the place of a link card; both empty: the card."""
    if sends == "film" and story.videos:
        return story.videos[:1], ()
    return (), story.images if sends in {"film", "pictures"} else ()


def credits(pictures: tuple[Image, ...], phrase: str) -> str:
    """Who took or made the pictures, in one line; Facebook has no other place for it. ``phrase``: "Picture: %s"."""
    named = list(dict.fromkeys(frame.nfc(one.credit).strip() for one in pictures if one.credit.strip()))
    return phrase % "; ".join(named) if named else ""


def problems(post: Post) -> list[Problem]:
    """Why Facebook would not take the pictures or the film, as far as is known before it has fetched them."""
    found = []
    if len(post.images) > MOST_PICTURES:
        found.append(Problem(TOO_MANY_PICTURES, {"count": len(post.images), "limit": MOST_PICTURES}))
    urls = [image.url for image in post.images] + [film.url for film in post.videos]
    addresses = [urlsplit(url) for url in urls]
    if any(address.scheme not in {"http", "https"} or not address.hostname for address in addresses):
        found.append(Problem(NO_ADDRESS))
    for image in post.images:
        kind = urlsplit(image.url).path.rpartition("/")[2].rpartition(".")[2].lower()
        if "." in urlsplit(image.url).path.rpartition("/")[2] and kind not in PICTURE_KINDS:
            found.append(Problem(PICTURE_KIND, {"kind": kind}))
    for film in post.videos:
        if film.content_type not in FILM_KINDS:
            found.append(Problem(FILM_KIND, {"kind": film.content_type}))
        if film.seconds > FILM_SECONDS:
            minutes = -(-film.seconds // 60)
            found.append(Problem(FILM_LENGTH, {"minutes": minutes, "limit": FILM_SECONDS // 60}))
    return found


def text_for(post: Post, marker: str, is_marked: bool) -> str:
    """The post's text with the link of its frame marked by ``marker``, or plain where a link card carries the marker.

    post.extra["address"] is the plain address, post.extra["shown"] the address as it is in the text.
    """
    plain, shown = str(post.extra.get("address", "")), str(post.extra.get("shown", ""))
    if not shown or shown not in post.text:
        return post.text
    before, _shown, after = post.text.rpartition(shown)  # the frame's link comes after the wording
    return before + (frame.marked(plain, marker) if is_marked else plain) + after


# Pictures ----------------------------------------------------------------------------------------------------


def post_pictures(call: Call, page: str, post: Post) -> str:
    """Publishes the text with one picture, or with several; returns the post's id, "" if the answer holds none."""
    if len(post.images) == 1:
        fields = _picture(post.images[0]) | {"caption": post.text}
        return _id(call("POST", f"{page}/photos", fields, is_create=True), "post_id")
    uploaded: list[dict[str, str]] = []
    until = time.monotonic() + UPLOAD_SECONDS
    for image in post.images:
        if time.monotonic() > until:
            raise ChannelError(Outcome.TRANSIENT, TOO_SLOW)
        number = _id(call("POST", f"{page}/photos", _picture(image) | {"published": "false"}), "id")
        if not number:
            raise ChannelError(Outcome.TRANSIENT, UNCLEAR, http_status=200)
        uploaded.append({"media_fbid": number})
    # With form encoding a list must be sent as the JSON of it (field).
    fields = {"message": post.text, "attached_media": json.dumps(uploaded)}
    return _id(call("POST", f"{page}/feed", fields, is_create=True), "id")


def _picture(image: Image) -> dict[str, str]:
    return {"url": image.url} | ({"alt_text_custom": image.alt} if image.alt else {})


def _id(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


# Films -------------------------------------------------------------------------------------------------------


class Films:
    """The films of one Page. A film's receipt has "<page>/videos/<film>" for its id: it is no post to the API."""

    def __init__(self, call: Call, page: str, address: Callable[[str], str], pause: Callable[[float], None]) -> None:
        self.call, self.page, self.address, self.pause = call, page, address, pause

    def publish(self, post: Post) -> Receipt:
        """Hands the film over, and waits a while for it to be processed.

        PERMANENT if Facebook could make nothing of it. A film that takes longer has been accepted all the same.
        """
        film = post.videos[0]
        fields = {"file_url": film.url, "title": clip(film.title, TITLE_LENGTH), "description": post.text}
        made = self.call("POST", f"{self.page}/videos", fields, is_create=True, is_film=True)
        number = _id(made, "id")
        if not number:
            raise ChannelError(Outcome.UNKNOWN, UNCLEAR, http_status=200)
        seen: dict[str, Any] = {}
        until = time.monotonic() + LOOK_SECONDS
        while True:
            try:
                seen = self.call("GET", quote(number, safe=""), {"fields": "permalink_url,status"})
            except ChannelError:
                break  # an error from here on would read as "not published"
            if _has_failed(seen):
                self._discard(number)
                raise ChannelError(Outcome.PERMANENT, FILM_FAILED, vendor_code="video_status error")
            if _state(seen) != "processing" or time.monotonic() > until:
                break
            self.pause(PAUSE_SECONDS)
        return self.receipt(number, seen)

    def find(self, marker: str) -> Receipt | None:
        """The marked film among those of the Page, also while it is processed; one that failed is none.

        The list is readable in practice and not documented (field). Where it is refused the feed alone has to tell,
        which is believed only when a film has had time to be processed: see ALLOWANCES.
        """
        fields = "id,description,created_time,permalink_url,status"
        try:
            for one in feed.listed(self.call, f"{self.page}/videos", fields):
                if marker in frame.markers_in(str(one.get("description") or "")) and not _has_failed(one):
                    return self.receipt(str(one["id"]), one)
        except ChannelError as error:
            if error.outcome is not Outcome.PERMANENT:
                raise
        return None

    def receipt(self, number: str, seen: Mapping[str, Any]) -> Receipt:
        link = _id(seen, "permalink_url") or f"/{self.page}{_PATH}{number}/"
        return Receipt(f"{self.page}{_PATH}{number}", self.address(link) if link.startswith("/") else link)

    def _discard(self, number: str) -> None:
        with suppress(ChannelError):  # nobody can watch it: it is only in the way
            self.call("DELETE", quote(number, safe=""))


def film_in(remote_id: str) -> str:
    """The id of the film that a receipt is about; empty for a post."""
    return remote_id.rpartition(_PATH)[2] if _PATH in remote_id else ""


def _state(seen: Mapping[str, Any]) -> str:
    match seen.get("status"):
        case {"video_status": str(state)}:
            return state
    return ""


def _has_failed(seen: Mapping[str, Any]) -> bool:
    return _state(seen) in {"error", "upload_failed", "expired"}
