"""The warnings for readers, for warning apps, and for feed readers."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from wagtail.models import Locale

from campaigns.alerts import cap, feeds
from campaigns.alerts.models import Alert
from campaigns.public.subscribe import SubscribeForm
from cms.page_cache.marking import same_for_everybody
from cms.public import guarded_form
from cms.translation import languages

PAGE_SIZE = 20
FRESH_SECONDS = 60  # for programs; a page for readers is never kept


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """What holds now, and what held once. Both in every language: a warning is better read in another than not at all."""
    return render(request, "campaigns/alerts.html", listing(request, SubscribeForm()))


def listing(request: HttpRequest, form: SubscribeForm, **more: object) -> dict[str, object]:
    """The context of the list with its form for subscribers."""
    current = list(Alert.objects.current().gravest_first().select_related("campaign"))
    past = Alert.objects.latest_of_each().exclude(pk__in=[one.pk for one in current])
    results = Paginator(past.order_by("-starts_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("trang"))
    return {
        "current": current if results.number == 1 else [],
        "results": results,
        "form": form,
        "language": languages.active(),
        "address": settings.BASE_URL + request.path,
        **guarded_form.fields(),
        **more,
    }


@require_safe
@same_for_everybody
def alert(request: HttpRequest, key: UUID) -> HttpResponse:
    """One warning. The address of a message that takes one back leads to what it took back."""
    found = get_object_or_404(
        Alert.objects.out().select_related("campaign__locale", "campaign__office", "replaces"), key=key
    )
    if found.is_cancel and found.replaces:
        return redirect("alert", key=found.replaces.key)
    after = found.follower
    campaign = found.campaign if found.campaign and found.campaign.live and not found.campaign.is_retracted else None
    context = {
        "alert": found,
        "taken_back": after if after and after.is_cancel else None,
        "newer": after if after and not after.is_cancel else None,
        "places": list(found.places.all()),
        "campaign": campaign,
        "cap_url": cap.path(found),
        "address": settings.BASE_URL + request.path,
        "heading": found.headline,
    }
    return render(request, "campaigns/alert.html", context)


def _kept_shortly(request: HttpRequest, body: bytes, kind: str, changed: datetime) -> HttpResponseBase:
    """The document, or 304 for whoever has it."""
    etag, at = f'"{hashlib.sha256(body).hexdigest()[:32]}"', int(changed.timestamp())
    response = HttpResponse(body, content_type=kind)
    response["ETag"], response["Last-Modified"] = etag, http_date(at)
    response["Access-Control-Allow-Origin"] = "*"  # what anybody may read, any site's script may read
    answer = get_conditional_response(request, etag=etag, last_modified=at, response=response)
    assert answer is not None
    patch_cache_control(answer, public=True, max_age=FRESH_SECONDS)
    return answer


@require_safe
def alert_cap(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """One message in the Common Alerting Protocol. It stays when it is replaced: the newer one names it."""
    rows = Alert.objects.out().select_related("campaign__office", "replaces").prefetch_related("places")
    found = get_object_or_404(rows, key=key)
    return _kept_shortly(request, cap.document(found, cap.whole_province()), cap.MEDIA_TYPE, found.public_at)


@require_safe
def alerts_feed(request: HttpRequest, language: str, form: str) -> HttpResponseBase:
    """The newest messages in one language."""
    if not Locale.objects.filter(language_code=language).exists():
        raise Http404
    document, changed, kind = feeds.write(language, form)
    return _kept_shortly(request, document, kind, changed)
