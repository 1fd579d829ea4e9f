"""A newspaper on WordPress, as strict as the real one where publishing is concerned.

Status, code and body of every answer were taken from WordPress 6.1.9; a test sends the same requests to both and
compares (tests/publishing/test_wordpress_real.py). Pictures: wordpress_media.py. Left out: tags, revisions, scheduling, automatic paragraphs.

Faults besides those of server.py, each for one request:

  revoked      the application password is no longer known
  role_lost    the user is a subscriber
  refuse       400, a parameter is not valid
  db_error     500, the database failed
  review       carried out, but a plugin holds the post for review
  throttle     429 with Retry-After, from a plugin
  maintenance  503 with Retry-After, as while an update is installed: HTML to whoever does not speak JSON
  firewall     an HTML page with 403, from something in front of WordPress
  other_json   200 with JSON that is no post, as from something in front of WordPress
  redirect     301, as from a site whose address has www.
"""

from __future__ import annotations

import base64
import json
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar, NoReturn
from urllib.parse import parse_qs

from publishing.sandbox import wordpress_pages as pages
from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL
from publishing.sandbox.wordpress_media import Library
from publishing.text import plain_text

NAME = "Báo Ánh Dương (hư cấu)"
USERNAME, DISPLAY_NAME, PASSWORD = "bantin", "Ban Tin tức", "abcd EFGH 1234 ijkl MNOP 5678"
CATEGORY = "Kiểm chứng"
ZONE = timezone(timedelta(hours=7))

_CONTRIBUTOR = ("read", "edit_posts", "delete_posts")
_AUTHOR = (*_CONTRIBUTOR, "publish_posts", "edit_published_posts", "delete_published_posts", "upload_files")
ROLES: dict[str, tuple[str, ...]] = {
    "subscriber": ("read",),
    "contributor": _CONTRIBUTOR,
    "author": _AUTHOR,
    "editor": (*_AUTHOR, "edit_others_posts", "delete_others_posts", "manage_categories"),
}
STATUSES = ("publish", "future", "draft", "pending", "private")
ORDERS = ("author", "date", "id", "include", "modified", "parent", "relevance", "slug", "include_slugs", "title")


