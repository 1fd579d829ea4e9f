"""A strict stand-in for Telegram's Bot API, and for the channel as its readers see it.

It refuses what Telegram refuses: unknown parameters, markup that does not close, texts that are too long once the markup
is gone, pictures it cannot fetch, a bot without rights, and removing a message after 48 hours. Vendor faults, beside
those of sandbox.server: throttle, revoked, kicked, no_rights, bad_markup, server_error (nothing stored).
"""

from __future__ import annotations

import html
import json
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import requests

from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.switches import GENERAL

BOT_ID = 7300200100
TOKEN = f"{BOT_ID}:AAsandboxBotToken_0123456789-abcdefg"
CHAT_ID = -1002200330044
USERNAME = "kiemchung_anhduong"
TITLE = "Kiểm chứng Ánh Dương (hư cấu)"
TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
DELETE_SECONDS = 48 * 3600
MOST_PICTURE_BYTES = 5 * 1024 * 1024
TAGS = frozenset("b strong i em u ins s strike del a code pre blockquote tg-spoiler".split())

NOT_TEXT = {"message_id", "user_id", "link_preview_options", "entities", "caption_entities", "reply_markup"}
SEND = {"chat_id", "parse_mode", "disable_notification", "protect_content", "reply_markup"}
PARAMETERS: dict[str, set[str]] = {
    "getMe": set(),
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "sendMessage": SEND | {"text", "entities", "link_preview_options"},
    "sendPhoto": SEND | {"photo", "caption", "caption_entities", "show_caption_above_media", "has_spoiler"},
    "editMessageText": {"chat_id", "message_id", "text", "parse_mode", "entities", "link_preview_options"},
    "editMessageCaption": {"chat_id", "message_id", "caption", "parse_mode", "caption_entities"},
    "deleteMessage": {"chat_id", "message_id"},
}


@dataclass
class Stored:
    """A message of the channel: its HTML, its text without markup, its picture if it has one; times since 1970."""

    number: int
    html: str
    text: str
    photo: str
    preview: str
    created: float
    edited: float = 0.0


