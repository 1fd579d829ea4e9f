"""The login dialog of sandbox/facebook.py, and the tokens that come of it.

As strict as Facebook: a redirect address must be registered letter for letter, a code works once and for ten minutes, a
Page's token got with a short-lived token dies with that. Here the person may untick Pages and permissions.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from publishing.sandbox.oauth import Codes, back, consent_page, form, wrong
from publishing.sandbox.server import Reply, Request

APP_ID = "770011223344556"
SHORT_SECONDS, LONG_SECONDS = 5_000, 5_184_000
CONSENT_SECONDS = 90 * 86_400
PERMISSIONS = {
    "pages_show_list": "Xem danh sách Trang",
    "pages_manage_posts": "Tạo, sửa và gỡ bài viết trên Trang",
    "pages_read_engagement": "Đọc bài viết của Trang",
}
VENDOR = "Facebook"
ASKED = {"client_id", "redirect_uri", "state", "response_type", "scope", "auth_type"}
PATHS = re.compile(r"/v\d+\.\d+/(?:dialog/oauth|oauth/access_token|debug_token)")

Refuse = Callable[..., Exception]  # (code, message, subcode, *, status): the Graph API's error


@dataclass
class Person:
    """A person's token. ``pages`` and ``scopes`` are what was ticked."""

    ends: float
    is_long: bool
    scopes: list[str]
    pages: list[str]


