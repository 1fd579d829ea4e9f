"""Finds the page at an address with what all requests share: the site, its home pages and what lies below them.

Wagtail walks down the tree with two queries a step. Here an answer is one query, everything above it none; what is not
found this way is left to Wagtail.
"""

from __future__ import annotations

import copy

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve

from cms.page_cache.parts import are_shared, shared
from cms.pages.answer import Answer
from cms.pages.home import AnswerList
from cms.pages.kinds import Prepared, of_their_kinds, read_with
from cms.translation import languages

# Stands for a slug in words that are kept; no slug is like this.
_ANY = "/"


def serve_page(request: HttpRequest, path: str) -> HttpResponseBase:
    """Wagtail's view, told the way where we know it."""
    if are_shared() and (page := _page_at(request, [step for step in path.split("/") if step])) is not None:
        request._wagtail_route_for_request = RouteResult(page)  # type: ignore[attr-defined]
    answer: HttpResponseBase = serve(request, path)
    return answer


def _page_at(request: HttpRequest, steps: list[str]) -> Page | None:
    """The live page at ``steps``, if it is a home page, right below one, or an answer."""
    host, port = request.get_host(), request.get_port()
    site = shared(("site", host, port), lambda: Site.find_for_request(request))
    if site is None or len(steps) > 2:
        return None
    request._wagtail_site = site  # type: ignore[attr-defined]
    home = shared(("home", site.pk, languages.active()), lambda: _with_locale(site.root_page.localized.specific))
    if not steps:
        return copy.copy(home) if home.live else None
    page = shared(("below", home.pk), lambda: _below(home)).get(steps[0])
    if len(steps) == 1 or not isinstance(page, AnswerList):
        return copy.copy(page) if len(steps) == 1 and page else None
    prepared = shared(("answers below", page.pk), lambda: Prepared(_answers_below(page)))
    return prepared.first({_ANY: steps[1]})


def _answers_below(page: Page) -> QuerySet[Answer]:
    # Not ``child_of``: SQLite plans a question with LIKE anew each time it is asked.
    below = {"depth": page.depth + 1, "path__range": Page._get_children_path_interval(page.path)}
    found = Page.objects.filter(**below, slug=_ANY, live=True).order_by()
    return of_their_kinds(Answer.objects.filter(pk__in=found.values("pk")).order_by(), *read_with())


def _below(home: Page) -> dict[str, Page]:
    return {page.slug: _with_locale(page) for page in home.get_children().live().specific()}


def _with_locale(page: Page) -> Page:
    page.locale = languages.locales()[page.locale_id]
    return page
