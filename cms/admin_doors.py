"""Doors in front of Wagtail's own views, where its permissions say less than ours.

- Members of an organisation: Wagtail asks the tree of pages what a person may do, and all organisations write into the same
  tree. A view about one page is asked here before it runs, lists are cut where Wagtail asks which pages a person may see at
  all, and what belongs to the whole installation is for people above the organisations.
- Choosers: Wagtail opens them to everybody who may log in. Those of the register show what not every role may see.
- Tables: what Wagtail's reports hand out as CSV holds titles as somebody wrote them, and a title may be a formula.
- Forms that no browser sends are answered as mistakes of whoever sent them, not as ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext
from wagtail.admin.auth import permission_denied
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.agencies import visible_to
from cms.pages.answer import Answer
from publishing.agencies import sees_all
from publishing.text import cell_text

# Beginnings of names of URLs: people and roles, the audit and other things of the installation itself. A member who could
# change people would make one that belongs to no organisation, and see everything.
ABOVE = (
    "audit_log",
    "campaigns_partners",
    "intake_partners",
    "set_up",
    "wagtailadmin_collections:",
    "wagtailadmin_reports:site_history",
    "wagtailadmin_workflows:add",
    "wagtailadmin_workflows:disable",
    "wagtailadmin_workflows:edit",
    "wagtailadmin_workflows:enable",
    "wagtailadmin_workflows:remove",
    "wagtailadmin_workflows:task_chooser",
    "wagtaillocales:",
    "wagtailredirects:",
    "wagtailsettings:",
    "wagtailsites:",
    "wagtailusers_",
    "wagtail_localize:translations_report",
)
# Beginnings of names of URLs: what a person must be allowed to see to choose among it.
CHOOSERS = {
    "wagtailsnippetchoosers_cms_incident:": "cms.view_incident",
    "wagtailsnippetchoosers_cms_keptcopy:": "cms.view_keptcopy",
}
_INCOMPLETE = (MultiValueDictKeyError, BadSignature)
_PAGES = ("page_id", "page_to_move_id", "parent_page_id", "destination_id", "page_pk")


def is_above(view_name: str) -> bool:
    """Whether the view is for people above the organisations only."""
    return view_name.startswith(ABOVE)


def _pages_asked_for(request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]) -> set[int]:
    """Ids of the pages that the address is about."""
    match = request.resolver_match
    name = match.view_name if match else ""
    asked: list[Any] = [kwargs[key] for key in _PAGES if key in kwargs]
    if name == "wagtailadmin_pages:revisions_compare":
        asked += args[:1]
    elif name.startswith("wagtailadmin_api:pages:"):
        asked.append(kwargs.get("pk"))
    elif name == "wagtail_bulk_action":
        asked += request.GET.getlist("id")
    elif name.startswith("wagtailadmin_editing_sessions:"):
        asked.append(kwargs.get("object_id"))
    return {int(one) for one in asked if str(one).isdecimal() and len(str(one)) < 19}


def _sees_nothing_of(user: Any, view_name: str) -> bool:
    """Whether the view is a chooser among things that the person's role may not see."""
    needed = next((permission for start, permission in CHOOSERS.items() if view_name.startswith(start)), None)
    return needed is not None and not user.has_perm(needed)


def _makes_nothing(view_name: str, set_up: dict[str, Any]) -> bool:
    """Whether the view is that of a chooser in which nothing new can be made: Wagtail routes it all the same."""
    ways = ("creation_form_class", "form_fields", "exclude_form_fields")
    is_chooser = view_name.startswith("wagtailsnippetchoosers_") and view_name.endswith(":create")
    return is_chooser and not any(set_up.get(way) for way in ways)


def _is_not_for_members(request: HttpRequest, view_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    # Everything in a folder at once would be everybody's.
    is_everything = view_name == "wagtail_bulk_action" and request.GET.get("id") == "all"
    return is_above(view_name) or is_everything or _is_anothers(request.user, _pages_asked_for(request, args, kwargs))


def _is_anothers(user: Any, pages: Iterable[int]) -> bool:
    asked = Answer.objects.filter(pk__in=pages)
    return asked.exclude(pk__in=visible_to(user, asked).values("pk")).exists()


class AdminDoorsMiddleware(MiddlewareMixin):
    """Answers as Wagtail does where a permission is missing."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or not match.route.startswith("admin/") or not request.user.is_authenticated:
            return None
        if _sees_nothing_of(request.user, match.view_name) or (
            not sees_all(request.user) and _is_not_for_members(request, match.view_name, args, kwargs)
        ):
            refused: HttpResponseBase = permission_denied(request)
            return refused
        if _makes_nothing(match.view_name, getattr(view, "view_initkwargs", {})):
            raise Http404
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not match.route.startswith("admin/") or not isinstance(exception, _INCOMPLETE):
            return None
        return HttpResponseBadRequest(gettext("The form was not complete when it reached us. Please send it again."))


def without_above(items: list[Any]) -> list[Any]:
    """Items of a menu without those that lead to a view for people above the organisations."""

    def leads_above(item: Any) -> bool:
        try:
            return is_above(resolve(str(getattr(item, "url", ""))).view_name)
        except Resolver404:
            return False

    return [item for item in items if not leads_above(item)]


def connect() -> None:
    """Cuts the lists: explorer, search, choosers, reports, the history of the site, the interface of the admin; and takes
    the formulas out of the tables that Wagtail hands out."""
    for name in ("explorable_instances", "instances_user_has_any_permission_for"):
        setattr(PagePermissionPolicy, name, _own_only(getattr(PagePermissionPolicy, name)))
    SpreadsheetExportMixin.preprocess_field_value = _no_formula(SpreadsheetExportMixin.preprocess_field_value)


def _own_only(asked: Callable[..., Any]) -> Callable[..., Any]:
    if hasattr(asked, "__wrapped__"):  # once is enough
        return asked

    @wraps(asked)
    def own_only(policy: PagePermissionPolicy, user: Any, *args: Any) -> Any:
        pages = asked(policy, user, *args)
        if policy.model is not Page or sees_all(user):
            return pages
        others = Answer.objects.exclude(pk__in=visible_to(user, Answer.objects.all()).values("pk"))
        return pages.exclude(pk__in=others.values("pk"))

    return own_only


def _no_formula(made: Callable[..., Any]) -> Callable[..., Any]:
    if hasattr(made, "__wrapped__"):
        return made

    @wraps(made)
    def no_formula(view: SpreadsheetExportMixin, field: str, value: Any, export_format: str) -> Any:
        cell = made(view, field, value, export_format)
        # In XLSX a cell has a kind, and Wagtail makes each of them text.
        return cell_text(cell) if export_format == view.FORMAT_CSV else cell

    return no_formula
