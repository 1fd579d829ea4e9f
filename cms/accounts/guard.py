"""Nothing in the admin works for a session that has not shown the second factor it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from cms.accounts import sessions
from cms.accounts.standing import Standing, standing

# What somebody who must set up a second factor needs for that, and the way out.
_OPEN = {"account_reauthenticate", "wagtailadmin_logout", "admin_texts", "wagtailadmin_sprite"}
_OPEN_PREFIX = "mfa_"


class SecondFactorGuard:
    """After Django's authentication. A request without a session costs nothing, and reads no session: what the public
    sees stays without cookies, and without a word to caches that it had any."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        user = request.user
        if not request.path.startswith(reverse("wagtailadmin_home")):
            # Private documents and pages: asked only when a view asks who it is.
            request.user = SimpleLazyObject(lambda: user if self._is_in(request, user) else AnonymousUser())  # type: ignore[assignment]
            return None
        if not user.is_authenticated:
            return None
        found = standing(request, user)
        if found is Standing.SHOW:
            request.user = AnonymousUser()
            return None
        sessions.seen(request, user)
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if found is Standing.SET_UP and name not in _OPEN and not name.startswith(_OPEN_PREFIX):
            return redirect("mfa_index")
        return None

    @staticmethod
    def _is_in(request: HttpRequest, user: Any) -> bool:
        return not user.is_authenticated or standing(request, user) is Standing.IN
