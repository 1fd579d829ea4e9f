"""A browser in which a person has logged in before. Strangers who try that person's password do not hold it up.

The cookie is signed, sent to the admin's addresses only, and opens nothing: it only has a count of wrong tries of its own.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

SALT = "cms.accounts.known-browser"
DAYS = 180


def name_of_cookie() -> str:
    return f"{'__Secure-' if settings.IS_HTTPS else ''}known_browser"


def _person(username: str) -> str:
    return salted_hmac(SALT, username.casefold(), algorithm="sha256").hexdigest()[:32]


def known(request: HttpRequest, username: str) -> str:
    """A name for this browser where ``username`` has logged in here before; empty otherwise."""
    try:
        people = signing.loads(request.COOKIES.get(name_of_cookie(), ""), salt=SALT, max_age=DAYS * 86_400)
        return str(people.get(_person(username), ""))
    except (signing.BadSignature, AttributeError):
        return ""


def remember(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    """After a log-in. One computer may be that of several people."""
    try:
        people = signing.loads(request.COOKIES.get(name_of_cookie(), ""), salt=SALT, max_age=DAYS * 86_400)
    except signing.BadSignature:
        people = {}
    others = {key: value for key, value in people.items() if key != _person(user.get_username())}
    newest = dict(list(others.items())[-9:])  # a cookie has its limits
    response.set_cookie(
        name_of_cookie(),
        signing.dumps({**newest, _person(user.get_username()): secrets.token_hex(8)}, salt=SALT),
        max_age=DAYS * 86_400,
        path="/admin/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
