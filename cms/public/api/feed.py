"""/claimreview.json: every review there is, as a DataFeed of schema.org, written out as it is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import condition, require_safe

from cms.claims import Verdict
from cms.corrections import Correction
from cms.pages.answer import Change
from cms.pages.rebuttal import Rebuttal
from cms.public.api.base import open_to_all
from cms.schema_org import claimreview
from publishing.models import Organisation

_AT_ONCE = 500
_RATED = [verdict for verdict in Verdict if verdict.rating is not None]


def _rated(language: str) -> QuerySet[Rebuttal]:
    found = Rebuttal.objects.live().public().filter(verdict__in=_RATED).exclude(change_kind=Change.RETRACTION)
    return found.filter(locale__language_code=language) if language else found


def _state(request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
    """How many there are and when the last changed: two feeds with the same state say the same. Asked once a request."""
    if not hasattr(request, "_feed_state"):
        found = _rated(request.GET.get("lang", ""))
        request._feed_state = found.aggregate(  # type: ignore[attr-defined]
            many=Count("pk"), which=Sum("pk"), changed=Max("last_published_at")
        )
    state: dict[str, Any] = request._feed_state  # type: ignore[attr-defined]
    return state


def _etag(request: HttpRequest, **kwargs: Any) -> str:
    # An office's name and an incident's day can change without a publication; by the next day everybody has that too.
    offices = list(Organisation.objects.filter(is_office=True).values_list("name", "website"))
    told = [
        sorted(_state(request).items()),
        offices,
        settings.BASE_URL,
        request.GET.get("lang", ""),
        timezone.localdate(),
    ]
    return f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def _in_parts(found: QuerySet[Rebuttal]) -> Iterator[list[Rebuttal]]:
    """The answers, newest id first, some at a time: neither all of them in memory nor a query held open for minutes."""
    below: int | None = None
    rows = found.select_related("locale", "office").defer("body").order_by("-pk")
    while part := list((rows.filter(pk__lt=below) if below else rows)[:_AT_ONCE]):
        yield part
        below = part[-1].pk


def entries(language: str) -> Iterator[dict[str, Any]]:
    """Every DataFeedItem. Three queries for each 500 answers."""
    for part in _in_parts(_rated(language)):
        spread = claimreview.spread_of(part)
        changes: dict[int, list[Correction]] = {}
        for change in Correction.objects.filter(page__in=[page.pk for page in part]):
            changes.setdefault(change.page_id, []).append(change)
        for page in part:
            page.public_corrections = changes.get(page.pk, [])
            if entry := claimreview.feed_entry(page, spread.get(page.pk, claimreview.Spread())):
                yield entry


def _written(language: str, changed: Any) -> Iterator[str]:
    head = {"@context": claimreview.CONTEXT, "@type": "DataFeed", "name": settings.WAGTAIL_SITE_NAME}
    if changed:
        head["dateModified"] = claimreview.moment(changed)
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "dataFeedElement": ['
    between = "\n"
    for entry in entries(language):
        yield between + json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        between = ",\n"
    yield "\n]}\n"


@require_safe
@condition(etag_func=_etag)
def _feed(request: HttpRequest) -> StreamingHttpResponse:
    language = request.GET.get("lang", "")
    return StreamingHttpResponse(
        _written(language, _state(request)["changed"]), content_type="application/ld+json; charset=utf-8"
    )


def claimreview_feed(request: HttpRequest) -> HttpResponse:
    """All reviews in all languages, or in the one that ``?lang=`` names."""
    language = request.GET.get("lang", "")
    if language and language not in dict(settings.LANGUAGES):
        words = gettext("There is no such language. These exist: %(names)s.")
        names = ", ".join(dict(settings.LANGUAGES))
        error = {"error": {"code": "invalid", "message": "", "fields": {"lang": [words % {"names": names}]}}}
        return open_to_all(JsonResponse(error, status=400))
    response: Any = _feed(request)
    return open_to_all(response)
