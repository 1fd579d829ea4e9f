"""A strict stand-in for the Open API of a Zalo Official Account with its OAuth v4, and for the account as readers see it.

It refuses what Zalo refuses, with HTTP 200 and a number: a Bearer header, unknown fields, titles of 150 letters, lists
of more than 10, pictures that nobody can open. A refresh token works once. Vendor faults, beside those of
sandbox.server: throttle, quota, expire_token, no_package, not_linked, media_failed (told by verify, nothing stored).
"""

from __future__ import annotations

import json
import re
import secrets
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from publishing.sandbox import zalo_pages as pages
from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL
from publishing.sandbox.zalo_oauth import Oauth

OA_ID = "2803400500600700800"
NAME = "Trung tâm Kiểm chứng Ánh Dương (hư cấu)"
APP_ID = "1234567890123456789"
APP_SECRET = "sandboxZaloAppSecret01"
REFRESH_TOKEN = "sandbox-zalo-refresh-token-0001"
ACCESS_TOKEN = "sandbox-zalo-access-token-0001"
ACCESS_SECONDS = 90_000
REFRESH_SECONDS = 90 * 86_400
PICTURE_BYTES = 1024 * 1024
FIELDS = frozenset("type title author cover description body status comment tracking_link related_medias".split())
BLOCKS = {"text": {"content"}, "image": {"url", "caption"}, "video": {"url", "video_id", "thumb"}, "product": {"id"}}


@dataclass
class Article:
    """An article; times in seconds since 1970. ``ready`` is when it has been processed and is shown."""

    id: str
    given: dict[str, Any]
    created: float
    ready: float
    updated: float = 0.0
    views: int = 0


@dataclass
class Work:
    """What a process token stands for: an article to be, or a change of one."""

    given: dict[str, Any]
    ready: float
    article_id: str
    is_new: bool
    is_failed: bool = False


@dataclass
class Access:
    """Tokens in force, with the times they run out. ``spent`` refresh tokens were used."""

    access: dict[str, float] = field(default_factory=dict)
    refresh: dict[str, float] = field(default_factory=dict)
    spent: list[str] = field(default_factory=list)


