"""What many pages have in common, such as the menu: read once in a process and used until something public changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cms.page_cache.watch import VERSION, public_now

Part = TypeVar("Part")

# Names are few: kinds of parts, times languages, times the addresses that we are called by.
MOST = 2000

_parts: dict[Hashable, tuple[str, Any]] = {}


class _Request:
    """What is public as this request sees it: asked once, and only if a part is wanted."""

    def __init__(self, request: HttpRequest) -> None:
        self._version: str | None = request.META.get(VERSION)
        self.own: dict[Hashable, Any] = {}

    @property
    def version(self) -> str:
        if self._version is None:
            self._version = public_now()
        return self._version


_request: ContextVar[_Request | None] = ContextVar("public_request", default=None)


def shared(name: Hashable, make: Callable[[], Part]) -> Part:
    """What ``make`` gives, made by whoever needed it first since the last public change. Nobody may change it.

    Outside of a public request it is made each time; where nobody watches over changes, once for each request.
    """
    request = _request.get()
    if request is None:
        return make()
    version = request.version
    if not version:
        if name not in request.own:
            request.own[name] = make()
        own: Part = request.own[name]
        return own
    known = _parts.get(name)
    if known is not None and known[0] == version:
        part: Part = known[1]
        return part
    made = make()
    if len(_parts) >= MOST:
        _parts.clear()
    _parts[name] = version, made
    return made


def once(name: Hashable, make: Callable[[], Part]) -> Part:
    """What ``make`` gives, made once for a public request, without asking whether anything changed since others made it."""
    request = _request.get()
    if request is None:
        return make()
    if name not in request.own:
        request.own[name] = make()
    own: Part = request.own[name]
    return own


def are_shared() -> bool:
    """Whether a public request is being answered, for which it pays to read ahead."""
    return _request.get() is not None


class SharedParts:
    """Middleware: requests that only read, outside of the admin, share parts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or request.path.startswith("/admin/"):
            return self.get_response(request)
        before = _request.set(_Request(request))
        try:
            return self.get_response(request)
        finally:
            _request.reset(before)
