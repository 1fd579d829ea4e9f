"""Google's consent page of sandbox/youtube.py: a code, once and for ten minutes, with PKCE.

As Google does it: permissions can be unticked, and a refresh token comes with an offline access only, the first time or
when consent is asked for anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from publishing.sandbox.oauth import Codes, back, consent_page, form, wrong
from publishing.sandbox.server import Reply, Request

VENDOR = "Google"
SCOPE = "https://www.googleapis.com/auth/youtube"
ASKED = set(
    "client_id redirect_uri response_type scope access_type prompt state code_challenge code_challenge_method".split()
)


@dataclass
class Oauth:
    """Of one client. ``tokens`` are the refresh tokens in force; ``allow`` puts an access token in force."""

    client_id: str
    redirect_uris: frozenset[str]
    clock: Callable[[], float]
    tokens: set[str]
    allow: Callable[[str], int]
    was_given: bool = field(default=False)

    def __post_init__(self) -> None:
        self.codes = Codes(self.clock)

    def routes(self) -> Iterable[tuple[str, str, Callable[[Request], Reply]]]:
        yield "GET", r"/o/oauth2/v2/auth", self.ask
        yield "POST", r"/o/oauth2/v2/auth", self.answer

    def ask(self, request: Request) -> Reply:
        if words := self._what_is_wrong(request):
            return wrong(VENDOR, words)
        return consent_page(VENDOR, [("scope", "Ứng dụng được phép", [(SCOPE, "Quản lý kênh YouTube của bạn")])])

    def answer(self, request: Request) -> Reply:
        if words := self._what_is_wrong(request):
            return wrong(VENDOR, words)
        asked, told = request.query, form(request)
        uri, state = asked["redirect_uri"], asked.get("state", "")
        if told.get("do") != ["allow"]:
            return back(uri, error="access_denied", state=state)
        is_lasting = asked.get("access_type") == "offline" and (not self.was_given or asked.get("prompt") == "consent")
        given = {"scope": told.get("scope", []), "lasting": ["yes"] if is_lasting else []}
        return back(uri, code=self.codes.new(uri, asked.get("code_challenge", ""), given), state=state)

    def token(self, fields: dict[str, str]) -> Reply:
        """The exchange of a code; the client itself has been checked."""
        grant = self.codes.spend(fields.get("code", ""))
        if grant is None or (grant.challenge and not grant.is_proven_by(fields.get("code_verifier", ""))):
            return Reply(400, {"error": "invalid_grant", "error_description": "Malformed auth code."})
        if fields.get("redirect_uri") != grant.redirect_uri:
            return Reply(400, {"error": "redirect_uri_mismatch", "error_description": "Bad Request"})
        access = f"ya29.{secrets.token_urlsafe(24)}"
        lasting = {"refresh_token": f"1//{secrets.token_urlsafe(24)}"} if grant.given["lasting"] else {}
        self.tokens.update(lasting.values())
        self.was_given = self.was_given or bool(lasting)
        seconds = self.allow(access) if SCOPE in grant.given["scope"] else 3_599
        scope = " ".join(grant.given["scope"])
        return Reply(
            200, {"access_token": access, "expires_in": seconds, "token_type": "Bearer", "scope": scope} | lasting
        )

    def _what_is_wrong(self, request: Request) -> str:
        asked = request.query
        if set(asked) - ASKED:
            return "Error 400: invalid_request"
        if asked.get("client_id") != self.client_id:
            return "Error 401: invalid_client"
        if asked.get("redirect_uri") not in self.redirect_uris:
            return "Error 400: redirect_uri_mismatch"
        if asked.get("response_type") != "code" or asked.get("scope") != SCOPE:
            return "Error 400: invalid_scope"
        is_pkce = bool(asked.get("code_challenge"))
        return "Error 400: invalid_request" if is_pkce and asked.get("code_challenge_method") != "S256" else ""
