"""The sitemap: every public page in every language."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from wagtail.models import Page, Site


class PagesSitemap(Sitemap[Page]):
    """Live public pages. Addresses come from the pages, so that they have the public host and the language's prefix."""

    limit = 5000

    def items(self) -> QuerySet[Page]:
        roots = Page.objects.filter(translation_key__in=Site.objects.values("root_page__translation_key"))
        pages = Page.objects.none()
        for root in roots:
            pages = pages | Page.objects.descendant_of(root, inclusive=True)
        return pages.live().public().order_by("path")

    def location(self, page: Page) -> str:
        return page.full_url or ""

    def lastmod(self, page: Page) -> datetime | None:
        return page.last_published_at

    def _urls(self, page: int, protocol: str | None, domain: str | None) -> list[dict[str, object]]:
        # Django would put its own protocol and domain in front; ours are whole already.
        urls = []
        for each in self.paginator.page(page).object_list:
            url = self.location(each)
            if url:
                urls.append({"item": each, "location": url, "lastmod": self.lastmod(each), "alternates": []})
        return urls


def sitemap(request: HttpRequest) -> HttpResponse:
    """/sitemap.xml"""
    return sitemap_view(request, {"pages": PagesSitemap})
