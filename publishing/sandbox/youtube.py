"""A strict stand-in for YouTube's Data API with resumable uploads and Google's OAuth, and for a channel as viewers see it.

It refuses what YouTube refuses: unknown fields, titles and descriptions that are too long or have < in them, pieces that
are no multiple of 256 KiB, an update of a snippet without title and category; and it counts the day's allowance. Vendor
faults, beside those of sandbox.server: quota, throttle, upload_limit, expire_token, forbidden, suspended, bad_metadata,
backend_error (503), partial (a piece is taken in part), session_gone (410), lock_private (kept private), reject.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from publishing.sandbox import youtube_pages as pages
from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL
from publishing.sandbox.youtube_oauth import Oauth

CHANNEL_ID = "UCsandbox0123456789abcdef"
UPLOADS_ID = "UUsandbox0123456789abcdef"
NAME = "Truyền hình Kiểm chứng Ánh Dương (hư cấu)"
CLIENT_ID = "1234-sandbox.apps.googleusercontent.com"
CLIENT_SECRET = "sandbox-youtube-client-secret"
REFRESH_TOKEN = "1//sandbox-youtube-refresh-token"
ACCESS_TOKEN = "ya29.sandbox-youtube-access-token"
ACCESS_SECONDS = 3_599
STEP = 256 * 1024
PICTURE_BYTES = 2 * 1024 * 1024
CATEGORIES = {"22", "24", "25", "27", "28", "29"}
LANGUAGES = {"vi", "en"}
SNIPPET = frozenset("title description tags categoryId defaultLanguage defaultAudioLanguage".split())
STATUS = frozenset(
    "privacyStatus publishAt license embeddable publicStatsViewable selfDeclaredMadeForKids containsSyntheticMedia".split()
)
COSTS = {
    "GET": 1,
    "PUT": 50,
    "POST": 50,
    "DELETE": 50,
}  # units of the day's 10,000; uploads have an allowance of their own
PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass
class Film:
    """A film of the channel; times in seconds since 1970."""

    id: str
    snippet: dict[str, Any]
    status: dict[str, Any]
    created: float
    size: int
    has_picture: bool = False
    views: int = 0


@dataclass
class Session:
    """An upload under way. ``film_id`` is set when it is done."""

    film: dict[str, Any]
    total: int
    bytes: bytearray = field(default_factory=bytearray)
    film_id: str = ""
    is_gone: bool = False


class Refused(Exception):
    """An error as the Data API words it."""

    def __init__(self, status: int, reason: str, message: str = "", domain: str = "youtube.video") -> None:
        super().__init__(message)
        self.status = status
        told = {"message": message or reason, "domain": domain, "reason": reason}
        self.body = {"error": {"code": status, "message": message or reason, "errors": [told]}}


class YouTubeSandbox(Sandbox):
    """One channel.

    visible_after    seconds until the list of uploads shows a new film (one film is readable at once)
    units_a_day      allowance of all calls but uploads; uploads_a_day that of uploads; both until midnight in California
    clock            seconds since 1970
    store            JSON file the films are told in; the bytes are kept in a folder beside it
    redirect_uris    where its consent page may send people back to
    has_channel      whether the Google account has a YouTube channel
    """

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "quota",
        "throttle",
        "upload_limit",
        "expire_token",
        "forbidden",
        "suspended",
        "bad_metadata",
        "backend_error",
        "session_gone",
    )

    secret_names = (*Sandbox.secret_names, "client_secret", "refresh_token", "upload_id", "code", "code_verifier")

    def __init__(
        self,
        port: int = 0,
        delay: float = 0.0,
        *,
        visible_after: float = 0.0,
        units_a_day: int = 10_000,
        uploads_a_day: int = 100,
        clock: Callable[[], float] = time.time,
        store: Path | None = None,
        redirect_uris: Iterable[str] = (),
    ) -> None:
        super().__init__(port, delay)
        self.visible_after, self.clock, self.store = visible_after, clock, store
        self.units_a_day, self.uploads_a_day = units_a_day, uploads_a_day
        self.films: list[Film] = []
        self.bytes: dict[str, bytes] = {}
        self.pictures: dict[str, tuple[str, bytes]] = {}
        self.sessions: dict[str, Session] = {}
        self.access: dict[str, float] = {ACCESS_TOKEN: clock() + ACCESS_SECONDS}
        self.refresh_tokens = {REFRESH_TOKEN}
        self.used: dict[str, int] = {}
        self._load()
        self.has_channel = True
        self.oauth = Oauth(CLIENT_ID, frozenset(redirect_uris), clock, self.refresh_tokens, self._allow)
        for method, pattern, view in self.oauth.routes():
            self.route(method, pattern, view)
        self.route("POST", r"/token", self._renew)
        self.route("POST", r"/upload/youtube/v3/videos", self._begin)
        self.route("PUT", r"/upload/youtube/v3/videos", self._take)
        self.route("POST", r"/upload/youtube/v3/thumbnails/set", self._set_picture)
        self.route("GET", r"/youtube/v3/channels", self._channels)
        self.route("GET", r"/youtube/v3/playlistItems", self._uploads)
        self.route("GET", r"/youtube/v3/videos", self._list)
        self.route("PUT", r"/youtube/v3/videos", self._update)
        self.route("DELETE", r"/youtube/v3/videos", self._delete)
        self.route("GET", r"/", lambda request: pages.channel(NAME, self.public()))
        self.route("GET", r"/watch", self._watch)
        self.route("GET", r"/film/([\w-]+)", self._film)
        self.route("GET", r"/picture/([\w-]+)", self._picture)

    def met_by(self, fault: str) -> Mapping[str, str]:
        """The last piece makes a film of an upload; what is refused at once is refused where the upload begins."""
        is_at_once = fault in {"quota", "upload_limit", "suspended", "bad_metadata"}
        return {"method": "POST" if is_at_once else "PUT", "path": "/upload/youtube/v3/videos"}

    def public(self) -> list[Film]:
        """What viewers find, newest first."""
        return [film for film in reversed(self.films) if film.status["privacyStatus"] == "public"]

    def copies(self) -> list[dict[str, str]]:
        """What a viewer sees: {"text", "url"} of every public film, oldest first."""
        with self.lock:
            return [
                {
                    "text": f"{film.snippet['title']}\n{film.snippet['description']}",
                    "url": f"{self.url}/watch?v={film.id}",
                }
                for film in reversed(self.public())
            ]

    # The Data API --------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """Checks, faults and the allowance around every API call; the pages for people have none."""
        if not request.path.startswith(("/youtube/v3/", "/upload/")):
            return super().answer(request)
        with self.lock:
            try:
                self._check_token(request)
                self._meet_fault(request)
                if not (request.path == "/upload/youtube/v3/videos" and request.method == "PUT"):
                    self._spend(request)
                return super().answer(request)
            except Refused as refused:
                return Reply(refused.status, refused.body)

    def missing(self, request: Request) -> Reply:
        """An unknown path: JSON under the API, a page for people elsewhere."""
        if request.path.startswith(("/youtube/v3/", "/upload/")):
            return Reply(404, Refused(404, "notFound", "Not Found", "global").body)
        return pages.not_found()

    def _check_token(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or self.access.get(token.strip(), 0.0) <= self.clock():
            raise Refused(401, "authError", "Invalid Credentials", "global")

    def _meet_fault(self, request: Request) -> None:
        told = {
            "quota": (403, "quotaExceeded", "The request cannot be completed: quota.", "youtube.quota"),
            "throttle": (403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
            "upload_limit": (
                400,
                "uploadLimitExceeded",
                "The user has exceeded the number of videos.",
                "youtube.video",
            ),
            "expire_token": (401, "authError", "Invalid Credentials", "global"),
            "forbidden": (403, "forbidden", "Access forbidden", "youtube.common"),
            "suspended": (403, "channelSuspended", "The channel has been suspended.", "youtube.common"),
            "bad_metadata": (400, "invalidVideoMetadata", "The request metadata is invalid.", "youtube.video"),
            "backend_error": (503, "backendError", "Backend Error", "global"),
        }
        if request.fault in told:
            raise Refused(*told[request.fault])

    def _spend(self, request: Request) -> None:
        """Calls that are refused afterwards cost as well."""
        day = datetime.fromtimestamp(self.clock(), PACIFIC).date().isoformat()
        is_upload = request.path == "/upload/youtube/v3/videos"
        name, cost, most = (
            (f"uploads {day}", 1, self.uploads_a_day)
            if is_upload
            else (f"units {day}", COSTS[request.method], self.units_a_day)
        )
        if self.used.get(name, 0) + cost > most:
            raise Refused(403, "quotaExceeded", "The request cannot be completed: quota.", "youtube.quota")
        self.used[name] = self.used.get(name, 0) + cost

    def _renew(self, request: Request) -> Reply:
        """Google's OAuth: the refresh token stays good."""
        fields = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        encoding = request.headers.get("Content-Type", "").partition(";")[0]
        kinds = {"refresh_token", "authorization_code"}
        if encoding != "application/x-www-form-urlencoded" or fields.get("grant_type") not in kinds:
            return Reply(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})
        if (fields.get("client_id"), fields.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Reply(401, {"error": "invalid_client", "error_description": "The OAuth client was not found."})
        if fields["grant_type"] == "authorization_code":
            return self.oauth.token(fields)
        with self.lock:
            if fields.get("refresh_token") not in self.refresh_tokens:
                return Reply(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
            new = f"ya29.{secrets.token_urlsafe(24)}"
            self._allow(new)
        return Reply(
            200, {"access_token": new, "expires_in": ACCESS_SECONDS, "token_type": "Bearer", "scope": "youtube"}
        )

    def _allow(self, token: str) -> int:
        """Puts an access token in force, for so many seconds."""
        self.access[token] = self.clock() + ACCESS_SECONDS
        self._save()
        return ACCESS_SECONDS

    # Uploads -------------------------------------------------------------------------------------------------

    def _begin(self, request: Request) -> Reply:
        _only(request, "uploadType", "part", "notifySubscribers")
        if request.query.get("uploadType") != "resumable":
            raise Refused(400, "mediaBodyRequired", "The request does not include the video content.")
        parts = set(request.query.get("part", "").split(","))
        film = _json(request)
        if parts != set(film) or not parts <= {"snippet", "status"} or "snippet" not in parts:
            raise Refused(400, "unexpectedPart", "part and body do not go together", "youtube.part")
        size, kind = (
            request.headers.get("X-Upload-Content-Length", ""),
            request.headers.get("X-Upload-Content-Type", ""),
        )
        if not size.isdecimal() or not int(size) or not re.match(r"video/|application/octet-stream$", kind):
            raise Refused(400, "mediaBodyRequired", "X-Upload-Content-Length or X-Upload-Content-Type is wrong")
        self._check_snippet(film["snippet"])
        status = film.setdefault("status", {"privacyStatus": "public"})
        self._check_status(status, None)
        if request.fault == "lock_private":
            film["status"] = status | {"privacyStatus": "private"}
        if request.fault == "reject":
            film["status"] = status | {"uploadStatus": "rejected", "rejectionReason": "duplicate"}
        upload_id = secrets.token_urlsafe(24)
        self.sessions[upload_id] = Session(film, int(size))
        where = f"{self.url}/upload/youtube/v3/videos?uploadType=resumable&upload_id={upload_id}"
        return Reply(200, b"", {"Location": where})

    def _take(self, request: Request) -> Reply:
        session = self.sessions.get(request.query.get("upload_id", ""))
        if session and request.fault == "session_gone":
            session.is_gone = True
        if session is None or session.is_gone:
            return Reply(410 if session else 404, "<!doctype html><title>Error</title>")
        told = request.headers.get("Content-Range", "")
        if re.fullmatch(rf"bytes \*/({session.total}|\*)", told):
            if request.body:
                raise Refused(400, "badRequest", "a question has no body", "global")
            return self._so_far(session)
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", told)
        if match is None:
            raise Refused(400, "badRequest", f"Content-Range {told} is wrong", "global")
        first, last, total = map(int, match.groups())
        is_last = last + 1 == total
        if (
            total != session.total
            or first != len(session.bytes)
            or last - first + 1 != len(request.body)
            or (not is_last and len(request.body) % STEP)
        ):
            raise Refused(400, "badRequest", f"Content-Range {told} does not go on from {len(session.bytes)}", "global")
        taken = request.body[:STEP] if request.fault == "partial" else request.body
        session.bytes += taken
        if len(session.bytes) == session.total and not session.film_id:
            session.film_id = self._finish(session)
        return self._so_far(session)

    def _so_far(self, session: Session) -> Reply:
        if session.film_id:
            film = next((film for film in self.films if film.id == session.film_id), None)
            return Reply(200, self._resource(film, "snippet,status")) if film else Reply(404, "<!doctype html>")
        return Reply(308, b"", {"Range": f"bytes=0-{len(session.bytes) - 1}"} if session.bytes else {})

    def _finish(self, session: Session) -> str:
        status = {"uploadStatus": "uploaded", "license": "youtube", "embeddable": True} | session.film["status"]
        film = Film(secrets.token_urlsafe(8), session.film["snippet"], status, self.clock(), session.total)
        self.films.append(film)
        self.bytes[film.id] = bytes(session.bytes)
        session.bytes = bytearray()
        self._keep(film.id, "film", self.bytes[film.id])
        self._save()
        return film.id

    def _set_picture(self, request: Request) -> Reply:
        _only(request, "videoId", "uploadType")
        film = self._stored(request.query.get("videoId", ""))
        kind = request.headers.get("Content-Type", "")
        if not request.body:
            raise Refused(
                400, "mediaBodyRequired", "The request does not include the image content.", "youtube.thumbnail"
            )
        if kind not in {"image/jpeg", "image/png", "application/octet-stream"}:
            raise Refused(400, "invalidImage", "The provided image content is invalid.", "youtube.thumbnail")
        if len(request.body) > PICTURE_BYTES:
            raise Refused(413, "mediaTooLarge", "Media larger than 2 MB", "youtube.thumbnail")
        film.has_picture = True
        self.pictures[film.id] = (kind, request.body)
        self._keep(film.id, "picture", request.body)
        self._save()
        return Reply(200, {"kind": "youtube#thumbnailSetResponse", "items": [{}]})

    # Films ---------------------------------------------------------------------------------------------------

    def _channels(self, request: Request) -> Reply:
        _only(request, "part", "mine")
        if request.query.get("mine") != "true":
            raise Refused(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
        whole = {
            "snippet": {"title": NAME},
            "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS_ID}},
        }
        if not self.has_channel:
            return Reply(200, {"items": []})
        chosen = {part: whole[part] for part in request.query.get("part", "").split(",") if part in whole}
        return Reply(200, {"items": [{"kind": "youtube#channel", "id": CHANNEL_ID} | chosen]})

    def _uploads(self, request: Request) -> Reply:
        _only(request, "part", "playlistId", "maxResults", "pageToken")
        if request.query.get("playlistId") != UPLOADS_ID:
            raise Refused(404, "playlistNotFound", "The playlist cannot be found.", "youtube.playlistItem")
        size = int(request.query.get("maxResults") or 5)
        if not 1 <= size <= 50:
            raise Refused(400, "invalidValue", "maxResults must be 0 to 50", "global")
        listed = [film for film in reversed(self.films) if film.created <= self.clock() - self.visible_after]
        start = int(request.query.get("pageToken") or 0)
        items = [{"contentDetails": {"videoId": film.id}} for film in listed[start : start + size]]
        more = {"nextPageToken": str(start + size)} if start + size < len(listed) else {}
        return Reply(200, {"items": items, "pageInfo": {"totalResults": len(listed)}} | more)

    def _list(self, request: Request) -> Reply:
        _only(request, "part", "id")
        ids = request.query.get("id", "").split(",")
        if len(ids) > 50:
            raise Refused(400, "invalidFilters", "too many ids", "youtube.parameter")
        found = [film for one in ids for film in self.films if film.id == one]
        return Reply(200, {"items": [self._resource(film, request.query.get("part", "")) for film in found]})

    def _update(self, request: Request) -> Reply:
        """Every changeable field of a part that is named is overwritten; what is not sent is cleared."""
        _only(request, "part")
        given, parts = _json(request), request.query.get("part", "").split(",")
        if set(given) != {"id", *parts}:
            raise Refused(400, "unexpectedPart", "part and body do not go together", "youtube.part")
        film = self._stored(str(given["id"]))
        if "snippet" in parts:
            self._check_snippet(given["snippet"])
        if "status" in parts:
            self._check_status(given["status"], film)
        if "snippet" in parts:
            film.snippet = given["snippet"]
        if "status" in parts:
            film.status = {"uploadStatus": film.status["uploadStatus"]} | given["status"]
        self._save()
        return Reply(200, self._resource(film, ",".join(parts)))

    def _delete(self, request: Request) -> Reply:
        _only(request, "id")
        self.films.remove(self._stored(request.query.get("id", "")))
        self._save()
        return Reply(204, b"")

    def _stored(self, film_id: str) -> Film:
        for film in self.films:
            if film.id == film_id:
                return film
        raise Refused(404, "videoNotFound", "The video that you are trying to reach cannot be found.")

    def _resource(self, film: Film, part: str) -> dict[str, Any]:
        made = datetime.fromtimestamp(film.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        whole = {
            "snippet": {"publishedAt": made, "channelId": CHANNEL_ID, "channelTitle": NAME} | film.snippet,
            "status": film.status,
            "statistics": {"viewCount": str(film.views), "likeCount": "0", "favoriteCount": "0", "commentCount": "0"},
        }
        unknown = set(part.split(",")) - set(whole)
        if unknown:
            raise Refused(400, "unknownPart", f"{unknown.pop()} is no part", "youtube.part")
        return {"kind": "youtube#video", "id": film.id} | {name: whole[name] for name in part.split(",")}

    @staticmethod
    def _check_snippet(snippet: dict[str, Any]) -> None:
        for name in set(snippet) - SNIPPET:
            raise Refused(400, "badRequest", f'Invalid JSON payload received. Unknown name "{name}"', "global")
        title, told = snippet.get("title"), snippet.get("description", "")
        if not isinstance(title, str) or not 0 < len(title) <= 100 or set("<>") & set(title):
            raise Refused(400, "invalidTitle", "The request metadata specifies an invalid or empty video title.")
        if len(told.encode()) > 5_000 or set("<>") & set(told):
            raise Refused(400, "invalidDescription", "The request metadata specifies an invalid video description.")
        tags = snippet.get("tags", [])
        size = sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(0, len(tags) - 1)
        if size > 500 or any(set("<>,") & set(tag) for tag in tags):
            raise Refused(400, "invalidTags", "The request metadata specifies invalid video keywords.")
        if snippet.get("categoryId") not in CATEGORIES:
            raise Refused(400, "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")
        if snippet.get("defaultLanguage", "vi") not in LANGUAGES:
            raise Refused(400, "invalidVideoMetadata", "The request metadata is invalid.")

    def _check_status(self, status: dict[str, Any], film: Film | None) -> None:
        for name in set(status) - STATUS:
            raise Refused(400, "badRequest", f'Invalid JSON payload received. Unknown name "{name}"', "global")
        if status.get("privacyStatus") not in {"public", "unlisted", "private"}:
            raise Refused(400, "invalidVideoMetadata", "The request metadata is invalid.")
        if status.get("license", "youtube") not in {"youtube", "creativeCommon"}:
            raise Refused(403, "forbiddenLicenseSetting", "The request attempts to set an invalid license.")
        is_public = film is not None and film.status["privacyStatus"] == "public"
        if "publishAt" in status and (status["privacyStatus"] != "private" or is_public):
            raise Refused(
                400, "invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time."
            )

    # What is kept, and what people see -----------------------------------------------------------------------

    def _keep(self, film_id: str, what: str, body: bytes) -> None:
        if self.store:
            folder = self.store.with_suffix(".files")
            folder.mkdir(exist_ok=True)
            (folder / f"{film_id}.{what}").write_bytes(body)

    def _load(self) -> None:
        if self.store and self.store.exists():
            kept = json.loads(self.store.read_text())
            self.films = [Film(**one) for one in kept["films"]]
            self.access, self.used = kept["access"], kept["used"]
            self.refresh_tokens |= set(kept.get("refresh", []))
            folder = self.store.with_suffix(".files")
            for film in self.films:
                self.bytes[film.id] = (folder / f"{film.id}.film").read_bytes()
                if film.has_picture:
                    picture = (folder / f"{film.id}.picture").read_bytes()
                    self.pictures[film.id] = ("image/png" if picture.startswith(b"\x89PNG") else "image/jpeg", picture)

    def _save(self) -> None:
        if self.store:
            kept = {"films": [asdict(one) for one in self.films], "access": self.access, "used": self.used}
            kept["refresh"] = sorted(self.refresh_tokens)
            draft = self.store.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(kept, ensure_ascii=False))
            draft.replace(self.store)

    def _seen(self, film_id: str) -> Film | None:
        return next((film for film in self.public() if film.id == film_id), None)

    def _watch(self, request: Request) -> Reply:
        film = self._seen(request.query.get("v", ""))
        if film is None:
            return pages.not_found()
        film.views += 1
        made = datetime.fromtimestamp(film.created, timezone(timedelta(hours=7)))
        return pages.watch(NAME, film, made)

    def _film(self, request: Request, film_id: str) -> Reply:
        if self._seen(film_id) is None:
            return pages.not_found()
        body = self.bytes[film_id]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if wanted is None or int(wanted[1]) >= len(body):
            return Reply(200, body, content_type="video/mp4")
        first, last = int(wanted[1]), min(int(wanted[2] or len(body) - 1), len(body) - 1)
        place = {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Accept-Ranges": "bytes"}
        return Reply(206, body[first : last + 1], place, content_type="video/mp4")  # browsers wind by ranges

    def _picture(self, request: Request, film_id: str) -> Reply:
        if self._seen(film_id) is None or film_id not in self.pictures:
            return pages.not_found()
        kind, body = self.pictures[film_id]
        return Reply(200, body, content_type=kind)


def _only(request: Request, *known: str) -> None:
    for name in request.query:
        if name not in known:
            raise Refused(400, "unexpectedParameter", f"{name} is not expected", "youtube.parameter")


def _json(request: Request) -> dict[str, Any]:
    if request.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        raise Refused(400, "badRequest", "the body is not application/json", "global")
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "parseError", "This API does not support parsing this.", "global")
    return body
