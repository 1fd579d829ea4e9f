"""A strict stand-in for the Graph API of Facebook Pages, and for the Page as its readers see it.

It refuses what Facebook refuses: a person's token, unknown parameters, texts that are too long, the same post twice in a
row, a picture that is none. Vendor faults, beside those of sandbox.server: throttle, expire_token, duplicate, abusive,
unscrapable, server_error (nothing stored), server_error_after (stored, and yet an error).
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from publishing.sandbox import facebook_pages as pages
from publishing.sandbox.facebook_graph import MISSING, Refused, Stored, chosen, graph_time
from publishing.sandbox.facebook_media import Media, attachments
from publishing.sandbox.facebook_metrics import COUNT_FIELDS, INVALID_METRIC, Figures
from publishing.sandbox.facebook_oauth import PATHS, Oauth
from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL

PAGE_ID = "104200300400500"
PAGE_NAME = "Trung tâm Kiểm chứng Ánh Dương (hư cấu)"
PAGE_TOKEN = "EAAsandboxPageToken0123456789"
OTHER_PAGE_ID = "104200300400501"
OTHER_PAGE_NAME = "Nhịp sống Ánh Dương (hư cấu)"
OTHER_PAGE_TOKEN = "EAAsandboxOtherPageToken0123456789"
APP_SECRET = "sandbox-facebook-app-secret"
USER_TOKEN = "EAAsandboxUserToken0123456789"
USER_ID = "90100200300"
MESSAGE_LIMIT = 63_206
POST_FIELDS = frozenset(
    {"id", "message", "created_time", "updated_time", "permalink_url", "is_published", "attachments", *COUNT_FIELDS}
)
DUPLICATE = "(#506) Duplicate status message"


class FacebookSandbox(Sandbox):
    """Pages by id: (name, Page token).

    redirect_uris  where the login dialog of its app (APP_ID) may send people back to
    app_secret     with it a proof that is sent is checked; with requires_proof every call needs one
    visible_after  seconds until the feed lists a new post (a single post is readable at once)
    calls_an_hour  100 in X-App-Usage; beyond it calls are refused
    clock          seconds since 1970
    store          JSON file the posts are kept in, so that permanent links survive a restart on the same port
    media          pictures and films, and how they fare
    dead           token -> subcode of error 190: 463 expired, 467 revoked, 460 password changed …
    """

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "throttle",
        "expire_token",
        "duplicate",
        "abusive",
        "unscrapable",
        "server_error",
        "server_error_after",
    )

    secret_names = (*Sandbox.secret_names, "code", "client_secret", "fb_exchange_token", "input_token")

    def __init__(
        self,
        port: int = 0,
        delay: float = 0.0,
        *,
        pages: Mapping[str, tuple[str, str]] | None = None,
        app_secret: str = "",
        requires_proof: bool = False,
        visible_after: float = 0.0,
        calls_an_hour: int = 4_800,
        clock: Callable[[], float] = time.time,
        store: Path | None = None,
        redirect_uris: Iterable[str] = (),
    ) -> None:
        super().__init__(port, delay)
        both = {PAGE_ID: (PAGE_NAME, PAGE_TOKEN), OTHER_PAGE_ID: (OTHER_PAGE_NAME, OTHER_PAGE_TOKEN)}
        self.pages = dict(pages or both)
        self.app_secret, self.requires_proof = app_secret, requires_proof
        self.visible_after, self.calls_an_hour = visible_after, calls_an_hour
        self.clock, self.store = clock, store
        self.dead: dict[str, int] = {}
        self.posts: list[Stored] = []
        self.figures = Figures()
        self.media = Media(self)
        self._last = 122_000_000
        self._calls: deque[float] = deque()
        self._load()
        self.oauth = Oauth(self.pages, app_secret or APP_SECRET, frozenset(redirect_uris), clock, Refused, self.dead)
        for method, pattern, view in self.oauth.routes():
            self.route(method, pattern, view)
        graph = r"/v\d+\.\d+"
        self.route("GET", rf"{graph}/me/accounts", self._accounts)
        self.route("POST", rf"{graph}/(\d+)/feed", self._create)
        self.route("GET", rf"{graph}/(\d+)/feed", self._feed)
        for method, pattern, view in self.media.routes():
            self.route(method, rf"{graph}{pattern}", view)
        self.route("GET", rf"{graph}/me", lambda request: self._node(request, self._who(request)))
        self.route("GET", rf"{graph}/(\d+(?:_\d+)?)", self._node)
        self.route("GET", rf"{graph}/(\d+_\d+)/insights", self._insights)
        self.route("POST", rf"{graph}/(\d+_\d+)", self._edit)
        self.route("DELETE", rf"{graph}/(\d+(?:_\d+)?)", self._delete)
        self.route("GET", r"/", self._show_pages)
        self.route("GET", r"/(\d+)", self._show_page)
        self.route("GET", r"/(\d+)/posts/(\d+)", self._show_post)
        self.route("GET", r"/(\d+)/videos/(\d+)/?", self._show_film)
        self.route("GET", r"/(\d+)_(\d+)", self._show_post)

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "POST", "path": f"/v25.0/{PAGE_ID}"}

    def copies(self) -> list[dict[str, str]]:
        """What a reader sees: {"text", "url", "link"} of every post, oldest first."""
        with self.lock:
            return [
                {"text": post.message, "url": self.permalink(post), "link": post.link}
                for post in self.posts
                if self.is_out(post)
            ]

    # The Graph API -------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """Checks, faults and limits around every API call; the pages for people have none."""
        if not re.match(r"/v\d+\.\d+/", request.path):
            return super().answer(request)
        with self.lock:
            try:
                self._count_call()
                if not PATHS.fullmatch(request.path):
                    self._check_token(request)
                self._meet_fault(request)
                reply = super().answer(request)
                if request.fault == "server_error_after":
                    raise Refused(2, "Service temporarily unavailable", status=503)
            except Refused as refused:
                trace = f"A{len(self.log):010d}"
                reply = Reply(refused.status, {"error": refused.error | {"fbtrace_id": trace}}, refused.headers)
            percent = min(100, len(self._calls) * 100 // self.calls_an_hour)
            reply.headers["X-App-Usage"] = json.dumps(
                dict.fromkeys(("call_count", "total_time", "total_cputime"), percent)
            )
            return reply

    def missing(self, request: Request) -> Reply:
        """An unknown path: JSON under the API, a page for people elsewhere."""
        if re.match(r"/v\d+\.\d+/", request.path):
            raise Refused(2500, f"Unknown path components: {request.path}")
        return pages.page("Không tìm thấy", "<p>Không có trang hoặc bài viết này.</p>", status=404)

    def _count_call(self) -> None:
        now = self.clock()
        while self._calls and self._calls[0] <= now - 3600:
            self._calls.popleft()
        self._calls.append(now)  # calls that are refused count as well
        if len(self._calls) > self.calls_an_hour:
            raise Refused(4, "(#4) Application request limit reached", status=403)

    def _token(self, request: Request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme == "Bearer" else self._fields(request).get("access_token", "")

    def _who(self, request: Request) -> str:
        """The id of the Page or person the token speaks for."""
        token = self._token(request)
        if token in self.oauth.short_pages:
            return self.oauth.short_pages[token][0]
        return next((page for page, (_name, own) in self.pages.items() if own == token), USER_ID)

    def _check_token(self, request: Request) -> None:
        token = self._token(request)
        if not token:
            raise Refused(104, "An access token is required to request this resource.")
        if token in self.dead:
            words = "Vui lòng đăng nhập lại." if self.dead[token] == 463 else ""
            raise Refused(190, "Error validating access token", self.dead[token], status=401, user_words=words)
        if 0 < self.oauth.page_ends.get(token, 0.0) <= self.clock():
            raise Refused(190, "Error validating access token: Session has expired", 463, status=401)
        is_fixed = token == USER_TOKEN or token in {own for _name, own in self.pages.values()}
        if not is_fixed and not self.oauth.knows(token):
            raise Refused(190, f"Malformed access token {token}")  # quoted, as Facebook does
        proof = self._fields(request).get("appsecret_proof", "")
        if self.requires_proof and not proof:
            words = "API calls from the server require an appsecret_proof argument"
            raise Refused(100, words, kind="GraphMethodException")
        right = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof and self.app_secret and not hmac.compare_digest(proof, right):
            words = "Invalid appsecret_proof provided in the API argument"
            raise Refused(100, words, kind="GraphMethodException")

    def _meet_fault(self, request: Request) -> None:
        usage = {"type": "pages", "call_count": 100, "total_time": 40, "total_cputime": 30}
        headers = {"X-Business-Use-Case-Usage": json.dumps({"1": [usage | {"estimated_time_to_regain_access": 7}]})}
        match request.fault:
            case "throttle":
                raise Refused(32, "(#32) Page request limit reached", status=403, headers=headers)
            case "expire_token":
                raise Refused(190, "Error validating access token: Session has expired", 463, status=401)
            case "duplicate":
                raise Refused(506, DUPLICATE)
            case "abusive":
                words = "Nội dung này vi phạm Tiêu chuẩn cộng đồng."
                raise Refused(368, "The action attempted has been deemed abusive", 1346003, user_words=words)
            case "unscrapable":
                raise Refused(1609005, "(#1609005) The link could not be scraped")
            case "server_error":
                raise Refused(1, "An unknown error occurred", status=500)

    def _fields(self, request: Request) -> dict[str, str]:
        """Query and body together. Form encoding or JSON; anything else is refused."""
        fields = dict(request.query)
        if not request.body:
            return fields
        encoding = request.headers.get("Content-Type", "").partition(";")[0].strip()
        if encoding == "application/x-www-form-urlencoded":
            parsed = parse_qs(request.body.decode(), keep_blank_values=True, strict_parsing=True)
            return fields | {name: values[-1] for name, values in parsed.items()}
        if encoding == "application/json":
            given: dict[str, str] = json.loads(request.body)
            return fields | given
        raise Refused(100, f"(#100) The stand-in does not read {encoding or 'a body without Content-Type'}")

    def given(self, request: Request, *known: str) -> dict[str, str]:
        """The call's own parameters. Refuses unknown ones and values that are not text."""
        own = {"access_token", "appsecret_proof"}
        fields = {name: value for name, value in self._fields(request).items() if name not in own}
        for name, value in fields.items():
            if name not in known:
                raise Refused(100, f"(#100) Unknown parameter: {name}")
            if not isinstance(value, str):
                raise Refused(100, f"(#100) Param {name} must be a string.")
        if max(len(fields.get(name, "")) for name in ("message", "caption", "description")) > MESSAGE_LIMIT:
            raise Refused(100, "(#100) The message is too long", user_words="Nội dung bài viết quá dài.")
        return fields

    def must_be_page(self, request: Request, page: str) -> None:
        if self._who(request) != page:
            words = "(#200) Unpublished posts must be posted to a page as the page itself."
            raise Refused(200, words, status=403)

    def _create(self, request: Request, page: str) -> Reply:
        if page not in self.pages:
            raise Refused(100, MISSING % page, 33, kind="GraphMethodException")
        self.must_be_page(request, page)
        fields = self.given(request, "message", "link", "attached_media")
        message, link = fields.get("message", ""), fields.get("link", "")
        attached = fields.get("attached_media", "")
        if link and attached:
            raise Refused(100, "(#100) link and attached_media cannot be sent together")
        if not message.strip() and not link and not attached:
            raise Refused(100, "(#100) At least one of message, link, attached_media is required")
        if link:
            parts = urlsplit(link)
            if parts.scheme not in {"http", "https"} or not parts.netloc or re.search(r"\s", link):
                raise Refused(100, "(#100) Invalid URL", 2061006)
            if re.search(r"(^|\.)facebook\.com$", parts.hostname or ""):
                raise Refused(100, "(#100) The link must not be one of facebook.com", 1609008)
        last = next((post for post in reversed(self.posts) if post.page == page), None)
        if last and not attached and not last.pictures and (last.message, last.link) == (message, link):
            raise Refused(506, DUPLICATE, user_words="Bài viết này trùng với bài trước đó.")
        pictures = self.media.take(attached, page) if attached else []
        return Reply(200, {"id": self.made(page, message, link, pictures=pictures).id})

    def number(self) -> str:
        """A number that was never used before."""
        self._last += 1
        return str(self._last)

    def made(self, page: str, message: str, link: str = "", **more: Any) -> Stored:
        """A new post, kept."""
        made = Stored(f"{page}_{self.number()}", page, message, link, self.clock(), **more)
        self.posts.append(made)
        self.save()
        return made

    def is_out(self, post: Stored) -> bool:
        """Whether readers can see it: a film only once it is processed."""
        return not post.film or (post.film["ready_at"] <= self.clock() and not post.film["has_failed"])

    def _accounts(self, request: Request) -> Reply:
        given = self.given(request, "fields", "limit")
        known = frozenset({"id", "name", "access_token", "tasks"})
        listed = self.oauth.accounts(self._token(request))
        return Reply(200, {"data": [chosen(one, given.get("fields", "id,name,access_token"), known) for one in listed]})

    def _feed(self, request: Request, page: str) -> Reply:
        if page not in self.pages:
            raise Refused(100, MISSING % page, 33, kind="GraphMethodException")
        if self._who(request) not in {page, USER_ID}:
            raise Refused(10, "(#10) This endpoint requires the 'pages_read_engagement' permission", status=403)
        given = self.given(request, "fields", "limit", "after")
        seen_until = self.clock() - self.visible_after
        own = [post for post in reversed(self.posts) if post.page == page and self.is_out(post)]
        listed = [post for post in own if post.created <= seen_until]
        size = int(given.get("limit") or 25)
        if not 1 <= size <= 100:
            raise Refused(100, "(#100) Param limit must be between 1 and 100")
        ids = [post.id for post in listed]
        start = ids.index(given["after"]) + 1 if given.get("after") in ids else 0
        shown = listed[start : start + size]
        body: dict[str, Any] = {
            "data": [self._shown(post, given.get("fields", "id,message,created_time")) for post in shown]
        }
        if shown:
            body["paging"] = {"cursors": {"before": shown[0].id, "after": shown[-1].id}}
        if start + size < len(listed):
            # As at Facebook the address holds the token: a client should use the cursor instead.
            body["paging"]["next"] = (
                f"{self.url}{request.path}?access_token={self._token(request)}&after={shown[-1].id}"
            )
        return Reply(200, body)

    def _node(self, request: Request, node: str) -> Reply:
        fields = self.given(request, "fields").get("fields", "")
        if "_" in node:
            return Reply(200, self._shown(self.stored(node), fields or "id,message,created_time"))
        if any(post.film.get("id") == node for post in self.posts):
            return Reply(200, self.media.film(self.stored(node), fields or "id,description"))
        names = {page: name for page, (name, _token) in self.pages.items()} | {USER_ID: "Nguyễn Thị Mẫu"}
        if node not in names:
            raise Refused(100, MISSING % node, 33, kind="GraphMethodException")
        return Reply(200, chosen({"id": node, "name": names[node]}, fields or "id,name", frozenset({"id", "name"})))

    def _insights(self, request: Request, post_id: str) -> Reply:
        self.must_be_page(request, self.stored(post_id).page)
        given = self.given(request, "metric", "period")
        if given.get("period", "lifetime") != "lifetime":
            raise Refused(100, "(#100) The insights of a post have the period lifetime only")
        told = self.figures.insights(post_id, given.get("metric", ""))
        if told is None:
            raise Refused(100, INVALID_METRIC)
        return Reply(200, told)

    def _edit(self, request: Request, post_id: str) -> Reply:
        post = self.stored(post_id)
        self.must_be_page(request, post.page)
        message = self.given(request, "message").get("message", "")
        if not message.strip():
            raise Refused(100, "(#100) The parameter message is required")
        if message != post.message:
            post.message, post.edited = message, self.clock()
            self.save()
        return Reply(200, {"success": True})

    def _delete(self, request: Request, post_id: str) -> Reply:
        post = self.stored(post_id)
        self.must_be_page(request, post.page)
        self.given(request)
        self.posts.remove(post)
        self.save()
        return Reply(200, {"success": True})

    def stored(self, post_id: str) -> Stored:
        for post in self.posts:
            if post_id in {post.id, post.film.get("id")}:
                return post
        raise Refused(100, MISSING % post_id, 33, kind="GraphMethodException")

    def _shown(self, post: Stored, fields: str) -> dict[str, Any]:
        shim = f"https://l.facebook.com/l.php?u={quote(post.link, safe='')}&h=AT0"
        card = {"type": "share", "title": urlsplit(post.link).netloc, "target": {"url": shim}, "url": shim}
        whole: dict[str, Any] = {
            "id": post.id,
            "created_time": graph_time(post.created),
            "updated_time": graph_time(post.edited or post.created),
            "permalink_url": self.permalink(post),
            "is_published": True,
        }
        whole |= self.figures.fields(post.id)
        if post.message:
            whole["message"] = post.message
        if post.link:
            whole["attachments"] = {"data": [card]}
        elif post.pictures or post.film:
            whole["attachments"] = {"data": attachments(post, self.permalink(post))}
        return chosen(whole, fields, POST_FIELDS)

    def permalink(self, post: Stored) -> str:
        if post.film:
            return f"{self.url}/{post.page}/videos/{post.film['id']}/"
        return f"{self.url}/{post.page}/posts/{post.id.partition('_')[2]}"

    def _load(self) -> None:
        if self.store and self.store.exists():
            kept = json.loads(self.store.read_text())
            self.posts = [Stored(**post) for post in kept["posts"]]
            self._last = kept["last"]
            self.media.keep(kept.get("photos", ()))

    def save(self) -> None:
        if self.store:
            kept: dict[str, Any] = {"last": self._last, "posts": [asdict(post) for post in self.posts]}
            kept["photos"] = [asdict(photo) for photo in self.media.photos.values()]
            draft = self.store.with_suffix(".new")
            draft.write_text(json.dumps(kept, ensure_ascii=False))
            draft.replace(self.store)

    # What people see -----------------------------------------------------------------------------------------

    def _show_pages(self, request: Request) -> Reply:
        rows = "".join(f'<li><a href="/{page}">{html.escape(name)}</a></li>' for page, (name, _t) in self.pages.items())
        return pages.page("Các Trang", f"<h1>Các Trang</h1><ul>{rows}</ul>")

    def _show_page(self, request: Request, page: str) -> Reply:
        if page not in self.pages:
            return self.missing(request)
        name = html.escape(self.pages[page][0])
        shown = "".join(self._card(post) for post in reversed(self.posts) if post.page == page and self.is_out(post))
        return pages.page(name, f"<h1>{name}</h1>{shown or '<p>Chưa có bài viết nào.</p>'}")

    def _show_post(self, request: Request, page: str, number: str) -> Reply:
        return self._show(next((post for post in self.posts if post.id == f"{page}_{number}"), None), request, page)

    def _show(self, post: Stored | None, request: Request, page: str) -> Reply:
        if post is None or not self.is_out(post):
            return pages.page("Không còn bài viết", "<p>Bài viết này không có hoặc đã bị gỡ.</p>", status=404)
        self.figures.saw(post.id, request.headers.get("User-Agent", ""))
        name = html.escape(self.pages[page][0] if page in self.pages else page)
        return pages.page(name, f'{self._card(post)}<p><a href="/{page}">Tất cả bài viết của {name}</a></p>')

    def _show_film(self, request: Request, page: str, number: str) -> Reply:
        return self._show(next((post for post in self.posts if post.film.get("id") == number), None), request, page)

    def _card(self, post: Stored) -> str:
        return pages.card(
            post, self.pages[post.page][0] if post.page in self.pages else post.page, self.permalink(post)
        )
