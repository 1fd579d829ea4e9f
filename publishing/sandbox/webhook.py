"""A strict receiver of signed webhooks, as docs/webhook.md asks for one, and the partner's page that shows what it took.

It refuses signatures that do not fit, times more than five minutes off, messages of another shape, and changes of what
it never got. The same id twice is one message. Faults, beside those of sandbox.server: throttle (429), busy (503 with
Retry-After), refuse (422), rotated (401), moved (301), server_error (500 in JSON; nothing stored), server_error_after.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar

from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL
from publishing.text import clean_html

NAME = "Cổng thông tin Ánh Dương (hư cấu)"
SECRET = "sandbox-webhook-secret-0123456789"
PATH = "/kiem-chung"
WINDOW_SECONDS = 300
KEYS = {"version", "id", "action", "original", "owner", "text", "story"}
ACTIONS = {"post", "correct", "retract"}
STORY_KEYS = {
    "key",
    "revision",
    "language",
    "url",
    "title",
    "short_answer",
    "verdict",
    "body_html",
    "sources",
    "images",
}


@dataclass
class Stored:
    """What was made of one post: the message that holds now, and the ids of those before."""

    number: int
    message: dict[str, Any]
    taken: float
    changed: float = 0.0
    ids: list[str] = field(default_factory=list)


class Refused(Exception):
    """A status and why, in JSON."""

    def __init__(self, status: int, error: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.body, self.headers = status, {"error": error}, headers or {}


class WebhookSandbox(Sandbox):
    """One receiver.

    accepted         the secrets it knows: two while they are being changed
    can_be_asked     whether GET with ?id= tells what it has; else that is 405
    tells            whether a yes comes with id and url; else it is empty
    clock            seconds since 1970
    store            JSON file for what it took, so that addresses survive a restart on the same port
    """

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "throttle",
        "busy",
        "refuse",
        "rotated",
        "moved",
        "server_error",
        "server_error_after",
    )

    secret_names = (*Sandbox.secret_names, "secret")

    def __init__(
        self,
        port: int = 0,
        delay: float = 0.0,
        *,
        accepted: tuple[str, ...] = (SECRET,),
        can_be_asked: bool = True,
        tells: bool = True,
        clock: Callable[[], float] = time.time,
        store: Path | None = None,
    ) -> None:
        super().__init__(port, delay)
        self.accepted, self.can_be_asked, self.tells = accepted, can_be_asked, tells
        self.clock, self.store = clock, store
        self.posts: list[Stored] = []
        self._load()
        self.route("POST", PATH, self._take)
        self.route("GET", PATH, self._asked)
        self.route("GET", "/", self._show_all)
        self.route("GET", r"/tin/(\d+)", self._show_post)

    @property
    def address(self) -> str:
        """Where messages go."""
        return f"{self.url}{PATH}"

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "POST", "path": PATH}

    def copies(self) -> list[dict[str, str]]:
        """What a reader sees: {"text", "url"} of every post, oldest first."""
        with self.lock:
            return [{"text": one.message["text"], "url": self._url(one)} for one in self.posts]

    # The receiver --------------------------------------------------------------------------------------------

    def _take(self, request: Request) -> Reply:
        try:
            self._meet_fault(request)
            number = self._signed_id(request)
            told = self._told(request, number)
            if told["action"] == "test":
                return Reply(200, {"name": NAME})
            reply = self._store_message(told)
            if request.fault == "server_error_after":
                raise Refused(500, "the answer could not be built")
            return reply
        except Refused as refused:
            return Reply(refused.status, refused.body, refused.headers)

    def _asked(self, request: Request) -> Reply:
        try:
            if not self.can_be_asked:
                raise Refused(405, "method not allowed")
            number = self._signed_id(request)
            if request.query.get("id") != number:
                raise Refused(400, "the id that is asked for is not the one that is signed")
            for one in self.posts:
                if number in one.ids:
                    return Reply(200, self._answer(one))
            raise Refused(404, "no such message")
        except Refused as refused:
            return Reply(refused.status, refused.body, refused.headers)

    def _meet_fault(self, request: Request) -> None:
        match request.fault:
            case "throttle":
                raise Refused(429, "too many messages", {"Retry-After": "42"})
            case "busy":
                raise Refused(503, "maintenance", {"Retry-After": "120"})
            case "refuse":
                raise Refused(422, "the editors want no such message")
            case "rotated":
                raise Refused(401, "signature")
            case "moved":
                raise Refused(301, "moved", {"Location": "https://elsewhere.example/"})
            case "server_error":
                raise Refused(500, "the database is down")

    def _signed_id(self, request: Request) -> str:
        """The id of the message, if time and signature are right."""
        stamp, number = request.headers.get("Webhook-Timestamp", ""), request.headers.get("Webhook-Id", "")
        if not stamp.isdecimal() or abs(self.clock() - int(stamp)) > WINDOW_SECONDS:
            raise Refused(401, "timestamp")
        signed = f"{stamp}.{number}.".encode() + request.body
        given = [one.strip() for one in request.headers.get("Webhook-Signature", "").split(",")]
        for secret in self.accepted:
            right = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
            if any(hmac.compare_digest(right, one) for one in given):
                return number
        raise Refused(401, "signature")

    def _told(self, request: Request, number: str) -> dict[str, Any]:
        """The message, if it has the shape of docs/webhook.md."""
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise Refused(415, "application/json only")
        told: dict[str, Any] = json.loads(request.body)
        if told.get("version") != 1:
            raise Refused(422, "unknown version")
        if told.get("id") != number:
            raise Refused(422, "the id in the message is not the one that is signed")
        if told.get("action") == "test":
            return told
        if set(told) != KEYS or told["action"] not in ACTIONS or STORY_KEYS - set(told["story"]):
            raise Refused(422, "the message has another shape")
        return told

    def _store_message(self, told: dict[str, Any]) -> Reply:
        for one in self.posts:
            if told["id"] in one.ids:
                return Reply(200, self._answer(one) if self.tells else b"")
        if told["action"] == "post":
            one = Stored(len(self.posts) + 1, told, self.clock())
            self.posts.append(one)
        else:
            original = (told["original"] or {}).get("id")
            found = next((post for post in self.posts if original in post.ids), None)
            if found is None:
                raise Refused(422, "the original was never received")
            one = found
            one.message, one.changed = told, self.clock()
        one.ids.append(told["id"])
        self._save()
        return Reply(201 if told["action"] == "post" else 200, self._answer(one) if self.tells else b"")

    def _answer(self, one: Stored) -> dict[str, Any]:
        return {"id": str(one.number), "url": self._url(one)}

    def _url(self, one: Stored) -> str:
        return f"{self.url}/tin/{one.number}"

    def _load(self) -> None:
        if self.store and self.store.exists():
            self.posts = [Stored(**one) for one in json.loads(self.store.read_text())]

    def _save(self) -> None:
        if self.store:
            draft = self.store.with_suffix(".new")
            draft.write_text(json.dumps([asdict(one) for one in self.posts], ensure_ascii=False))
            draft.replace(self.store)

    # What people see -----------------------------------------------------------------------------------------

    def _show_all(self, request: Request) -> Reply:
        rows = "".join(
            f'<li><a href="/tin/{one.number}">{html.escape(one.message["story"]["title"])}</a>{_mark(one)}</li>'
            for one in reversed(self.posts)
        )
        return _page(html.escape(NAME), f"<h1>{html.escape(NAME)}</h1><ul>{rows or '<li>Chưa có tin nào.</li>'}</ul>")

    def _show_post(self, request: Request, number: str) -> Reply:
        one = next((one for one in self.posts if one.number == int(number)), None)
        if one is None:
            return _page("Không có tin", "<p>Không có tin này.</p>", status=404)
        story = one.message["story"]
        when = datetime.fromtimestamp(one.changed or one.taken, timezone(timedelta(hours=7)))
        text = re.sub(
            r"https?://[^\s<]+", r'<a href="\g<0>" rel="nofollow">\g<0></a>', html.escape(one.message["text"])
        )
        is_retracted = one.message["action"] == "retract"
        body = "" if is_retracted else f"<section>{clean_html(story['body_html'])}</section>"
        heading = "" if is_retracted else f"<h1>{html.escape(story['title'])}</h1>"
        sound = f'<p><a href="{html.escape(story["audio"]["url"])}">Bản ghi âm</a></p>' if story.get("audio") else ""
        return _page(
            html.escape(story["title"]),
            f"<article>{heading}{_mark(one)}{sound}<p class=text>{text}</p>{body}"
            f"<small>{html.escape(one.message['owner'])} · <time>{when:%d/%m/%Y %H:%M}</time></small></article>"
            '<p><a href="/">Tất cả tin</a></p>',
        )


def _mark(one: Stored) -> str:
    words = {"correct": "đã được sửa", "retract": "đã rút"}.get(one.message["action"])
    return f" <b>({words})</b>" if words else ""


def _page(title: str, body: str, status: int = 200) -> Reply:
    """A page for people. ``title`` and ``body`` are HTML."""
    style = """body{margin:0;background:#eef4f3;color:#14201e;font:16px/1.55 system-ui,sans-serif}
main{max-width:42rem;margin:0 auto;padding:1rem}h1{font-size:1.3rem}h2{font-size:1.1rem}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
article{background:#fff;border:1px solid #cfdcda;border-radius:.5rem;padding:1rem 1.2rem}
.text{white-space:pre-wrap;overflow-wrap:anywhere;border-left:4px solid #0d6b5e;padding-left:.8rem}a{color:#0d5f8a}"""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} (mô phỏng)</title><style>{style}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải hệ thống thật của đối tác</p><main>{body}</main></html>"""
    return Reply(status, whole, {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})