@dataclass
class Oauth:
    """Dialog and tokens of one app.

    dead           tokens that were revoked
    tasks          what the person may do on a Page, by its id; everything where nothing is said
    page_ends      when a Page's own token runs out, by token; never where nothing is said
    consent_ends   when the consent behind a Page's own token has to be renewed; 90 days from now where nothing is said
    """

    pages: Mapping[str, tuple[str, str]]
    secret: str
    redirect_uris: frozenset[str]
    clock: Callable[[], float]
    refuse: Refuse
    dead: Mapping[str, int] = field(default_factory=dict)
    tasks: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    short_pages: dict[str, tuple[str, float]] = field(default_factory=dict)  # token: Page, end
    page_ends: dict[str, float] = field(default_factory=dict)
    consent_ends: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = Codes(self.clock)
        self.began = self.clock()

    def routes(self) -> Iterable[tuple[str, str, Callable[[Request], Reply]]]:
        graph = r"/v\d+\.\d+"
        yield "GET", rf"{graph}/dialog/oauth", self.ask
        yield "POST", rf"{graph}/dialog/oauth", self.answer
        yield "GET", rf"{graph}/oauth/access_token", self.token
        yield "GET", rf"{graph}/debug_token", self.debug

    def knows(self, token: str) -> bool:
        """Whether it is a token of this dialog that still counts. Raises the error of one that has expired."""
        ends = self.people[token].ends if token in self.people else self.short_pages.get(token, ("", 0.0))[1]
        if ends and ends <= self.clock():
            raise self.refuse(190, "Error validating access token: Session has expired", 463, status=401)
        return bool(ends)

    # The dialog ----------------------------------------------------------------------------------------------

    def ask(self, request: Request) -> Reply:
        if words := self._what_is_wrong(request.query):
            return wrong(VENDOR, words)
        asked = request.query["scope"].split(",")
        return consent_page(
            VENDOR,
            [
                ("page", "Chọn Trang", [(page, name) for page, (name, _token) in self.pages.items()]),
                ("scope", "Ứng dụng được phép", [(one, PERMISSIONS[one]) for one in asked]),
            ],
        )

    def answer(self, request: Request) -> Reply:
        if words := self._what_is_wrong(request.query):
            return wrong(VENDOR, words)
        uri, state, told = request.query["redirect_uri"], request.query.get("state", ""), form(request)
        if told.get("do") != ["allow"]:
            denied = {
                "error": "access_denied",
                "error_reason": "user_denied",
                "error_description": "Permissions error.",
            }
            return back(uri, **denied, state=state)
        given = {"scope": told.get("scope", []), "page": told.get("page", [])}
        return back(uri, code=self.codes.new(uri, "", given), state=state)

    def _what_is_wrong(self, asked: Mapping[str, str]) -> str:
        if set(asked) - ASKED:
            return f"Unknown parameters: {sorted(set(asked) - ASKED)}"
        if asked.get("client_id") != APP_ID:
            return "Invalid app ID"
        if asked.get("redirect_uri") not in self.redirect_uris:
            return "URL Blocked: the redirect URI is not whitelisted in the app's Client OAuth Settings."
        if asked.get("response_type", "code") != "code":
            return "Invalid response_type"
        if not set(asked.get("scope", "").split(",")) <= set(PERMISSIONS):
            return "Invalid Scopes"
        return ""

    # Tokens --------------------------------------------------------------------------------------------------

    def token(self, request: Request) -> Reply:
        asked = request.query
        if asked.get("client_id") != APP_ID:
            raise self.refuse(101, "Error validating application. Cannot get application info due to a system error.")
        if asked.get("client_secret") != self.secret:
            raise self.refuse(1, "Error validating client secret.")
        if asked.get("grant_type") == "fb_exchange_token":
            short = asked.get("fb_exchange_token", "")
            if not self.knows(short) or short not in self.people:
                raise self.refuse(190, "Invalid OAuth access token", status=401)
            person = self.people[short]
            return self._give(LONG_SECONDS, True, person.scopes, person.pages)
        grant = self.codes.spend(asked.get("code", ""))
        if grant is None:
            raise self.refuse(100, "This authorization code has been used or has expired.", 36009)
        if asked.get("redirect_uri") != grant.redirect_uri:
            raise self.refuse(100, "Error validating verification code. Use an identical redirect_uri.", 36008)
        return self._give(SHORT_SECONDS, False, grant.given["scope"], grant.given["page"])

    def _give(self, seconds: int, is_long: bool, scopes: list[str], pages: list[str]) -> Reply:
        token = f"EAAsandbox{'Long' if is_long else 'Short'}{secrets.token_hex(16)}"
        self.people[token] = Person(self.clock() + seconds, is_long, scopes, pages)
        return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": seconds})

    def debug(self, request: Request) -> Reply:
        """What an app may ask about a token that was given to it."""
        if request.headers.get("Authorization", "") != f"Bearer {APP_ID}|{self.secret}":
            raise self.refuse(100, "(#100) You must provide an app access token", status=400)
        if set(request.query) != {"input_token"} or not request.query["input_token"]:
            raise self.refuse(100, "(#100) The parameter input_token is required", status=400)
        token = request.query["input_token"]
        if token in self.dead:
            return self._invalid("Error validating access token", self.dead[token])
        page = next((page for page, (_name, own) in self.pages.items() if own == token), "")
        page = page or self.short_pages.get(token, ("", 0.0))[0]
        if page:
            ends = self.short_pages[token][1] if token in self.short_pages else self.page_ends.get(token, 0.0)
            if ends and ends <= self.clock():
                return self._invalid("Error validating access token: Session has expired", 463)
            seen = {"app_id": APP_ID, "type": "PAGE", "is_valid": True, "expires_at": int(ends), "profile_id": page}
            consent = self.consent_ends.get(token, self.began + CONSENT_SECONDS)
            return Reply(200, {"data": seen | {"data_access_expires_at": int(consent), "scopes": [*PERMISSIONS]}})
        person = self.people.get(token)
        if person is None or person.ends <= self.clock():
            return self._invalid("Invalid OAuth access token.", 0)
        seen = {"app_id": APP_ID, "type": "USER", "is_valid": True, "expires_at": int(person.ends)}
        return Reply(200, {"data": seen | {"scopes": [*person.scopes, "public_profile"]}})

    @staticmethod
    def _invalid(message: str, subcode: int) -> Reply:
        error = {"code": 190, "message": message} | ({"subcode": subcode} if subcode else {})
        return Reply(200, {"data": {"error": error, "is_valid": False, "scopes": []}})

    def accounts(self, token: str) -> list[dict[str, Any]]:
        """/me/accounts of a person: the Pages that were ticked."""
        person = self.people.get(token)
        if person is None or "pages_show_list" not in person.scopes:
            raise self.refuse(200, "(#200) Requires pages_show_list permission", status=403)
        listed = []
        for page in person.pages:
            name, own = self.pages[page]
            if not person.is_long:
                own = f"EAAsandboxShortPage{secrets.token_hex(16)}"
                self.short_pages[own] = (page, person.ends)
            tasks = self.tasks.get(page, ["ANALYZE", "MODERATE", "CREATE_CONTENT", "MANAGE"])
            listed.append({"id": page, "name": name, "access_token": own, "tasks": tasks})
        return listed
