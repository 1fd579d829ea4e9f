"""A strict identity provider on loopback: OpenID Connect over real HTTP, with signed tokens, PKCE and codes that work once.

Whatever the specification wants of a client it insists on, and answers 400 otherwise. What it answers itself can be made
wrong, to see whether the client insists too.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "kiem-chung", "bi-mat-cua-ung-dung-dai-hon-32-chu"
_KEY, _STRANGERS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _number in range(2))


@dataclass
class Person:
    """Who is logged in at the provider."""

    sub: str = "u-1"
    email: str = "lan@example.vn"
    email_verified: Any = True
    name: str = "Hoàng Lan"


@dataclass
class Provider:
    """``person``  who answers; ``claims``  put over those of the ID token (None takes one away); ``signed_by``  "us",
    "stranger", "secret" (the client's own, as HS256) or "none"; ``in_userinfo``  the address is told there only, and about
    ``userinfo_sub``; ``redirect``  where we send people back to, as registered."""

    port: int
    redirect: str
    person: Person = field(default_factory=Person)
    claims: dict[str, Any] = field(default_factory=dict)
    signed_by: str = "us"
    issuer: str = ""
    in_userinfo: bool = False
    userinfo_sub: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/realm"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key(), as_dict=True) | {"kid": "k1", "alg": "RS256", "use": "sig"}]}  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str | None:
        """The address to go back to; None where the question is not as it must be."""
        wanted = {"response_type": "code", "client_id": CLIENT, "redirect_uri": self.redirect, "code_challenge_method": "S256"}  # fmt: skip
        if any(asked.get(name) != value for name, value in wanted.items()):
            return None
        if "openid" not in asked.get("scope", "").split() or not all(
            len(asked.get(name, "")) >= 16 for name in ("state", "nonce", "code_challenge")
        ):
            return None
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{self.redirect}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, posted: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(posted.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(posted.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or authorization != f"Basic {basic}"
            or posted.get("grant_type") != "authorization_code"
            or posted.get("redirect_uri") != self.redirect
            or challenge.decode().rstrip("=") != asked["code_challenge"]
        ):
            return None
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        return {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": self._id_token(asked)}

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "sub": self.person.sub, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}  # fmt: skip
        if not self.in_userinfo:
            claims |= self._about_person()
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        if self.signed_by == "none":
            return jwt.encode(claims, None, algorithm="none")
        if self.signed_by == "secret":
            return jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": "k1"})
        return jwt.encode(
            claims, _KEY if self.signed_by == "us" else _STRANGERS, algorithm="RS256", headers={"kid": "k1"}
        )

    def _about_person(self) -> dict[str, Any]:
        told = {"email": self.person.email, "email_verified": self.person.email_verified, "name": self.person.name}
        return {name: value for name, value in told.items() if value is not None}

    def userinfo(self, authorization: str) -> dict[str, Any] | None:
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return None
        return {"sub": self.userinfo_sub or self.person.sub, **self._about_person()}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts, provider = urlsplit(self.path), self.provider
        provider.asked.append(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/realm/.well-known/openid-configuration":
            self._say(provider.configuration())
        elif parts.path == "/realm/keys":
            self._say(provider.keys())
        elif parts.path == "/realm/userinfo":
            self._say(provider.userinfo(self.headers.get("Authorization", "")))
        elif parts.path == "/realm/authorize" and (there := provider.authorize(query)):
            self.send_response(302)
            self.send_header("Location", there)
            self.end_headers()
        else:
            self._say(None)

    def do_POST(self) -> None:
        self.provider.asked.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        posted = {name: values[0] for name, values in parse_qs(body).items()}
        self._say(self.provider.token(posted, self.headers.get("Authorization", "")))

    def _say(self, answer: dict[str, Any] | None) -> None:
        body = json.dumps(answer or {"error": "invalid_request"}).encode()
        self.send_response(200 if answer else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def provider(redirect: str) -> Iterator[Provider]:
    """A running one, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made = Provider(server.server_address[1], redirect)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": made})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
