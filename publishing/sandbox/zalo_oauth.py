"""The page of permissions of sandbox/zalo.py: a code, once and for ten minutes, with PKCE as Zalo demands it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from publishing.sandbox.oauth import Codes, back, consent_page, form, wrong
from publishing.sandbox.server import Reply, Request

VENDOR = "Zalo"
PERMISSION = [("scope", "Ứng dụng được phép", [("article", "Quản lý bài viết của Official Account")])]


@dataclass
class Oauth:
    """Of one app and one Official Account."""

    app_id: str
    oa_id: str
    redirect_uris: frozenset[str]
    clock: Callable[[], float]

    def __post_init__(self) -> None:
        self.codes = Codes(self.clock)

    def routes(self) -> Iterable[tuple[str, str, Callable[[Request], Reply]]]:
        yield "GET", r"/v4/oa/permission", self.ask
        yield "POST", r"/v4/oa/permission", self.answer

    def ask(self, request: Request) -> Reply:
        words = self._what_is_wrong(request)
        return wrong(VENDOR, words) if words else consent_page(VENDOR, PERMISSION)

    def answer(self, request: Request) -> Reply:
        if words := self._what_is_wrong(request):
            return wrong(VENDOR, words)
        asked, told = request.query, form(request)
        uri, state = asked["redirect_uri"], asked.get("state", "")
        if told.get("do") != ["allow"]:
            return back(uri, error="access_denied", state=state)  # a guess: nobody tells what Zalo sends
        code = self.codes.new(uri, asked["code_challenge"], {"scope": told.get("scope", [])})
        return back(uri, code=code, oa_id=self.oa_id, state=state)

    def is_spent_rightly(self, code: str, verifier: str) -> bool:
        """Whether the code is good and proven. It is used up either way."""
        grant = self.codes.spend(code)
        return grant is not None and grant.is_proven_by(verifier)

    def _what_is_wrong(self, request: Request) -> str:
        asked = request.query
        if set(asked) - {"app_id", "redirect_uri", "code_challenge", "state"}:
            return "Unknown parameters"
        if asked.get("app_id") != self.app_id:
            return "Invalid app id"
        if asked.get("redirect_uri") not in self.redirect_uris:
            return "Invalid redirect uri"
        return "" if len(asked.get("code_challenge", "")) == 43 else "Invalid code challenge"
