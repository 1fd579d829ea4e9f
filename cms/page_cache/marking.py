"""What is the same for every reader is marked as that, by its view; nothing else is ever kept.

A view that is marked answers as if nobody were logged in, and sees of the query only what ``addresses`` lists: so what it
makes cannot differ from reader to reader. Views with a form that has a token, and those that count, are never marked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from cms.page_cache.addresses import known_query

MARK = "cms.same_for_everybody"
# Of these a page knows nothing: who reads, what they have already, and what their browser unpacks.
_OF_ONE_READER = ("HTTP_COOKIE", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


def mark(request: HttpRequest) -> None:
    """Takes from the request all that is one reader's, and says that the answer may be kept for everybody."""
    query = known_query(request.META.get("QUERY_STRING", ""))
    environ = getattr(request, "environ", None)  # what came through the server: not a preview, not a test's own request
    if query is None or environ is None or MARK not in environ or request.method != "GET":
        return
    request.META["QUERY_STRING"], request.GET = query, QueryDict(query)  # type: ignore[assignment]
    for name in _OF_ONE_READER:
        request.META.pop(name, None)
    request.COOKIES, request.user = {}, AnonymousUser()
    environ[MARK] = True


View = Callable[..., HttpResponseBase]


def same_for_everybody(view: View) -> View:
    """A view whose answer to GET depends on nothing but its address and what is public."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        mark(request)
        return view(request, *args, **kwargs)

    return marked


def mark_pages(serve: View) -> View:
    """Wagtail's hook ``on_serve_page``: every page that anybody may read."""

    def marked(page: Any, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponseBase:
        if not page.get_view_restrictions():
            mark(request)
        return serve(page, request, args, kwargs)

    return marked
