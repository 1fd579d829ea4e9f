"""A strict stand-in for a Mastodon server with one account, and for its public pages.

It refuses what Mastodon refuses: tokens without the right, texts over the limit, media that are not processed yet,
unknown parameters. It keeps an Idempotency-Key for an hour, and an edit that names no media loses them. Vendor faults,
beside those of sandbox.server: throttle, revoked, scope, invalid, unavailable (503).
"""

from __future__ import annotations

import html
import json
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL

ACCOUNT_ID = "110200300400500600"
ACCOUNT = "kiemchung"
NAME = "Kiểm chứng Ánh Dương (hư cấu)"
TOKEN = "sandboxMastodonToken0123456789abcdefXYZ"
KEY_SECONDS = 3600
WINDOW_SECONDS = 300
PARAMETERS = frozenset(
    "status media_ids sensitive spoiler_text visibility language scheduled_at in_reply_to_id poll media_attributes".split()
)
VISIBILITIES = frozenset({"public", "unlisted", "private", "direct"})


@dataclass
class Stored:
    """A post; times in seconds since 1970. ``counts``: replies, reblogs, favourites."""

    id: str
    text: str
    language: str
    media: list[str]
    created: float
    edited: float = 0.0
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])


@dataclass
class Picture:
    """An uploaded picture; ``polls`` times more it is still being processed."""

    id: str
    kind: str
    description: str
    polls: int
    body: bytes = b""


