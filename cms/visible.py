"""What anybody may read: live, and below no page that asks for a password or a log-in."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from wagtail.models import Page, PageViewRestriction

from cms.page_cache.parts import are_shared, shared

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


def visible(rows: Rows) -> Rows:
    """The pages of ``rows`` that anybody may read.

    The same as Wagtail's ``live().public()``, which reads all restrictions first, with a query of its own each time.
    """
    if are_shared():
        for one in restrictions():
            rows = rows.exclude(path__startswith=one.page.path)
        return rows.filter(live=True)
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    # Not joined: a database may begin a join with the pages, and do so for each row.
    closed = Subquery(Page.objects.filter(pk=OuterRef("page")).values("path"))
    above = PageViewRestriction.objects.annotate(below=path, closed=closed).filter(below__startswith=F("closed"))
    return rows.filter(~Exists(above), live=True)


def restrictions() -> list[PageViewRestriction]:
    """Every restriction, with the page below which it holds."""
    return shared("restrictions", lambda: list(PageViewRestriction.objects.select_related("page")))


def is_visible(page: Page) -> bool:
    """The same for one page that was read already."""
    return bool(page.live) and not any(page.path.startswith(one.page.path) for one in restrictions())
