"""The feeds' addresses: /feeds/<language>/answers.atom and so on. What is in them is in cms/feeds/feeds.py."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, re_path
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from cms.feeds.feed_formats import write
from cms.feeds.feeds import Source, feed_of

FRESH_SECONDS = 300


@require_safe
def feed(request: HttpRequest, scope: str, language: str, form: str, slug: str = "") -> HttpResponseBase:
    """One feed. Whoever has the newest already gets 304."""
    found = feed_of(Source(scope, language, slug))
    if found is None:
        raise Http404
    document, content_type = write(found, form)
    body = document.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    changed = int(found.updated.timestamp())
    response = HttpResponse(body, content_type=content_type)
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    links = [f'<{found.source.url(form)}>; rel="self"']
    if settings.WEBSUB_HUB:
        links.append(f'<{settings.WEBSUB_HUB}>; rel="hub"')
    response["Link"] = ", ".join(links)
    # Browsers' scripts on other sites may read what anybody may read.
    response["Access-Control-Allow-Origin"] = "*"
    answer = get_conditional_response(request, etag=etag, last_modified=changed, response=response)
    assert answer is not None
    patch_cache_control(answer, public=True, max_age=FRESH_SECONDS)
    return answer


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """/feeds/ leads to the page that lists them."""
    return redirect("api_docs")


_IN = r"^feeds/(?P<language>[a-z]{2,8})"
_FORM = r"\.(?P<form>atom|rss|json)$"

urls: list[URLPattern] = [
    re_path(r"^feeds/$", feeds, name="feeds"),
    re_path(rf"{_IN}/answers{_FORM}", feed, {"scope": "answers"}, name="answers_feed"),
    re_path(rf"{_IN}/corrections{_FORM}", feed, {"scope": "corrections"}, name="corrections_feed"),
    re_path(rf"{_IN}/topic/(?P<slug>[-\w]+){_FORM}", feed, {"scope": "topic"}, name="topic_feed"),
    re_path(rf"{_IN}/place/(?P<slug>[-\w]+){_FORM}", feed, {"scope": "place"}, name="place_feed"),
]
