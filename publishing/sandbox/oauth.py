"""What the stand-ins' consent pages share: codes that work once for ten minutes, PKCE, and the page people see."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from publishing.sandbox.server import Reply, Request

CODE_SECONDS = 600
STYLE = """body{margin:0;background:#eef0f3;color:#1c1e21;font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:1.5rem auto;padding:1.25rem;background:#fff;border:1px solid #d5d9de;border-radius:.6rem}
.mark{margin:0;padding:.6rem 1rem;background:#7a1f1f;color:#fff;text-align:center;font-weight:600}
h1{font-size:1.2rem;margin:0 0 .75rem}fieldset{border:1px solid #d5d9de;border-radius:.4rem;margin:0 0 1rem;padding:.5rem 1rem}
label{display:block;padding:.35rem 0;overflow-wrap:anywhere}button{font:inherit;padding:.6rem 1.2rem;border-radius:.4rem;
border:1px solid #0b4f8a;background:#0b4f8a;color:#fff}button[value=deny]{background:#fff;color:#0b4f8a}"""


@dataclass
class Grant:
    """What a code stands for. ``challenge`` is empty without PKCE; ``given`` is what the person ticked."""

    redirect_uri: str
    challenge: str
    made: float
    given: dict[str, list[str]] = field(default_factory=dict)

    def is_proven_by(self, verifier: str) -> bool:
        """PKCE with S256, RFC 7636."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return 43 <= len(verifier) <= 128 and secrets.compare_digest(digest, self.challenge)


class Codes:
    """The codes that were given out. ``clock``: seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.open: dict[str, Grant] = {}

    def new(self, redirect_uri: str, challenge: str, given: dict[str, list[str]]) -> str:
        code = secrets.token_urlsafe(24)
        self.open[code] = Grant(redirect_uri, challenge, self.clock(), given)
        return code

    def spend(self, code: str) -> Grant | None:
        """None for one that is unknown, used or older than ten minutes."""
        grant = self.open.pop(code, None)
        return grant if grant and self.clock() - grant.made <= CODE_SECONDS else None


def form(request: Request) -> dict[str, list[str]]:
    """The fields of a submitted form."""
    return parse_qs(request.body.decode(), keep_blank_values=True)


def back(redirect_uri: str, **told: str) -> Reply:
    """Sends the person back to where they came from."""
    joint = "&" if "?" in redirect_uri else "?"
    return Reply(302, "", {"Location": f"{redirect_uri}{joint}{urlencode(told)}"})


def consent_page(vendor: str, asks: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]) -> Reply:
    """The question. ``asks``: (field, heading, [(value, label)]), everything ticked; text, not HTML."""
    groups = "".join(
        f"<fieldset><legend>{html.escape(heading)}</legend>"
        + "".join(
            f'<label><input type="checkbox" name="{name}" value="{html.escape(value)}" checked> {html.escape(label)}</label>'
            for value, label in choices
        )
        + "</fieldset>"
        for name, heading, choices in asks
    )
    body = f"""<h1>“Trang kiểm chứng” muốn truy cập tài khoản của bạn</h1><form method="post">{groups}
<button name="do" value="allow">Cho phép</button> <button name="do" value="deny">Từ chối</button></form>"""
    return page(vendor, body)


def wrong(vendor: str, words: str) -> Reply:
    """A request that no vendor would send anybody back from: the page says why."""
    return page(vendor, f"<h1>Yêu cầu không hợp lệ</h1><p>{html.escape(words)}</p>", 400)


def page(vendor: str, body: str, status: int = 200) -> Reply:
    """``vendor`` is text, ``body`` HTML."""
    whole = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Cấp quyền – {vendor} (mô phỏng)</title><style>{STYLE}</style>
<p class="mark" role="note">MÔ PHỎNG – không phải {vendor} thật</p><main>{body}</main></html>"""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return Reply(status, whole, {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})
