"""What the views of the desk share: who may come in, whose clock is used, and where they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

PAGE_SIZE = 50

COMPOSE = "publishing.compose_delivery"
SEE_DELIVERIES = "publishing.view_delivery"
CHANGE_DELIVERIES = "publishing.change_delivery"
APPROVE = "publishing.approve_wording"
SEE_CHANNELS = "publishing.view_channel"
ADD_CHANNELS = "publishing.add_channel"
CHANGE_CHANNELS = "publishing.change_channel"


def may(user: Any, *permissions: str) -> bool:
    """Whether this person has any of the permissions."""
    return any(user.has_perm(permission) for permission in permissions)


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A page of the desk for people with any permission of ``allowed``.

    Times are read and shown in the office's time zone, whatever zone a person chose for the rest of the admin: two
    people who plan the same post must see the same time.
    """

    allowed: ClassVar[tuple[str, ...]]
    header_icon = "mail"
    parents: ClassVar[Sequence[tuple[Any, str]]] = ()  # (label, URL name) of the pages above this one

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(request.user, *self.allowed):
            raise PermissionDenied
        with timezone.override(timezone.get_default_timezone()):
            response = super().dispatch(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return response

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = [{"url": reverse(name), "label": label} for label, name in self.parents]
        # What kind of page this is. A title that differs from page to page is long, and has a heading of its own below.
        return [*self.breadcrumbs_items, *above, {"url": "", "label": str(self.page_title)}]

    def may(self, *permissions: str) -> bool:
        return may(self.request.user, *permissions)


def paged(view: DeskView, rows: Any) -> dict[str, Any]:
    """The page asked for, for the context of a listing."""
    paginator = WagtailPaginator(rows, PAGE_SIZE)
    page: Page[Any] = paginator.get_page(view.request.GET.get("p"))
    return {"page_obj": page, "elided_page_range": paginator.get_elided_page_range(page.number)}


def contains(text: str, fields: Iterable[str]) -> Q:
    """Rows with ``text`` in one of ``fields``, in either case.

    SQLite ignores case for the letters a to z only, so the usual ways to write a Vietnamese word are asked for by name.
    """
    text = unicodedata.normalize("NFC", text.strip())
    found = Q()
    for field in fields:
        for spelling in {text, text.lower(), text.upper(), text.capitalize()}:
            found |= Q(**{f"{field}__icontains": spelling})
    return found
