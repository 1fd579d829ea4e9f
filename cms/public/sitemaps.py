"""The sitemap, the one for news, and robots.txt: what search engines are told of this site.

Written without Django's sitemap framework, which asks each page for its address and its translations by itself: here
the number of queries does not depend on the number of pages.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site

from cms.feeds.feed_formats import clean
from cms.feeds.feeds import newest_changes
from cms.lists import for_sitemap
from cms.pages.answer import Answer, AnsweredIncident
from cms.pages.home import HomePage

# The protocol allows 50,000 addresses a file; smaller ones are read in one go.
LIMIT = 5000
NEWS_DAYS = 2
MOST_NEWS = 1000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


@dataclass(frozen=True)
class Place:
    """One address. ``same`` is what it has in common with its translations; ``changed`` None where nobody can say."""

    url: str
    language: str
    same: str
    changed: datetime | None = None


def places() -> list[Place]:
    """Every public page and list, in the order in which they were made. A fixed number of queries, however many there are."""
    homes = list(HomePage.objects.live().public().select_related("locale").order_by("pk"))
    languages = [home.locale.language_code for home in homes]
    return [*_pages(homes), *_lists(languages)]


def _pages(homes: list[HomePage]) -> Iterator[Place]:
    below = Page.objects.none()
    for home in homes:
        below = below | Page.objects.descendant_of(home, inclusive=True)
    found = below.live().public().select_related("locale").order_by("path")
    needed = ("path", "depth", "url_path", "slug", "translation_key", "last_published_at", "locale__language_code")
    Site.get_site_root_paths()  # remembered, so that the pages find their addresses without asking
    for page in found.only(*needed).iterator(chunk_size=2000):
        if url := page.full_url:
            yield Place(url, page.locale.language_code, f"page {page.translation_key}", page.last_published_at)


def _lists(languages: list[str]) -> Iterator[Place]:
    """Topics, places and incidents that have answers in a language, and the lists of them."""
    changes = newest_changes()
    shown = Answer.objects.live().public().order_by()
    incidents = (
        AnsweredIncident.objects.filter(page__in=shown)
        .annotate(root=Coalesce("incident__merged_into", "incident"))
        .order_by("root")
        .values_list("root", "page__locale__language_code")
        .annotate(at=Max("page__last_published_at"))
    )
    told = list(incidents)
    for language in languages:
        with translation.override(language):
            for name in ("topics", "places", "api_docs"):
                yield Place(settings.BASE_URL + reverse(name), language, name)
            for source, at in sorted(changes.items(), key=lambda change: change[0].slug):
                if source.language == language and source.slug:
                    url = settings.BASE_URL + reverse(source.scope, args=[source.slug])
                    yield Place(url, language, f"{source.scope} {source.slug}", at)
            for lists in for_sitemap:
                for each in lists(language):
                    yield Place(settings.BASE_URL + each.path, language, each.same, each.changed)
            for incident, of, at in told:
                if of == language:
                    yield Place(
                        settings.BASE_URL + reverse("incident", args=[incident]), of, f"incident {incident}", at
                    )


# Writing -------------------------------------------------------------------------------------------------------


@require_safe
def sitemap(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """/sitemap.xml, which lists /sitemap-1.xml and so on where there is more than one file."""
    found = places()
    parts = [found[start : start + LIMIT] for start in range(0, len(found), LIMIT)] or [[]]
    if number is None and len(parts) > 1:
        return _answer(_index(parts), 3600)
    if number is not None and not 0 < number <= len(parts):
        raise Http404
    by_same: dict[str, list[Place]] = defaultdict(list)
    for each in found:
        by_same[each.same].append(each)
    return _answer(_urlset(parts[(number or 1) - 1], by_same), 3600)


def _answer(document: str, seconds: int) -> HttpResponse:
    answer = HttpResponse(document, content_type="application/xml; charset=utf-8")
    patch_cache_control(answer, public=True, max_age=seconds)
    return answer


def _start(name: str, namespaces: dict[str, str]) -> tuple[io.StringIO, Any]:
    made = io.StringIO()
    writer: Any = SimplerXMLGenerator(made, "utf-8", short_empty_elements=True)
    writer.startDocument()
    writer.startElement(name, {"xmlns": _NAMESPACE, **namespaces})
    return made, writer


def _index(parts: list[list[Place]]) -> str:
    made, writer = _start("sitemapindex", {})
    for number, part in enumerate(parts, 1):
        writer.startElement("sitemap", {})
        writer.addQuickElement("loc", settings.BASE_URL + reverse("sitemap_part", args=[number]))
        if changed := max((each.changed for each in part if each.changed), default=None):
            writer.addQuickElement("lastmod", _moment(changed))
        writer.endElement("sitemap")
    writer.endElement("sitemapindex")
    return made.getvalue()


def _urlset(part: list[Place], by_same: dict[str, list[Place]]) -> str:
    made, writer = _start("urlset", {"xmlns:xhtml": "http://www.w3.org/1999/xhtml"})
    for each in part:
        writer.startElement("url", {})
        writer.addQuickElement("loc", each.url)
        if each.changed:
            writer.addQuickElement("lastmod", _moment(each.changed))
        if len(by_same[each.same]) > 1:
            _alternates(writer, by_same[each.same])
        writer.endElement("url")
    writer.endElement("urlset")
    return made.getvalue()


def _alternates(writer: Any, same: list[Place]) -> None:
    """Every translation, the page itself included, and which one is for readers of any other language."""
    default = next((each for each in same if each.language == settings.LANGUAGE_CODE), same[0])
    for language, url in [*((each.language, each.url) for each in same), ("x-default", default.url)]:
        writer.addQuickElement("xhtml:link", "", {"rel": "alternate", "hreflang": language, "href": url})


def _moment(when: datetime) -> str:
    return timezone.localtime(when).isoformat(timespec="seconds")


# News ----------------------------------------------------------------------------------------------------------


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """/sitemap-news.xml: what was first published in the last two days and stands, as news search engines want it."""
    since = timezone.now() - timedelta(days=NEWS_DAYS)
    newest = Answer.objects.live().public().filter(first_published_at__gte=since).exclude(change_kind="retraction")
    newest = newest.select_related("locale").order_by("-first_published_at")
    return _answer(_news(newest[:MOST_NEWS]), 300)


def _news(pages: Iterable[Answer]) -> str:
    made, writer = _start("urlset", {"xmlns:news": _NEWS})
    for page in pages:
        writer.startElement("url", {})
        writer.addQuickElement("loc", page.full_url or "")
        writer.startElement("news:news", {})
        writer.startElement("news:publication", {})
        writer.addQuickElement("news:name", clean(settings.WAGTAIL_SITE_NAME))
        writer.addQuickElement("news:language", page.locale.language_code)
        writer.endElement("news:publication")
        writer.addQuickElement("news:publication_date", _moment(page.first_published_at))
        writer.addQuickElement("news:title", clean(page.title))
        writer.endElement("news:news")
        writer.endElement("url")
    writer.endElement("urlset")
    return made.getvalue()


# Robots --------------------------------------------------------------------------------------------------------

# Nothing to be found there: the admin, and what answers a question or takes one.
_NOT_FOR_ROBOTS = ("search", "suggest", "check", "submit")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """/robots.txt: everything but the admin, the search and the forms, in every language; and where the sitemaps are."""
    closed = [reverse("wagtailadmin_home")]
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            closed += [reverse(name) for name in _NOT_FOR_ROBOTS]
    lines = ["User-agent: *", *(f"Disallow: {address}" for address in dict.fromkeys(closed)), "Allow: /", ""]
    lines += [f"Sitemap: {settings.BASE_URL}{reverse(name)}" for name in ("sitemap", "sitemap_news")]
    answer = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    patch_cache_control(answer, public=True, max_age=3600)
    return answer


urls: list[URLPattern] = [
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap, name="sitemap_part"),
    path("sitemap-news.xml", news, name="sitemap_news"),
    path("robots.txt", robots, name="robots"),
]