class Refused(Exception):
    """An error as Mastodon words it."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"error_description": description} if description else {})


class MastodonSandbox(Sandbox):
    """One account.

    scopes           what the token may do
    max_characters   of a post
    media_polls      how often a new picture answers 206 before it is ready; 0: ready at once
    calls            API calls in five minutes, then 429
    clock            seconds since 1970
    store            JSON file the posts are kept in, so that addresses survive a restart on the same port
    """

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "throttle",
        "revoked",
        "scope",
        "invalid",
        "unavailable",
    )

    def __init__(
        self,
        port: int = 0,
        delay: float = 0.0,
        *,
        scopes: frozenset[str] = frozenset({"read", "write:statuses", "write:media"}),
        max_characters: int = 500,
        media_polls: int = 0,
        calls: int = 300,
        clock: Callable[[], float] = time.time,
        store: Path | None = None,
    ) -> None:
        super().__init__(port, delay)
        self.scopes, self.max_characters, self.media_polls = scopes, max_characters, media_polls
        self.calls, self.clock, self.store = calls, clock, store
        self.untold: set[str] = set()  # fields of a post that this server leaves out
        self.posts: list[Stored] = []
        self.media: dict[str, Picture] = {}
        self.keys: dict[str, tuple[float, str]] = {}
        self._last = 113_000_000_000_000_000
        self._called: deque[float] = deque()
        self._load()
        self.route("GET", "/api/v1/accounts/verify_credentials", self._me)
        self.route("GET", "/api/v2/instance", self._instance)
        self.route("GET", r"/api/v1/accounts/(\d+)/statuses", self._listed)
        self.route("POST", "/api/v1/statuses", self._create)
        self.route("GET", r"/api/v1/statuses/(\d+)", lambda request, number: Reply(200, self._told(self._post(number))))
        self.route("PUT", r"/api/v1/statuses/(\d+)", self._edit)
        self.route("DELETE", r"/api/v1/statuses/(\d+)", self._delete)
        self.route("POST", "/api/v2/media", self._upload)
        self.route("GET", r"/api/v1/media/(\d+)", self._media_state)
        self.route("PUT", r"/api/v1/media/(\d+)", self._media_change)
        self.route("GET", r"/media/(\d+)", self._picture)
        self.route("GET", "/", self._show_account)
        self.route("GET", f"/@{ACCOUNT}", self._show_account)
        self.route("GET", rf"/@{ACCOUNT}/(\d+)", self._show_post)

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "POST", "path": "/api/v1/statuses"}

    def copies(self) -> list[dict[str, str]]:
        """What a reader sees: {"text", "url", "language", "media"} of every post, oldest first."""
        with self.lock:
            return [
                {"text": one.text, "url": self._url(one), "language": one.language, "media": ",".join(one.media)}
                for one in self.posts
            ]

    # The API -------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """Checks, faults and limits around every API call; the pages for people have none."""
        if not request.path.startswith("/api/"):
            return super().answer(request)
        request.path = request.path.rstrip("/")  # Rails does not mind
        with self.lock:
            now = self.clock()
            while self._called and self._called[0] <= now - WINDOW_SECONDS:
                self._called.popleft()
            self._called.append(now)
            try:
                if len(self._called) > self.calls or request.fault == "throttle":
                    raise Refused(429, "Too many requests")
                self._check(request)
                reply = super().answer(request)
            except Refused as refused:
                reply = Reply(refused.status, refused.body)
            reset = datetime.fromtimestamp(self._called[0] + WINDOW_SECONDS, UTC)
            reply.headers |= {
                "X-RateLimit-Limit": str(self.calls),
                "X-RateLimit-Remaining": str(max(0, self.calls - len(self._called))),
                "X-RateLimit-Reset": reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            }
            return reply

    def missing(self, request: Request) -> Reply:
        """An unknown path: JSON under the API, a page for people elsewhere."""
        if request.path.startswith("/api/"):
            raise Refused(404, "Not Found")
        return _page("Không tìm thấy", "<p>Không có trang này.</p>", status=404)

    def _check(self, request: Request) -> None:
        """Token and right. The instance and single posts are open to everybody."""
        if request.path == "/api/v2/instance":
            return
        scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if not token and request.method == "GET" and request.path.startswith("/api/v1/statuses/"):
            return
        if scheme != "Bearer" or token != TOKEN or request.fault == "revoked":
            raise Refused(401, "The access token is invalid")
        area = "media" if "/media" in request.path else "statuses"
        needed = {"read", f"read:{area}", "read:accounts"} if request.method == "GET" else {"write", f"write:{area}"}
        if area == "media":
            needed = {"write", "write:media"}
        if not needed & self.scopes or request.fault == "scope":
            raise Refused(403, "This action is outside the authorized scopes")
        if request.fault == "invalid":
            raise Refused(422, "Validation failed: Text can't be blank")
        if request.fault == "unavailable":
            raise Refused(503, "There was a temporary problem serving your request, please try again")

    def _me(self, request: Request) -> Reply:
        return Reply(200, {"id": ACCOUNT_ID, "username": ACCOUNT, "acct": ACCOUNT, "display_name": NAME})

    def _instance(self, request: Request) -> Reply:
        statuses = {
            "max_characters": self.max_characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        }
        return Reply(200, {"domain": "anhduong.example", "version": "4.5.0", "configuration": {"statuses": statuses}})

    def _create(self, request: Request) -> Reply:
        key, now = request.headers.get("Idempotency-Key", ""), self.clock()
        made_at, number = self.keys.get(key, (0.0, ""))
        if key and now - made_at < KEY_SECONDS:
            return Reply(200, self._told(self._post(number)))
        fields = self._fields(request)
        if fields.get("visibility", "public") not in VISIBILITIES:
            raise Refused(422, "Validation failed: Visibility is not included in the list")
        media = self._ready(fields)
        self._last += 1
        made = Stored(str(self._last), self._checked(fields, media), str(fields.get("language") or ""), media, now)
        self.posts.append(made)
        if key:
            self.keys[key] = (now, made.id)
        self._save()
        return Reply(200, self._told(made))

    def _edit(self, request: Request, number: str) -> Reply:
        post = self._post(number)
        fields = self._fields(request)
        media = self._ready(fields)
        text = self._checked(fields, media)
        language = str(fields.get("language") or post.language)
        if (text, language, media) != (post.text, post.language, post.media):
            post.text, post.language, post.media, post.edited = text, language, media, self.clock()
            self._save()
        return Reply(200, self._told(post))

    def _delete(self, request: Request, number: str) -> Reply:
        post = self._post(number)
        self.posts.remove(post)
        self._save()
        return Reply(200, self._told(post) | {"text": post.text})

    def _listed(self, request: Request, account: str) -> Reply:
        if account != ACCOUNT_ID:
            raise Refused(404, "Record not found")
        if unknown := set(request.query) - {
            "limit",
            "max_id",
            "since_id",
            "min_id",
            "exclude_reblogs",
            "exclude_replies",
        }:
            raise Refused(422, f"The stand-in knows no parameter {min(unknown)}")
        size = min(40, int(request.query.get("limit") or 20))
        below = int(request.query.get("max_id") or 10**20)
        return Reply(200, [self._told(one) for one in reversed(self.posts) if int(one.id) < below][:size])

    def _fields(self, request: Request) -> dict[str, Any]:
        """JSON or form; a list in a form is called name[]."""
        encoding = request.headers.get("Content-Type", "").partition(";")[0].strip()
        if encoding == "application/json":
            fields: dict[str, Any] = json.loads(request.body)
        else:
            parsed = parse_qs(request.body.decode(), keep_blank_values=True)
            fields = {
                name.removesuffix("[]"): values if name.endswith("[]") else values[-1]
                for name, values in parsed.items()
            }
        if unknown := set(fields) - PARAMETERS:
            raise Refused(422, f"The stand-in knows no parameter {min(unknown)}")
        return fields

    def _checked(self, fields: dict[str, Any], media: list[str]) -> str:
        text = str(fields.get("status") or "")
        if not text.strip() and not media:
            raise Refused(422, "Validation failed: Text can't be blank")
        if _length(text) > self.max_characters:
            raise Refused(422, f"Validation failed: Text character limit of {self.max_characters} exceeded")
        return text

    def _ready(self, fields: dict[str, Any]) -> list[str]:
        given = [str(number) for number in fields.get("media_ids") or []]
        if len(given) > 4:
            raise Refused(422, "Validation failed: Cannot attach more than 4 files")
        for number in given:
            if number not in self.media or self.media[number].polls > 0:
                raise Refused(422, "Validation failed: Cannot attach files that have not finished processing")
        return given

    def _upload(self, request: Request) -> Reply:
        head = f"Content-Type: {request.headers.get('Content-Type', '')}\r\n\r\n".encode()
        parts = {
            str(part.get_param("name", header="content-disposition")): part
            for part in message_from_bytes(head + request.body, policy=HTTP).iter_parts()
        }
        if "file" not in parts or parts["file"].get_content_maintype() != "image":
            raise Refused(422, "Validation failed: File content type is invalid, File is invalid")
        described = _payload(parts["description"]).decode() if "description" in parts else ""
        if len(described) > 1500:
            raise Refused(422, "Validation failed: Description is too long (maximum is 1500 characters)")
        self._last += 1
        kind, body = parts["file"].get_content_type(), _payload(parts["file"])
        made = Picture(str(self._last), kind, described, self.media_polls, body)
        self.media[made.id] = made
        return Reply(202 if made.polls else 200, self._media_told(made))

    def _media_state(self, request: Request, number: str) -> Reply:
        if number not in self.media:
            raise Refused(404, "Record not found")
        one = self.media[number]
        if one.polls > 0:
            one.polls -= 1
            return Reply(206, self._media_told(one))
        return Reply(200, self._media_told(one))

    def _media_change(self, request: Request, number: str) -> Reply:
        if number not in self.media:
            raise Refused(404, "Record not found")
        return Reply(200, self._media_told(self.media[number]))

    def _media_told(self, one: Picture) -> dict[str, Any]:
        url = None if one.polls else f"{self.url}/media/{one.id}"
        return {"id": one.id, "type": "image", "url": url, "description": one.description or None}

    def _post(self, number: str) -> Stored:
        for one in self.posts:
            if one.id == number:
                return one
        raise Refused(404, "Record not found")

    def _told(self, one: Stored) -> dict[str, Any]:
        replies, reblogs, favourites = one.counts
        told = {
            "id": one.id,
            "url": self._url(one),
            "uri": f"{self.url}/users/{ACCOUNT}/statuses/{one.id}",
            "content": _content(one.text),
            "language": one.language,
            "visibility": "public",
            "created_at": _time(one.created),
            "edited_at": _time(one.edited) if one.edited else None,
            "replies_count": replies,
            "reblogs_count": reblogs,
            "favourites_count": favourites,
            "media_attachments": [self._media_told(self.media[number]) for number in one.media],
        }
        return {name: value for name, value in told.items() if name not in self.untold}

    def _url(self, one: Stored) -> str:
        return f"{self.url}/@{ACCOUNT}/{one.id}"

    def _load(self) -> None:
        if self.store and self.store.exists():
            kept = json.loads(self.store.read_text())
            self.posts, self._last = [Stored(**one) for one in kept["posts"]], kept["last"]
            pictures = [Picture(**one | {"body": bytes.fromhex(one["body"])}) for one in kept["media"]]
            self.media = {one.id: one for one in pictures}

    def _save(self) -> None:
        if self.store:
            media = [asdict(one) | {"body": one.body.hex()} for one in self.media.values()]
            kept = {"last": self._last, "posts": [asdict(one) for one in self.posts], "media": media}
            draft = self.store.with_suffix(".new")
            draft.write_text(json.dumps(kept, ensure_ascii=False))
            draft.replace(self.store)

    # What people see -----------------------------------------------------------------------------------------

    def _picture(self, request: Request, number: str) -> Reply:
        if number not in self.media:
            return self.missing(request)
        return Reply(200, self.media[number].body, content_type=self.media[number].kind)

    def _show_account(self, request: Request) -> Reply:
        shown = "".join(self._card(one) for one in reversed(self.posts))
        return _page(html.escape(NAME), f"<h1>{html.escape(NAME)}</h1>{shown or '<p>Chưa có tút nào.</p>'}")

    def _show_post(self, request: Request, number: str) -> Reply:
        one = next((one for one in self.posts if one.id == number), None)
        if one is None:
            return _page("Không còn tút", "<p>Tút này không có hoặc đã bị gỡ.</p>", status=404)
        return _page(html.escape(NAME), f'{self._card(one)}<p><a href="/@{ACCOUNT}">Tất cả tút</a></p>')

    def _card(self, one: Stored) -> str:
        made = datetime.fromtimestamp(one.created, timezone(timedelta(hours=7)))
        edited = " · <b>Đã chỉnh sửa</b>" if one.edited else ""
        pictures = "".join(
            f'<img src="/media/{number}" alt="{html.escape(self.media[number].description)}">' for number in one.media
        )
        when = f'<a href="{self._url(one)}"><time datetime="{made.isoformat()}">{made:%d/%m/%Y %H:%M}</time></a>'
        head = f"<header><b>{html.escape(NAME)}</b> <small>@{ACCOUNT}<br>{when}{edited}</small></header>"
        return f'<article>{head}<div lang="{html.escape(one.language)}">{_content(one.text)}</div>{pictures}</article>'


def _payload(part: Any) -> bytes:
    """The bytes of one part of a multipart body."""
    return bytes(part.get_payload(decode=True))


def _length(text: str) -> int:
    return len(re.sub(r"https?://\S+", "x" * 23, text))


def _content(text: str) -> str:
    """The post as the HTML that Mastodon makes of it: paragraphs, and links that hide most of their address."""
    paragraphs = []
    for paragraph in re.split(r"\n{2,}", text):
        safe = html.escape(paragraph, quote=False)
        linked = re.sub(r"https?://[^\s<]+", _link, safe)
        paragraphs.append(f"<p>{linked}</p>".replace("\n", "<br />"))
    return "".join(paragraphs)


def _link(found: re.Match[str]) -> str:
    address = found[0]
    scheme, _slashes, rest = address.partition("://")
    shown, hidden = rest[:30], rest[30:]
    return (
        f'<a href="{address.replace(chr(34), "%22")}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}://</span><span class="{"ellipsis" if hidden else ""}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _page(title: str, body: str, status: int = 200) -> Reply:
    """A page for people. ``title`` and ``body`` are HTML."""
    style = """body{margin:0;background:#f2f1f7;color:#17141f;font:16px/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:1rem}h1{font-size:1.25rem}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
article{background:#fff;border:1px solid #d9d6e3;border-radius:.5rem;margin:0 0 1rem;padding:.9rem 1rem}
article p{margin:.5rem 0;overflow-wrap:anywhere}article img{display:block;max-width:100%;border-radius:.4rem}
a{color:#4a3fb3}small,small a{color:#56516b}.invisible{display:none}.ellipsis::after{content:"…"}"""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} (mô phỏng)</title><style>{style}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải Mastodon thật</p><main>{body}</main></html>"""
    return Reply(
        status, whole, {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"}
    )