class Refused(Exception):
    """An error as the Open API words it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.body = {"error": code, "message": message}


class ZaloSandbox(Sandbox):
    """One Official Account.

    processing_seconds  until verify gives the id, and the list and the readers see an article or its change
    articles_a_month    beyond it articles are refused
    clock               seconds since 1970
    store               JSON file that articles and tokens are kept in
    fetch               the bytes behind a picture's address, or None; by default addresses of this machine are really
                        fetched, and of any other only the form is judged
    redirect_uris       where its page of permissions may send people back to
    """

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "throttle",
        "quota",
        "expire_token",
        "no_package",
        "not_linked",
        "media_failed",
        "hiccup",
    )

    secret_names = (*Sandbox.secret_names, "secret_key", "refresh_token", "code", "code_verifier")

    def __init__(
        self,
        port: int = 0,
        delay: float = 0.0,
        *,
        processing_seconds: float = 0.0,
        articles_a_month: int = 100_000,
        clock: Callable[[], float] = time.time,
        store: Path | None = None,
        fetch: Callable[[str], bytes | None] | None = None,
        redirect_uris: Iterable[str] = (),
    ) -> None:
        super().__init__(port, delay)
        self.processing_seconds, self.articles_a_month = processing_seconds, articles_a_month
        self.clock, self.store = clock, store
        self.fetch = fetch or self._fetch
        self.articles: list[Article] = []
        self.work: dict[str, Work] = {}
        self.access = Access({ACCESS_TOKEN: clock() + ACCESS_SECONDS}, {REFRESH_TOKEN: clock() + REFRESH_SECONDS})
        self.created: list[float] = []
        self._last = 0
        self._load()
        self.oauth = Oauth(APP_ID, OA_ID, frozenset(redirect_uris), clock)
        for method, pattern, view in self.oauth.routes():
            self.route(method, pattern, view)
        self.route("POST", r"/v4/oa/access_token", self._renew)
        self.route("GET", r"/v2\.0/oa/getoa", self._account)
        self.route("POST", r"/v2\.0/article/create", self._create)
        self.route("POST", r"/v2\.0/article/update", self._update)
        self.route("POST", r"/v2\.0/article/verify", self._verify)
        self.route("POST", r"/v2\.0/article/remove", self._remove)
        self.route("GET", r"/v2\.0/article/getslice", self._slice)
        self.route("GET", r"/v2\.0/article/getdetail", self._detail)
        self.route("GET", r"/", lambda request: pages.account(NAME, self.shown()))
        self.route("GET", r"/bai-viet/(\w+)", self._read)
        self.route("GET", r"/cover\.png", lambda request: Reply(200, pages.PICTURE, content_type="image/png"))

    @property
    def cover_url(self) -> str:
        """A picture that can be opened."""
        return f"{self.url}/cover.png"

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "POST", "path": "/v2.0/article/create"}

    def shown(self) -> list[Article]:
        """What readers see, newest first."""
        with self.lock:
            self._settle()
            return [one for one in reversed(self.articles) if one.given["status"] == "show"]

    def copies(self) -> list[dict[str, str]]:
        """What a reader sees: {"text", "url"} of every article, oldest first."""
        return [{"text": pages.text_of(one.given), "url": self._address(one)} for one in reversed(self.shown())]

    # The Open API --------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """Checks and faults around every API call; the pages for people have none."""
        if not request.path.startswith(("/v2.0/", "/v4/")):
            return super().answer(request)
        with self.lock:
            try:
                if request.path.startswith("/v2.0/"):
                    self._check_token(request)
                    self._meet_fault(request)
                    self._settle()
                return super().answer(request)
            except Refused as refused:
                return Reply(200, refused.body)

    def missing(self, request: Request) -> Reply:
        """An unknown path: a number under the API, a page for people elsewhere."""
        if request.path.startswith("/v2.0/"):
            return Reply(200, {"error": -209, "message": "API is not support"})
        return pages.not_found()

    def _check_token(self, request: Request) -> None:
        token = request.headers.get("access_token", "")
        if self.access.access.get(token, 0.0) <= self.clock():
            raise Refused(-216, "Access token is invalid")

    def _meet_fault(self, request: Request) -> None:
        told = {
            "throttle": (-32, "Reach API rate limit"),
            "quota": (-223, "OA has used up its article quota"),
            "expire_token": (-216, "Access token has expired"),
            "no_package": (-224, "OA package does not support this API"),
            "not_linked": (-206, "App is not linked to OA"),
            "hiccup": (-100, "Unknown error"),
        }
        if request.fault in told:
            raise Refused(*told[request.fault])

    def _renew(self, request: Request) -> Reply:
        """OAuth v4: a form and the secret in a header; each refresh token works once and brings the next."""
        encoding = request.headers.get("Content-Type", "").partition(";")[0]
        fields = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        kinds = {"refresh_token", "authorization_code"}
        if encoding != "application/x-www-form-urlencoded" or fields.get("grant_type") not in kinds:
            return _oauth_error(-14002, "Invalid parameter")
        if fields.get("app_id") != APP_ID:
            return _oauth_error(-14003, "Invalid app id")
        if request.headers.get("secret_key", "") != APP_SECRET:
            return _oauth_error(-14004, "Invalid secret key")
        if fields["grant_type"] == "authorization_code":
            if not self.oauth.is_spent_rightly(fields.get("code", ""), fields.get("code_verifier", "")):
                return _oauth_error(-14003, "Invalid authorization code")
            return self._give()
        given = fields.get("refresh_token", "")
        if self.access.refresh.get(given, 0.0) <= self.clock():
            return _oauth_error(-14014, "Invalid refresh token")
        del self.access.refresh[given]
        self.access.spent.append(given)
        return self._give()

    def _give(self) -> Reply:
        new = (f"access-{secrets.token_hex(12)}", f"refresh-{secrets.token_hex(12)}")
        self.access.access[new[0]] = self.clock() + ACCESS_SECONDS
        self.access.refresh[new[1]] = self.clock() + REFRESH_SECONDS
        self._save()
        return Reply(200, {"access_token": new[0], "refresh_token": new[1], "expires_in": str(ACCESS_SECONDS)})

    def _account(self, request: Request) -> Reply:
        return _ok({"oa_id": OA_ID, "name": NAME, "is_verified": True, "num_follower": 1204})

    def _create(self, request: Request) -> Reply:
        given = self._article_of(_json(request))
        month = self.clock() - 30 * 86_400
        self.created = [moment for moment in self.created if moment > month]
        if len(self.created) >= self.articles_a_month:
            raise Refused(-223, "OA has used up its article quota")
        self.created.append(self.clock())
        self._last += 1
        return self._start(Work(given, self.clock() + self.processing_seconds, f"{self._last:08x}a1b2", True), request)

    def _update(self, request: Request) -> Reply:
        body = _json(request)
        article = self._stored(body.pop("id", None))
        work = Work(self._article_of(body), self.clock() + self.processing_seconds, article.id, False)
        return self._start(work, request)

    def _start(self, work: Work, request: Request) -> Reply:
        work.is_failed = request.fault == "media_failed" or not self._can_fetch(work.given)
        token = secrets.token_urlsafe(24)
        self.work[token] = work
        self._settle()
        self._save()
        return _ok({"token": token})

    def _settle(self) -> None:
        """Carries out what has been processed by now, asked for or not."""
        for work in self.work.values():
            if work.ready > self.clock() or work.is_failed or not work.given:
                continue
            given, work.given = work.given, {}
            if work.is_new:
                self.articles.append(Article(work.article_id, given, self.clock(), work.ready))
            for article in self.articles:
                if article.id == work.article_id and not work.is_new:
                    article.given, article.updated = given, self.clock()
            self._save()

    def _verify(self, request: Request) -> Reply:
        work = self.work.get(str(_json(request).get("token")))
        if work is None:
            raise Refused(-201, "token is invalid")
        if work.ready > self.clock():
            raise Refused(-214, "Media is being processed, please try again later")
        if work.is_failed:
            raise Refused(-200, "Upload media failed")
        return _ok({"id": work.article_id})

    def _remove(self, request: Request) -> Reply:
        article = self._stored(_json(request).get("id"))
        self.articles.remove(article)
        self.created = self.created[1:]  # a removed article frees its place
        self._save()
        return _ok({"message": "success"})

    def _slice(self, request: Request) -> Reply:
        if request.query.get("type") not in {"normal", "video"}:
            raise Refused(-201, "type accept only 2 value normal and video.")
        offset, limit = request.query.get("offset", ""), request.query.get("limit", "")
        if not offset.isdecimal() or not limit.isdecimal():
            raise Refused(-201, "offset or limit is invalid")
        if int(limit) > 10:
            raise Refused(-201, "maximum limit is 10")
        listed = list(reversed(self.articles))
        medias = [
            {
                "id": one.id,
                "type": "normal",
                "title": one.given["title"],
                "status": one.given["status"],
                "total_view": one.views,
                "create_date": int(one.created * 1000),
                "update_date": int((one.updated or one.created) * 1000),
                "thumb": one.given["cover"].get("photo_url", ""),
                "link_view": self._address(one),
            }
            for one in listed[int(offset) : int(offset) + int(limit)]
        ]
        return _ok({"total": len(listed), "medias": medias})

    def _detail(self, request: Request) -> Reply:
        one = self._stored(request.query.get("id"))
        told = {name: one.given[name] for name in ("title", "author", "cover", "description", "body", "comment")}
        dates = {"create_date": int(one.created * 1000), "update_date": int((one.updated or one.created) * 1000)}
        more = {"id": one.id, "type": "normal", "status": one.given["status"], "total_view": one.views}
        return _ok(told | more | dates | {"link_view": self._address(one)})

    # What is checked -----------------------------------------------------------------------------------------

    def _article_of(self, given: dict[str, Any]) -> dict[str, Any]:
        """The fields of create and update, as strictly as we know Zalo to be."""
        for name in given:
            if name not in FIELDS:
                raise Refused(-201, f"{name} is not supported")
        if given.get("type") != "normal":
            raise Refused(-201, "type is invalid")
        for name, limit in (("title", 150), ("description", 300), ("author", 51)):
            text = given.get(name)
            if not isinstance(text, str) or not 0 < len(text) < limit:
                raise Refused(-201, f"{name} allow 1 to {limit} characters")
        for name in ("status", "comment"):
            if given.get(name, "show") not in {"show", "hide"}:
                raise Refused(-201, f"{name} is invalid")
        cover = given.get("cover")
        if not isinstance(cover, dict) or cover.get("cover_type") != "photo":
            raise Refused(-201, "cover value is invalid")
        if cover.get("status") not in {"show", "hide"}:
            raise Refused(-201, "create media fail")
        self._check_address(cover.get("photo_url"), "photo_url")
        if "tracking_link" in given:
            self._check_address(given["tracking_link"], "tracking_link")
        body = given.get("body")
        if not isinstance(body, list) or not body:
            raise Refused(-201, "body is invalid")
        for block in body:
            self._check_block(block)
        return {"status": "show", "comment": "show"} | given

    def _check_block(self, block: Any) -> None:
        known = BLOCKS.get(block.get("type", "")) if isinstance(block, dict) else None
        if known is None or not set(block) - {"type"} <= known:
            raise Refused(-201, "body is invalid")
        if block["type"] == "text" and not (isinstance(block.get("content"), str) and block["content"].strip()):
            raise Refused(-201, "body content is invalid")
        if block["type"] == "image":
            self._check_address(block.get("url"), "body url")

    @staticmethod
    def _check_address(url: Any, name: str) -> None:
        if not isinstance(url, str) or not url.isascii() or not re.fullmatch(r"https?://[^\s/]+\S*", url):
            raise Refused(-201, f"{name} {url} is invalid")

    def _can_fetch(self, given: dict[str, Any]) -> bool:
        """Whether every picture can be opened and is small enough: told by verify only."""
        wanted = [given["cover"]["photo_url"], *(block["url"] for block in given["body"] if block["type"] == "image")]
        found = [self.fetch(url) for url in wanted]
        return all(one is not None and len(one) <= PICTURE_BYTES for one in found)

    def _fetch(self, url: str) -> bytes | None:
        if url == self.cover_url:
            return pages.PICTURE
        if urlsplit(url).hostname not in {"127.0.0.1", "localhost"}:
            return b""
        try:
            with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310 - http(s) of this machine, checked before
                got: bytes = answer.read(PICTURE_BYTES + 1)
                return got
        except OSError:
            return None

    def _stored(self, article_id: Any) -> Article:
        for article in self.articles:
            if article.id == article_id:
                return article
        raise Refused(-201, "id is invalid")

    def _address(self, article: Article) -> str:
        return f"{self.url}/bai-viet/{article.id}"

    def _read(self, request: Request, article_id: str) -> Reply:
        for article in self.shown():
            if article.id == article_id:
                article.views += 1
                return pages.article(NAME, article.given, _local(article.created), article.updated > 0)
        return pages.not_found()

    # What is kept --------------------------------------------------------------------------------------------

    def _load(self) -> None:
        if self.store and self.store.exists():
            kept = json.loads(self.store.read_text())
            self.articles = [Article(**one) for one in kept["articles"]]
            self.work = {token: Work(**one) for token, one in kept["work"].items()}
            self.access = Access(**kept["access"])
            self.created, self._last = kept["created"], kept["last"]

    def _save(self) -> None:
        if self.store:
            kept = {
                "articles": [asdict(one) for one in self.articles],
                "work": {token: asdict(one) for token, one in self.work.items()},
                "access": asdict(self.access),
                "created": self.created,
                "last": self._last,
            }
            draft = self.store.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(kept, ensure_ascii=False))
            draft.replace(self.store)


def _ok(data: dict[str, Any]) -> Reply:
    return Reply(200, {"error": 0, "message": "Success", "data": data})


def _oauth_error(code: int, name: str) -> Reply:
    return Reply(200, {"error": code, "error_name": name, "error_description": name})


def _json(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object and say so."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        raise Refused(-201, "Content-Type is not supported")
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(-201, "body is not a JSON object")
    return body


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone(timedelta(hours=7)))