class Refused(Exception):
    """An error as the Bot API words it."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class TelegramSandbox(Sandbox):
    """One channel with one bot in it.

    rights              what the bot may do as administrator; None: it is no member
    messages_a_minute   beyond it 429 with retry_after
    clock               seconds since 1970
    store               JSON file the messages are kept in, so that addresses survive a restart on the same port
    """

    switches: ClassVar[tuple[str, ...]] = (
        *GENERAL,
        "throttle",
        "revoked",
        "kicked",
        "no_rights",
        "bad_markup",
        "server_error",
    )

    def __init__(
        self,
        port: int = 0,
        delay: float = 0.0,
        *,
        rights: dict[str, bool] | None = None,
        messages_a_minute: int = 60,
        clock: Callable[[], float] = time.time,
        store: Path | None = None,
    ) -> None:
        super().__init__(port, delay)
        self.rights: dict[str, bool] | None = {"can_post_messages": True, "can_delete_messages": False} | (rights or {})
        self.messages_a_minute, self.clock, self.store = messages_a_minute, clock, store
        self.messages: list[Stored] = []
        self._last = 100
        self._sent: deque[float] = deque()
        self._load()
        self.route("POST", r"/bot([^/]*)/(\w+)", self._method)
        self.route("GET", r"/", self._show_channel)
        self.route("GET", rf"/{USERNAME}", self._show_channel)
        self.route("GET", rf"/{USERNAME}/(\d+)", self._show_message)

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "POST", "path": f"/bot{TOKEN}/send"}

    def copies(self) -> list[dict[str, str]]:
        """What a reader sees: {"text", "url", "photo"} of every message, oldest first."""
        with self.lock:
            return [
                {"text": one.text, "url": f"{self.url}/{USERNAME}/{one.number}", "photo": one.photo}
                for one in self.messages
            ]

    def missing(self, request: Request) -> Reply:
        """An unknown path: JSON under the API, a page for people elsewhere."""
        if request.path.startswith("/bot"):
            return Reply(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return _page("Không tìm thấy", "<p>Không có kênh hoặc tin này.</p>", status=404)

    def _remember(self, request: Request, status: int) -> None:
        # The token is part of the path: the log shows it no more than any other secret.
        super()._remember(request, status)
        with self.lock:
            self.log[-1]["path"] = re.sub(r"^/bot[^/]*", "/bot[removed]", self.log[-1]["path"])

    # The Bot API ---------------------------------------------------------------------------------------------

    def _method(self, request: Request, token: str, method: str) -> Reply:
        try:
            if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{30,}", token):
                raise Refused(404, "Not Found")
            if token != TOKEN or request.fault == "revoked":
                raise Refused(401, "Unauthorized")
            if method not in PARAMETERS:
                raise Refused(404, "Not Found: method not found")
            fields = _fields(request, PARAMETERS[method])
            self._meet_fault(request)
            return Reply(200, {"ok": True, "result": getattr(self, f"_{method}")(fields)})
        except Refused as refused:
            return Reply(refused.body["error_code"], refused.body)

    def _meet_fault(self, request: Request) -> None:
        match request.fault:
            case "throttle":
                raise Refused(429, "Too Many Requests: retry after 17", {"retry_after": 17})
            case "kicked":
                raise Refused(403, "Forbidden: bot is not a member of the channel chat")
            case "no_rights":
                raise Refused(400, "Bad Request: not enough rights to send text messages to the chat")
            case "bad_markup":
                raise Refused(400, "Bad Request: can't parse entities: Can't find end tag")
            case "server_error":
                raise Refused(500, "Internal Server Error")

    def _getMe(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Kiểm chứng", "username": "kiemchung_bot"}

    def _getChat(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._must_be_ours(fields)
        return _CHAT | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}

    def _getChatMember(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._must_be_ours(fields)
        if fields.get("user_id") != BOT_ID:
            raise Refused(400, "Bad Request: user not found")
        user = self._getMe({})
        if self.rights is None:
            return {"status": "left", "user": user}
        return {"status": "administrator", "user": user, "can_be_edited": False, **_RIGHTS, **self.rights}

    def _sendMessage(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._must_be_allowed(fields, "text messages")
        shown = _parsed(fields, "text", TEXT_LIMIT, "Bad Request: message is too long")
        preview = (fields.get("link_preview_options") or {}).get("url", "")
        return self._stored(fields["text"], shown, "", preview)

    def _sendPhoto(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._must_be_allowed(fields, "photos")
        shown = _parsed(fields, "caption", CAPTION_LIMIT, "Bad Request: message caption is too long")
        _fetch(str(fields.get("photo") or ""))
        return self._stored(fields.get("caption", ""), shown, fields["photo"], "")

    def _editMessageText(self, fields: dict[str, Any]) -> dict[str, Any]:
        one = self._message(fields, "edit")
        shown = _parsed(fields, "text", TEXT_LIMIT, "Bad Request: message is too long")
        if one.photo:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        return self._changed(one, fields["text"], shown)

    def _editMessageCaption(self, fields: dict[str, Any]) -> dict[str, Any]:
        one = self._message(fields, "edit")
        shown = _parsed(fields, "caption", CAPTION_LIMIT, "Bad Request: message caption is too long")
        if not one.photo:
            raise Refused(400, "Bad Request: there is no caption in the message to edit")
        return self._changed(one, fields.get("caption", ""), shown)

    def _deleteMessage(self, fields: dict[str, Any]) -> bool:
        one = self._message(fields, "delete")
        may_always = bool(self.rights and self.rights.get("can_delete_messages"))
        if not may_always and self.clock() - one.created >= DELETE_SECONDS:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        self.messages.remove(one)
        self._save()
        return True

    def _must_be_ours(self, fields: dict[str, Any]) -> None:
        if fields.get("chat_id") not in {CHAT_ID, str(CHAT_ID), f"@{USERNAME}"}:
            raise Refused(400, "Bad Request: chat not found")

    def _must_be_allowed(self, fields: dict[str, Any], what: str) -> None:
        self._must_be_ours(fields)
        if self.rights is None:
            raise Refused(403, "Forbidden: bot is not a member of the channel chat")
        if not self.rights["can_post_messages"]:
            raise Refused(400, f"Bad Request: not enough rights to send {what} to the chat")
        now = self.clock()
        while self._sent and self._sent[0] <= now - 60:
            self._sent.popleft()
        if len(self._sent) >= self.messages_a_minute:
            wait = max(1, round(self._sent[0] + 60 - now))
            raise Refused(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        self._sent.append(now)

    def _message(self, fields: dict[str, Any], deed: str) -> Stored:
        self._must_be_ours(fields)
        if self.rights is None:
            raise Refused(403, "Forbidden: bot is not a member of the channel chat")
        for one in self.messages:
            if one.number == fields.get("message_id"):
                return one
        raise Refused(400, f"Bad Request: message to {deed} not found")

    def _stored(self, markup: str, text: str, photo: str, preview: str) -> dict[str, Any]:
        self._last += 1
        made = Stored(self._last, markup, text, photo, preview, self.clock())
        self.messages.append(made)
        self._save()
        return self._told(made)

    def _changed(self, one: Stored, markup: str, text: str) -> dict[str, Any]:
        if one.html == markup:
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message",
            )
        one.html, one.text, one.edited = markup, text, self.clock()
        self._save()
        return self._told(one)

    def _told(self, one: Stored) -> dict[str, Any]:
        told: dict[str, Any] = {"message_id": one.number, "chat": _CHAT, "date": int(one.created)}
        if one.edited:
            told["edit_date"] = int(one.edited)
        told["caption" if one.photo else "text"] = one.text
        return told

    def _load(self) -> None:
        if self.store and self.store.exists():
            kept = json.loads(self.store.read_text())
            self.messages, self._last = [Stored(**one) for one in kept["messages"]], kept["last"]

    def _save(self) -> None:
        if self.store:
            kept = {"last": self._last, "messages": [asdict(one) for one in self.messages]}
            draft = self.store.with_suffix(".new")
            draft.write_text(json.dumps(kept, ensure_ascii=False))
            draft.replace(self.store)

    # What people see -----------------------------------------------------------------------------------------

    def _show_channel(self, request: Request) -> Reply:
        shown = "".join(self._bubble(one) for one in self.messages)
        return _page(html.escape(TITLE), f"<h1>{html.escape(TITLE)}</h1>{shown or '<p>Chưa có tin nào.</p>'}")

    def _show_message(self, request: Request, number: str) -> Reply:
        one = next((one for one in self.messages if one.number == int(number)), None)
        if one is None:
            return _page("Không còn tin", "<p>Tin này không có hoặc đã bị gỡ.</p>", status=404)
        return _page(html.escape(TITLE), f'{self._bubble(one)}<p><a href="/{USERNAME}">Tất cả tin của kênh</a></p>')

    def _bubble(self, one: Stored) -> str:
        made = datetime.fromtimestamp(one.created, timezone(timedelta(hours=7)))
        edited = "đã chỉnh sửa · " if one.edited else ""
        photo = f'<img src="{html.escape(one.photo)}" alt="">' if one.photo else ""
        text = _linked(one.html)
        card = (
            f'<a class="link" href="{html.escape(one.preview)}" rel="nofollow"><small>{html.escape(urlsplit(one.preview).netloc)}</small></a>'
            if one.preview
            else ""
        )
        when = f'{edited}<a href="/{USERNAME}/{one.number}"><time datetime="{made.isoformat()}">{made:%d/%m/%Y %H:%M}</time></a>'
        return f"<article>{photo}<b>{html.escape(TITLE)}</b><p>{text}</p>{card}<small>{when}</small></article>"


_RIGHTS = dict.fromkeys(
    "is_anonymous can_manage_chat can_manage_video_chats can_restrict_members can_promote_members can_change_info "
    "can_invite_users can_post_stories can_edit_stories can_delete_stories can_edit_messages".split(),
    False,
)
_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)
_CHAT = {"id": CHAT_ID, "title": TITLE, "username": USERNAME, "type": "channel"}


class _Markup(HTMLParser):
    """Checks that every tag is known and closed, and gathers the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Refused(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refused(400, f'Bad Request: can\'t parse entities: Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(fields: dict[str, Any], name: str, limit: int, too_long: str) -> str:
    """The text without markup. Raises Refused where Telegram does."""
    given = fields.get(name, "")
    if not isinstance(given, str):
        raise Refused(400, f"Bad Request: {name} must be a string")
    text = given
    if mode := fields.get("parse_mode"):
        if mode != "HTML":
            raise Refused(400, "Bad Request: unsupported parse_mode")
        if re.search(r"&(?!lt;|gt;|amp;|quot;|#\d+;|#x[0-9a-fA-F]+;)[A-Za-z]+;", given):
            text = re.sub(r"&(?!lt;|gt;|amp;|quot;|#)(?=[A-Za-z]+;)", "&amp;", given)  # other names stay as written
        markup = _Markup()
        markup.feed(text)
        markup.close()
        if markup.open:
            raise Refused(
                400,
                f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{markup.open[-1]}\"",
            )
        text = markup.text
    text = text.strip()
    if name == "text" and not text:
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > limit:
        raise Refused(400, too_long)
    return text


def _fields(request: Request, known: set[str]) -> dict[str, Any]:
    """JSON or form. Refuses parameters that the method does not have: Telegram ignores them, a mistake should show."""
    encoding = request.headers.get("Content-Type", "").partition(";")[0].strip()
    fields: dict[str, Any] = dict(request.query)
    if encoding == "application/json":
        fields |= json.loads(request.body or b"{}")
    elif request.body:
        given = parse_qs(request.body.decode(), strict_parsing=True, keep_blank_values=True)
        fields |= {name: values[-1] for name, values in given.items()}
        for name in NOT_TEXT & set(fields):  # in a form, what is no text is JSON
            fields[name] = json.loads(fields[name])
    if unknown := sorted(set(fields) - known):
        raise Refused(400, f"Bad Request: the stand-in knows no parameter {unknown[0]}")
    return fields


def _fetch(address: str) -> None:
    """Fetches a picture as Telegram does, to refuse what is none."""
    if not address.startswith(("http://", "https://")):
        raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
    try:
        answer = requests.get(address, timeout=5, stream=True)
        body = answer.raw.read(MOST_PICTURE_BYTES + 1)
    except Exception:
        raise Refused(400, "Bad Request: failed to get HTTP URL content") from None
    if answer.status_code != 200 or len(body) > MOST_PICTURE_BYTES:
        raise Refused(400, "Bad Request: failed to get HTTP URL content")
    if not answer.headers.get("Content-Type", "").startswith("image/"):
        raise Refused(400, "Bad Request: wrong type of the web page content")


def _linked(markup: str) -> str:
    """Message HTML, which was checked when it came, with bare addresses made links."""
    safe = re.sub(r"<(?!/?(?:b|i|a)\b)", "&lt;", markup)
    safe = re.sub(r'<a href="(?!https?://)[^"]*">', "<a>", safe)
    return re.sub(r'(?<!")\bhttps?://[^\s<]+', r'<a href="\g<0>" rel="nofollow">\g<0></a>', safe)


def _page(title: str, body: str, status: int = 200) -> Reply:
    """A page for people. ``title`` and ``body`` are HTML."""
    style = """body{margin:0;background:#cfdcc8;color:#111;font:16px/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1rem}h1{font-size:1.2rem}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
article{background:#fff;border-radius:.9rem .9rem .9rem .2rem;margin:0 0 .8rem;padding:.7rem 1rem;overflow:hidden}
article>b{color:#1b5e8a}article p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
article img{display:block;max-width:100%;margin:0 0 .5rem;border-radius:.5rem}a{color:#1b5e8a}small{color:#555}
article>small{display:block;text-align:right}.link{display:block;padding:.2rem .7rem;border-left:3px solid #1b5e8a}"""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} (mô phỏng)</title><style>{style}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải Telegram thật</p><main>{body}</main></html>"""
    return Reply(status, whole, {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src *"})
