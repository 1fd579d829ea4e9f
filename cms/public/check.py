"""The box: paste what you received, and see whether it has been answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from cms.finding import matching
from cms.finding.links import links_in
from cms.finding.search import SearchEntry, fold
from cms.pages.answer import Answer
from cms.public.limits import searches_at_most
from cms.public.search import answers_of
from cms.translation import languages

LONGEST = 5_000
FEW_WORDS = 3


@dataclass(frozen=True)
class Shown:
    """One match as the page shows it."""

    answer: Page
    words: tuple[str, ...]
    is_link: bool


def _our_page(link: str, request: HttpRequest) -> Page | None:
    """The live answer that an address of this site leads to."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        is_ours = parts.hostname in {urlsplit(settings.BASE_URL).hostname, request.get_host().split(":")[0]}
    except ValueError:  # such as "http://[1"
        return None
    path = unquote(parts.path).rstrip("/") + "/"
    if not is_ours or "\x00" in path:  # which PostgreSQL refuses
        return None
    for page in Answer.objects.live().public().filter(slug=path.rstrip("/").rsplit("/", 1)[-1]).specific():
        if page.get_url_parts(request) and page.get_url_parts(request)[2] == path:
            return page
    return None


def _shown(text: str) -> tuple[list[Shown], list[Page]]:
    """The matches, and the retracted answers among them, which answer nothing any more."""
    matches = matching.find(text, languages.active())
    pages = {page.pk: page for page in answers_of([match.entry for match in matches])}
    shown, retracted = [], []
    for match in matches:
        page = pages.get(match.entry.pk)
        if page is not None and page.is_retracted:
            retracted.append(page)
        elif page is not None:
            shown.append(Shown(page, match.words, match.is_link))
    return shown, retracted


# Exempt from the CSRF check on purpose: it changes nothing, and a token would need a cookie, which the public site has
# none of. It takes a POST so that what people paste lands in no address, no history and no server's log.
@csrf_exempt
@sensitive_post_parameters("q")
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
@searches_at_most
def check(request: HttpRequest) -> HttpResponse:
    """GET shows the box; POST answers ``q``, and keeps nothing of it."""
    text = request.POST.get("q", "").replace("\r\n", "\n") if request.method == "POST" else ""
    context: dict[str, Any] = {"text": text, "longest": LONGEST, "is_asked": request.method == "POST"}
    if request.method == "POST":
        if len(text) > LONGEST:
            return render(request, "public/check.html", {**context, "too_long": len(text)})
        links = links_in(text)
        ours = [page for link in links if (page := _our_page(link, request))]
        if ours and text.split() == links[:1]:
            return HttpResponseRedirect(ours[0].get_url(request))
        if not fold(text):
            return render(request, "public/check.html", {**context, "nothing_written": True})
        shown, retracted = _shown(text)
        named = {page.pk for page in ours}
        known = [Shown(page, (), True) for page in ours if not page.is_retracted]
        context["matches"] = [*known, *(each for each in shown if each.answer.pk not in named)][:3]
        context["retracted"] = [page for page in ours if page.is_retracted] or retracted
        if len(fold(text).split()) <= FEW_WORDS:
            context["found"] = _found(text, {each.answer.pk for each in context["matches"]})
    return render(request, "public/check.html", context)


def _found(text: str, others: set[int]) -> list[Page]:
    entries = SearchEntry.objects.for_language(languages.active()).with_words(text).exclude(pk__in=others)
    return answers_of(list(entries[:5]))