class Refused(Exception):
    """A WP_Error: status, code, message and further members of ``data``."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(code)
        self.reply = Reply(status, {"code": code, "message": message, "data": {"status": status} | data})


class WordPressSandbox(Sandbox):
    """One site. ``users`` are name -> (role, application password); ``store`` keeps posts through a restart."""

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "throttle",
        "revoked",
        "role_lost",
        "refuse",
        "review",
        "db_error",
        "maintenance",
        "firewall",
        "other_json",
        "redirect",
    )

    def __init__(self, port: int = 0, delay: float = 0.0, store: Path | None = None, has_bin: bool = True) -> None:
        super().__init__(port, delay)
        self.users: dict[str, tuple[str, str]] = {USERNAME: ("author", PASSWORD)}
        self.has_bin = has_bin
        self.address: Callable[[str], str] = str  # what a plugin makes of a slug
        self.store = store
        self.kept: dict[str, Any] = {"next": 1, "posts": {}, "terms": {"1": "Tin tức", "2": CATEGORY}}
        if store and store.exists():
            self.kept = json.loads(store.read_text())
        self.library = Library(self, Refused)
        self.route("GET", "/", self._front)
        self.route(
            "GET", r"(/wp-content/uploads/.+)", lambda request, path: self.library.file(path) or self.missing(request)
        )
        self.route("GET", r"/\d{4}/\d\d/\d\d/([^/]+)/?", lambda request, slug: self._article("slug", slug))

    def met_by(self, fault: str) -> dict[str, str]:
        return {"method": "POST", "route": "/wp/v2/posts"}

    @staticmethod
    def slug_of(words: str) -> str:
        """What WordPress makes of words for an address."""
        return _slug(words)

    @staticmethod
    def filtered(markup: str) -> str:
        """What it keeps of HTML."""
        return _filtered(markup)

    # What readers see ----------------------------------------------------------------------------------------

    def copies(self) -> list[dict[str, str]]:
        """Every published post as a reader finds it."""
        with self.lock:
            return [
                {
                    "text": plain_text(f"<p>{post['title']}</p><p>{post['excerpt']}</p>{post['content']}"),
                    "url": self._link(post),
                }
                for post in self._public()
            ]

    def _public(self) -> list[dict[str, Any]]:
        return [post for post in reversed(self.kept["posts"].values()) if post["status"] == "publish"]

    def _front(self, request: Request) -> Reply:
        if "p" in request.query:
            return self._article("id", request.query["p"])
        return Reply(200, pages.front(NAME, [post | {"link": self._link(post)} for post in self._public()]))

    def _article(self, by: str, value: str) -> Reply:
        for post in self._public():
            if str(post[by]) == value:
                sections = [
                    self.kept["terms"][str(one)] for one in post["categories"] if str(one) in self.kept["terms"]
                ]
                picture = self.library.pictures.get(str(post.get("featured_media", 0)))
                return Reply(200, pages.article(NAME, post, ", ".join(sections), picture))
        return self.missing(Request("GET", "/", {}, {}, b""))

    def missing(self, request: Request) -> Reply:
        """The newspaper's own page for what is not there."""
        return Reply(404, pages.missing(NAME))

    # The REST API --------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """The API under /?rest_route= and /wp-json, pages everywhere else."""
        route = request.query.get("rest_route")
        if route is None and re.match(r"/wp-json(/|$)", request.path):
            route = request.path.removeprefix("/wp-json")
        if request.fault == "maintenance" and "json" in str(request.headers.get("Content-Type", "")):
            return Reply(503, {"code": "wp_die", "message": "Briefly unavailable."}, {"Retry-After": "600"})
        if in_front := _IN_FRONT.get(request.fault):
            return in_front
        if len(request.body) > self.library.most_bytes:
            return Reply(413, "<!doctype html><title>413 Request Entity Too Large</title>")
        if route is None:
            return super().answer(request)
        with self.lock:
            try:
                reply = self._rest(request, "/" + route.strip("/"))
            except Refused as refused:
                reply = refused.reply
            if self.store and request.method != "GET":
                whole = self.store.with_suffix(".new")
                whole.write_text(json.dumps(self.kept, ensure_ascii=False))
                whole.replace(self.store)  # never half a file, whenever the demo is stopped
        if "_fields" in request.query:
            reply.body = _only(reply.body, set(request.query["_fields"].split(",")))
        return reply

    def _rest(self, request: Request, route: str) -> Reply:
        user = self._user(request)
        match re.sub(r"/\d+$", "/#", route), request.method:
            case "/", "GET":
                index = {"name": NAME, "description": "", "url": self.url, "home": self.url}
                return Reply(200, index | {"namespaces": ["wp/v2"], "authentication": {}})
            case "/wp/v2/users/me", "GET":
                return self._me(user)
            case "/wp/v2/posts", "GET":
                return self._list(request, user)
            case "/wp/v2/posts", "POST":
                return self._create(request, user)
            case "/wp/v2/posts/#", method:
                return self._one(request, user, int(route.rpartition("/")[2]), method)
            case "/wp/v2/media", "GET":
                return self.library.list(request)
            case "/wp/v2/media", "POST":
                return self.library.create(request, user)
            case "/wp/v2/media/#", method:
                return self.library.one(request, user, route.rpartition("/")[2], method)
            case "/wp/v2/categories", "GET":
                sought = _folded(request.query.get("search", ""))
                found = [self._term(one) for one, name in self.kept["terms"].items() if sought in _folded(name)]
                return Reply(200, found, _totals(len(found), 100))
            case "/wp/v2/categories", "POST":
                return self._create_term(request, user)
        raise Refused(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _user(self, request: Request) -> tuple[str, set[str]]:
        """(name, capabilities) of who asks; ("", nothing) for anybody else, who is not told so here."""
        scheme, _blank, encoded = str(request.headers.get("Authorization", "")).partition(" ")
        if scheme.lower() != "basic" or request.fault == "revoked":
            return "", set()
        name, _colon, given = base64.b64decode(encoded).decode().partition(":")
        role, password = self.users.get(name, ("", ""))
        if not role or re.sub("[^A-Za-z0-9]", "", given) != re.sub("[^A-Za-z0-9]", "", password):
            return "", set()
        return name, set(ROLES["subscriber" if request.fault == "role_lost" else role])

    def _me(self, user: tuple[str, set[str]]) -> Reply:
        name, may = user
        if not name:
            raise Refused(401, "rest_not_logged_in", "You are not currently logged in.")
        me = {"id": 2, "username": name, "slug": name, "name": DISPLAY_NAME if name == USERNAME else name.title()}
        me |= {"link": f"{self.url}/author/{name}/", "meta": {"persisted_preferences": []}}
        return Reply(200, me | {"capabilities": dict.fromkeys(sorted(may), True)})

    def _list(self, request: Request, user: tuple[str, set[str]]) -> Reply:
        name, may = user
        asked = request.query
        per_page, page = int(asked.get("per_page", 10)), int(asked.get("page", 1))
        statuses = asked.get("status", "publish").split(",")
        if not 1 <= per_page <= 100:
            _invalid("per_page", "rest_out_of_bounds", "per_page must be between 1 (inclusive) and 100 (inclusive)")
        if asked.get("orderby", "date") not in ORDERS:
            _invalid("orderby", "rest_not_in_enum", f"orderby is not one of {', '.join(ORDERS)}.")
        if any(status not in (*STATUSES, "trash", "any") for status in statuses):
            _invalid("status", "rest_not_in_enum", "status is not one of the known ones.")
        if statuses != ["publish"] and "edit_posts" not in may:
            _invalid("status", "rest_forbidden_status", "Status is forbidden.")
        is_edit = asked.get("context") == "edit"
        if is_edit and "edit_posts" not in may:
            _forbidden(name, "rest_forbidden_context", "Sorry, you are not allowed to edit posts in this post type.")
        slugs = asked["slug"].split(",") if asked.get("slug") else None
        found = [
            post
            for post in self.kept["posts"].values()
            if (post["status"] in statuses or "any" in statuses) and (slugs is None or post["slug"] in slugs)
        ]
        found.sort(key=lambda post: post["id"], reverse=asked.get("order", "desc") == "desc")
        totals = _totals(len(found), per_page)
        if found and page > int(totals["X-WP-TotalPages"]):
            words = "The page number requested is larger than the number of pages available."
            raise Refused(400, "rest_post_invalid_page_number", words)
        shown = found[(page - 1) * per_page : page * per_page]
        may_see = self._may_edit if is_edit else self._may_read  # the totals count the others too, as in WordPress
        return Reply(200, [self._shown(post, is_edit) for post in shown if may_see(post, user)], totals)

    def _create(self, request: Request, user: tuple[str, set[str]]) -> Reply:
        name, may = user
        given = self._given(request)
        if "edit_posts" not in may:
            _forbidden(name, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
        if request.fault == "db_error":
            raise Refused(500, "db_insert_error", "Could not insert post into the database.")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        post = {"id": self.kept["next"], "slug": "", "status": "draft", "title": "", "content": "", "excerpt": ""}
        post |= {"date_gmt": now, "modified_gmt": now, "author": name, "categories": [1]}
        post |= {"comment_status": "open", "ping_status": "open", "featured_media": 0}
        self._change(post, given, may)
        if request.fault == "review":
            post["status"] = "pending"
        self.kept["next"] += 2  # the one between is the revision's
        self.kept["posts"][str(post["id"])] = post
        return Reply(201, self._shown(post, True), {"Location": f"{self.url}/wp-json/wp/v2/posts/{post['id']}"})

    def _one(self, request: Request, user: tuple[str, set[str]], number: int, method: str) -> Reply:
        name, _may = user
        if method not in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            raise Refused(404, "rest_no_route", "No route was found matching the URL and request method.")
        given = self._given(request) if method in {"POST", "PUT", "PATCH"} else {}
        post = self.kept["posts"].get(str(number))
        if post is None:
            raise Refused(404, "rest_post_invalid_id", "Invalid post ID.")
        if method == "GET":
            is_edit = request.query.get("context") == "edit"
            if is_edit and not self._may_edit(post, user):
                _forbidden(name, "rest_forbidden_context", "Sorry, you are not allowed to edit this post.")
            if not self._may_read(post, user):
                _forbidden(name, "rest_forbidden", "Sorry, you are not allowed to do that.")
            return Reply(200, self._shown(post, is_edit))
        if method == "DELETE":
            return self._delete(post, user, request.query.get("force") == "true")
        if not self._may_edit(post, user):
            _forbidden(name, "rest_cannot_edit", "Sorry, you are not allowed to edit this post.")
        if request.fault == "db_error":
            raise Refused(500, "db_update_error", "Could not update post in the database.")
        self._change(post, given, user[1])
        post["modified_gmt"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return Reply(200, self._shown(post, True))

    def _delete(self, post: dict[str, Any], user: tuple[str, set[str]], is_forced: bool) -> Reply:
        if not self._may_edit(post, user, "delete"):
            _forbidden(user[0], "rest_cannot_delete", "Sorry, you are not allowed to delete this post.")
        if is_forced:
            del self.kept["posts"][str(post["id"])]
            return Reply(200, {"deleted": True, "previous": self._shown(post, True)})
        if not self.has_bin:
            words = "The post does not support trashing. Set 'force=true' to delete."
            raise Refused(501, "rest_trash_not_supported", words)
        if post["status"] == "trash":
            raise Refused(410, "rest_already_trashed", "The post has already been deleted.")
        post |= {"status": "trash", "slug": f"{post['slug']}__trashed"}
        return Reply(200, self._shown(post, True))

    def _create_term(self, request: Request, user: tuple[str, set[str]]) -> Reply:
        given = self._given(request)
        if "name" not in given:
            raise Refused(400, "rest_missing_callback_param", "Missing parameter(s): name", params=["name"])
        if "manage_categories" not in user[1]:
            _forbidden(user[0], "rest_cannot_create", "Sorry, you are not allowed to create terms in this taxonomy.")
        name = _filtered(given["name"])
        for number, existing in self.kept["terms"].items():
            if existing.lower() == name.lower():
                words = "A term with the name provided already exists with this parent."
                raise Refused(400, "term_exists", words, term_id=int(number))
        number = str(len(self.kept["terms"]) + 1)
        self.kept["terms"][number] = name
        return Reply(201, self._term(number), {"Location": f"{self.url}/wp-json/wp/v2/categories/{number}"})

    # Behind the API ------------------------------------------------------------------------------------------

    @staticmethod
    def _given(request: Request) -> dict[str, Any]:
        """The parameters of the body, checked as WordPress does before it looks at who asks."""
        if "json" in str(request.headers.get("Content-Type", "")):
            try:
                given = json.loads(request.body or b"{}")
            except ValueError:
                more = {"json_error_code": 4, "json_error_message": "Syntax error"}
                raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.", **more) from None
        else:
            given = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        for name, known in (
            ("status", STATUSES),
            ("comment_status", ("open", "closed")),
            ("ping_status", ("open", "closed")),
        ):
            if name in given and given[name] not in known:
                words = f"{name} is not one of {', '.join(known[:-1])}, and {known[-1]}."
                _invalid(name, "rest_not_in_enum", words)
        if not str(given.get("featured_media", 0)).isdecimal():
            _invalid("featured_media", "rest_invalid_type", "featured_media is not of type integer.")
        listed = given.get("categories", [])
        for place, one in enumerate(listed if isinstance(listed, list) else str(listed).split(",")):
            if not str(one).isdecimal():
                _invalid("categories", "rest_invalid_type", f"categories[{place}] is not of type integer.")
        if request.fault == "refuse":
            _invalid("content", "rest_invalid_type", "content is not of type string.")
        return dict(given)

    def _change(self, post: dict[str, Any], given: dict[str, Any], may: set[str]) -> None:
        changed = dict(post)
        for name in ("title", "content", "excerpt"):
            value = given.get(name)
            value = value.get("raw") if isinstance(value, dict) else value
            if isinstance(value, str):  # anything else is passed over without a word
                changed[name] = _filtered(value)
        for name in ("status", "comment_status", "ping_status", "categories"):
            changed[name] = given.get(name, changed[name])
        picture = str(given.get("featured_media", ""))
        if picture == "0" or picture in self.library.pictures:  # any other number is passed over without a word
            changed["featured_media"] = int(picture)
        if given.get("status") in {"publish", "future", "private"} and "publish_posts" not in may:
            raise Refused(403, "rest_cannot_publish", "Sorry, you are not allowed to publish posts in this post type.")
        if not (changed["title"] or changed["content"] or changed["excerpt"]):
            raise Refused(400, "empty_content", "Content, title, and excerpt are empty.")
        wanted = _slug(str(given.get("slug", ""))) or changed["slug"]
        if not wanted and changed["status"] not in {"draft", "pending"}:
            wanted = _slug(changed["title"]) or str(changed["id"])
        changed["slug"] = self._free(self.address(wanted), changed["id"])
        post.update(changed)

    def _free(self, wanted: str, number: int) -> str:
        """``wanted``, or with -2, -3 … appended: drafts hold their slugs too, and nobody is told."""
        taken = {post["slug"] for post in self.kept["posts"].values() if post["id"] != number}
        slug, count = wanted, 1
        while slug and slug in taken:
            count += 1
            tail = f"-{count}"
            slug = wanted[: 200 - len(tail)] + tail
        return slug

    @staticmethod
    def _may_edit(post: dict[str, Any], user: tuple[str, set[str]], verb: str = "edit") -> bool:
        name, may = user
        is_out = post["status"] == "publish"
        needed = {f"{verb}_posts"} | ({f"{verb}_published_posts"} if is_out else set())
        return needed <= may and (post["author"] == name or f"{verb}_others_posts" in may)

    def _may_read(self, post: dict[str, Any], user: tuple[str, set[str]]) -> bool:
        return post["status"] == "publish" or self._may_edit(post, user)

    def _term(self, number: str) -> dict[str, Any]:
        name = self.kept["terms"][number]
        slug = _slug(name)
        twins = [one for one, other in self.kept["terms"].items() if int(one) < int(number) and _slug(other) == slug]
        slug = f"{slug}-{len(twins) + 1}" if twins else slug
        shown = {"id": int(number), "name": name, "slug": slug, "taxonomy": "category", "meta": []}
        return shown | {"link": f"{self.url}/category/{slug}/"}

    def _link(self, post: dict[str, Any]) -> str:
        if post["status"] != "publish":
            return f"{self.url}/?p={post['id']}"
        local = datetime.fromisoformat(post["date_gmt"]).replace(tzinfo=UTC).astimezone(ZONE)
        return f"{self.url}/{local:%Y/%m/%d}/{post['slug']}/"

    def _shown(self, post: dict[str, Any], is_edit: bool) -> dict[str, Any]:
        """A post as the API words it; what was typed ("raw") only to those who may edit it."""
        shown = {name: post[name] for name in ("id", "date_gmt", "modified_gmt", "slug", "status", "categories")}
        shown |= {
            "comment_status": post["comment_status"],
            "ping_status": post["ping_status"],
            "type": "post",
            "meta": [],
            "featured_media": post.get("featured_media", 0),
        }
        for name in ("title", "content", "excerpt"):
            shown[name] = {"rendered": post[name]} | ({"raw": post[name]} if is_edit else {})
        return shown | {"link": self._link(post)}


_IN_FRONT: dict[str, Reply] = {
    "throttle": Reply(429, {"code": "too_many_requests", "message": "Slow down."}, {"Retry-After": "120"}),
    "maintenance": Reply(503, "<!DOCTYPE html><title>Maintenance</title>", {"Retry-After": "600"}),
    "firewall": Reply(403, "<!doctype html><title>Forbidden</title><h1>Request blocked</h1>"),
    "other_json": Reply(200, {"ok": True}),
    "redirect": Reply(301, "", {"Location": "https://www.anhduong.example/"}),
}


def _invalid(name: str, code: str, message: str) -> NoReturn:
    details = {name: {"code": code, "message": message, "data": None}}
    raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: message}, details=details)


def _forbidden(name: str, code: str, message: str) -> NoReturn:
    raise Refused(403 if name else 401, code, message)


def _only(shown: Any, names: set[str]) -> Any:
    if isinstance(shown, list):
        return [_only(one, names) for one in shown]
    return shown if "code" in shown else {name: value for name, value in shown.items() if name in names}


def _totals(count: int, per_page: int) -> dict[str, str]:
    return {"X-WP-Total": str(count), "X-WP-TotalPages": str(math.ceil(count / per_page))}


def _folded(name: str) -> str:
    """As the database compares names: without case and without accents."""
    return _plain_letters(name).casefold()


def _plain_letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _slug(words: str) -> str:
    words = re.sub(r"&[a-z#0-9]+;", "", _plain_letters(words).lower())
    return re.sub("-+", "-", re.sub(r"[^a-z0-9_-]+", "-", words)).strip("-")[:200]


def _filtered(markup: str) -> str:
    """What is left of HTML for a user without unfiltered_html: a script's tag goes, its text stays."""
    markup = re.sub(r"(?i)</?(script|iframe|style|object|embed|form|input)\b[^>]*>", "", markup)
    markup = re.sub(r"(?i)\son\w+\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", "", markup)
    return re.sub(r"&(?!#?\w+;)", "&amp;", markup)
