"""Pictures and films of the stand-in for Facebook Pages: fetched from where they are said to be, and looked at.

As at Facebook: a picture must be one, by its first bytes, and under 4 MB; an unpublished picture is seen by nobody until
a post holds it, once; a film is accepted first and processed then, and only then is it in the feed.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publishing.sandbox.facebook_graph import MISSING, Refused, Stored, chosen, graph_time
from publishing.sandbox.server import Reply, Request, View

if TYPE_CHECKING:
    from publishing.sandbox.facebook import FacebookSandbox

PICTURE_BYTES = 4_000_000
FILM_BYTES = 1_000_000_000
MOST_PICTURES = 10
FETCH_SECONDS = 5.0
SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
VIDEO_FIELDS = frozenset({"id", "title", "description", "created_time", "permalink_url", "status", "post_id"})


@dataclass
class Photo:
    """An uploaded picture. ``is_used``: a post shows it."""

    id: str
    page: str
    url: str
    alt: str
    is_used: bool = False

    def shown(self) -> dict[str, str]:
        return {"id": self.id, "url": self.url, "alt": self.alt}


class Media:
    """The pictures and films of ``sandbox``, and their endpoints.

    processing_seconds  until a film can be watched
    fails               Facebook makes nothing of a film
    lists_films         whether GET /{page}/videos may be read
    film_bytes          the largest film
    """

    def __init__(self, sandbox: FacebookSandbox) -> None:
        self.sandbox = sandbox
        self.photos: dict[str, Photo] = {}
        self.processing_seconds, self.fails, self.lists_films, self.film_bytes = 0.0, False, True, FILM_BYTES

    def routes(self) -> list[tuple[str, str, View]]:
        """Under the version of the API."""
        return [
            ("POST", r"/(\d+)/photos", self._create_photo),
            ("POST", r"/(\d+)/videos", self._create_film),
            ("GET", r"/(\d+)/videos", self._list_films),
            ("POST", r"/(\d+)", self._edit_film),
        ]

    def keep(self, photos: Iterable[dict[str, Any]]) -> None:
        """Those of an earlier run."""
        self.photos = {one["id"]: Photo(**one) for one in photos}

    # Pictures ------------------------------------------------------------------------------------------------

    def _create_photo(self, request: Request, page: str) -> Reply:
        fields = self._given(request, page, "url", "caption", "published", "temporary", "alt_text_custom", "no_story")
        if fields.get("published", "true") not in {"true", "false"}:
            raise Refused(100, "(#100) Param published must be a boolean")
        if "url" not in fields:
            raise Refused(324, "(#324) Requires upload file")
        fetched_picture(fields["url"])
        photo = Photo(self.sandbox.number(), page, fields["url"], fields.get("alt_text_custom", ""))
        self.photos[photo.id] = photo
        if fields.get("published") == "false":
            self.sandbox.save()
            return Reply(200, {"id": photo.id})
        photo.is_used = True
        made = self.sandbox.made(page, fields.get("caption", ""), pictures=[photo.shown()])
        return Reply(200, {"id": photo.id, "post_id": made.id})

    def take(self, attached: str, page: str) -> list[dict[str, str]]:
        """The pictures that ``attached_media`` names, now used. Raises Refused, and uses none of them then."""
        try:
            named = json.loads(attached)
        except ValueError:
            named = None
        if not isinstance(named, list) or not named:
            raise Refused(100, "(#100) param attached_media must be an array.")
        found: list[Photo] = []
        for one in named:
            if not isinstance(one, dict) or set(one) != {"media_fbid"} or not isinstance(one["media_fbid"], str):
                raise Refused(100, "(#100) param attached_media must be an array of objects with media_fbid.")
            photo = self.photos.get(one["media_fbid"])
            if photo is None or photo.page != page:
                raise Refused(100, MISSING % one["media_fbid"], 33, kind="GraphMethodException")
            if photo.is_used or photo in found:
                raise Refused(100, "(#100) Photos already posted", 1366051)
            found.append(photo)
        if len(found) > MOST_PICTURES:
            raise Refused(100, f"(#100) Too many photos: at most {MOST_PICTURES}")
        for photo in found:
            photo.is_used = True
        return [photo.shown() for photo in found]

    # Films ---------------------------------------------------------------------------------------------------

    def _create_film(self, request: Request, page: str) -> Reply:
        fields = self._given(request, page, "file_url", "title", "description")
        if "file_url" not in fields:
            raise Refused(100, "(#100) No video file was given")
        fetched_film(fields["file_url"], self.film_bytes)
        film = {"id": self.sandbox.number(), "url": fields["file_url"], "title": fields.get("title", "")}
        ready_at = self.sandbox.clock() + self.processing_seconds
        whole = film | {"ready_at": ready_at, "has_failed": self.fails}
        self.sandbox.made(page, fields.get("description", ""), film=whole)
        return Reply(200, {"id": film["id"]})

    def _list_films(self, request: Request, page: str) -> Reply:
        fields = self._given(request, page, "fields", "limit", "after").get("fields", "id,description")
        if not self.lists_films:
            raise Refused(100, "Unsupported get request.", 33, kind="GraphMethodException")
        films = [post for post in reversed(self.sandbox.posts) if post.page == page and post.film]
        return Reply(200, {"data": [self.film(post, fields) for post in films]})

    def _edit_film(self, request: Request, number: str) -> Reply:
        post = self.sandbox.stored(number)
        given = self._given(request, post.page, "description", "title")
        if not given.get("description", "").strip():
            raise Refused(100, "(#100) The parameter description is required")
        if given["description"] != post.message:
            post.message, post.edited = given["description"], self.sandbox.clock()
            self.sandbox.save()
        return Reply(200, {"success": True})

    def film(self, post: Stored, fields: str) -> dict[str, Any]:
        """The film of a post as the API words it; its permalink is a path (field)."""
        state = "error" if post.film["has_failed"] else "ready" if self.sandbox.is_out(post) else "processing"
        whole = {
            "id": post.film["id"],
            "title": post.film["title"],
            "description": post.message,
            "created_time": graph_time(post.created),
            "permalink_url": self.sandbox.permalink(post).removeprefix(self.sandbox.url),
            "status": {"video_status": state},
            "post_id": post.id,
        }
        return chosen(whole, fields, VIDEO_FIELDS)

    def _given(self, request: Request, page: str, *known: str) -> dict[str, str]:
        """The parameters of a call that only the Page itself may make."""
        if page not in self.sandbox.pages:
            raise Refused(100, MISSING % page, 33, kind="GraphMethodException")
        self.sandbox.must_be_page(request, page)
        return self.sandbox.given(request, *known)


def attachments(post: Stored, address: str) -> list[dict[str, Any]]:
    """The pictures or the film of a post as the API words them."""
    if film := post.film:
        shown = {"media_type": "video", "type": "video_inline", "title": film["title"], "url": address}
        return [shown | {"target": {"id": film["id"], "url": address}}]
    whole: list[dict[str, Any]] = [
        {"media_type": "photo", "type": "photo", "target": {"id": one["id"], "url": address}, "url": address}
        for one in post.pictures
    ]
    return whole if len(whole) < 2 else [{"media_type": "album", "type": "album", "subattachments": {"data": whole}}]


def fetched_picture(url: str) -> None:
    """Raises Refused unless ``url`` leads to a picture that Facebook takes."""
    body = _fetched(url, PICTURE_BYTES + 1, Refused(324, "(#324) Missing or invalid image file"))
    if not body.startswith(SIGNS) and not (body[:4] == b"RIFF" and body[8:12] == b"WEBP"):
        raise Refused(324, "(#324) Missing or invalid image file")
    if len(body) > PICTURE_BYTES:
        raise Refused(100, "(#100) Your photos couldn't be uploaded", 1366046)


def fetched_film(url: str, most_bytes: int) -> None:
    """Raises Refused unless ``url`` leads to an MP4 or QuickTime file that is not too large."""
    body = _fetched(url, most_bytes + 1, Refused(389, "(#389) Unable to fetch video file from URL."))
    if body[4:8] != b"ftyp":
        raise Refused(352, "(#352) The video file you selected is in a format that we don't support.")
    if len(body) > most_bytes:
        raise Refused(382, "(#382) The video file is too large")


def _fetched(url: str, most: int, unusable: Refused) -> bytes:
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise unusable
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - http(s), checked above
            return bytes(answer.read(most))
    except (urllib.error.URLError, OSError, ValueError):
        raise unusable from None
