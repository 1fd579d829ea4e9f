"""In which language a reader sees what: the translation where there is one, the original where there is none.

The address alone decides the language: no prefix is Vietnamese, ``/en/`` is English and so on. A page that has no
translation is served below the other language's address all the same, in that language's frame, and says so; there
are no copies of pages for this. How translations are made is in translating.py.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import activate, get_language, get_language_info, override, pgettext_lazy
from wagtail.models import Locale, Page, Site
from wagtail.url_routing import RouteResult

from cms.page_cache.parts import are_shared, once, shared

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])

# As they stand within a sentence; many languages write them small there.
_NAMES: dict[str, str | Promise] = {
    "vi": pgettext_lazy("within a sentence", "Vietnamese"),
    "en": pgettext_lazy("within a sentence", "English"),
    "tyz": pgettext_lazy("within a sentence", "Tày"),
    "nut": pgettext_lazy("within a sentence", "Nùng"),
    "hmn": pgettext_lazy("within a sentence", "Hmong"),
}


def active() -> str:
    """The language of the address that is being answered."""
    return get_language() or settings.LANGUAGE_CODE


def of_interface() -> str:
    """The language in which the interface really speaks: the main one, where nobody has translated its texts."""
    return active() if active() in settings.INTERFACE_LANGUAGES else settings.LANGUAGE_CODE


def name_of(code: str) -> str:
    """A language's name in the active language, as it stands within a sentence."""
    return str(_NAMES.get(code) or get_language_info(code)["name_translated"])


def own_name_of(code: str) -> str:
    """A language's name in that language."""
    return str(capfirst(get_language_info(code)["name_local"]))


def lang_attribute(code: str) -> SafeString:
    """`` lang="…"`` for text in a language that is not the page's; empty for text in the page's own."""
    return format_html(' lang="{}"', code) if code != of_interface() else SafeString("")


# Which of several translations -------------------------------------------------------------------------------


OF_PAGES = "locale__language_code"


def locales() -> dict[int, Locale]:
    """Every language of the site by the number of its row."""
    return shared("locales", lambda: Locale.objects.in_bulk())


def best_of(rows: Rows, language: str, by: str = OF_PAGES) -> Rows:
    """Of ``rows``, each once in every language it has, those that a reader of ``language`` is shown.

    That is what is written in this language, and the originals of what is not. ``rows`` have a ``translation_key``,
    and ``by`` names their language. What they are must be settled before; narrow them down after.
    """
    if by == OF_PAGES and are_shared():
        # Without a join to the languages a database can follow an index over all pages, and stop where a list ends.
        number = next((pk for pk, locale in locales().items() if locale.language_code == language), None)
        return rows.filter(shown_in(number, rows, "locale_id"))
    return rows.filter(shown_in(language, rows, by))


def shown_in(language: str | int | None, rows: QuerySet[Any, Any], by: str) -> Q:
    """The rule of ``best_of`` as a condition, for rows that were narrowed down already; ``rows`` are all there are."""
    same = rows.order_by().filter(translation_key=OuterRef("translation_key"))
    is_original = ~Exists(same.filter(pk__lt=OuterRef("pk")))
    return Q(**{by: language}) | (~Exists(same.filter(**{by: language})) & is_original)


def original_of(page: Page) -> Page | None:
    """The page that this one translates, whatever its state; None for an original. Translations are made later."""
    return page.get_translations().filter(pk__lt=page.pk).order_by("pk").first() if page.pk else None


def page_at_same_address(page: Page) -> Page | None:
    """A page that would be hidden by ``page``, or hide it, where one of both is shown below the other's parent."""
    parent = page.get_parent() if page.pk else None
    for other in parent.get_translations() if parent else []:
        beside = Page.objects.child_of(other).exclude(translation_key=page.translation_key)
        if (taken := beside.filter(slug=page.slug).first()) is not None:
            return taken
    return None


# Addresses ----------------------------------------------------------------------------------------------------


def url_parts(page: Page) -> tuple[int, str, str] | None:
    """(site, its address, path) as Wagtail's ``get_url_parts``, by putting together what is known; None where Wagtail
    must be asked: the page is of no site or of several, or its address has signs that are written otherwise in links."""
    roots = once("site roots", Site.get_site_root_paths)
    above = [root for root in roots if page.url_path.startswith(root.root_path)]
    if len(above) != 1 or not page.url_path.isascii():
        return None
    root = above[0]
    start = once(("path of site root", root.language_code), lambda: _start_in(root.language_code))
    return root.site_id, root.root_url, start + page.url_path[len(root.root_path) :]


def _start_in(language: str) -> str:
    with override(language):
        return reverse("wagtail_serve", args=("",))


def path_of(name: str) -> str:
    """The address of a list or form that is no page, in the active language."""
    return shared(("path of", name, active()), lambda: reverse(name))


class Addresses:
    """Where pages are read in one language. Remembers the parents it looked up: make one for a request."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._parents: dict[str, str | None] = {}

    def of(self, page: Page) -> str:
        """The page's own address if it is in this language. Otherwise the one below this language's prefix at which the
        original is shown, or the translation once there is one. Its own again where the language has no home page."""
        own = str(page.url or "")
        if page.locale.language_code == self.language:
            return own
        parent = self._of_parent(page)
        return f"{parent}{page.slug}/" if parent else own

    def _of_parent(self, page: Page) -> str | None:
        path = page.path[: -page.steplen]
        if path not in self._parents:
            self._parents[path] = self._look_up(path) if len(path) > page.steplen else None
        return self._parents[path]

    def _look_up(self, path: str) -> str | None:
        return shared(("address", self.language, path), lambda: self._find(path))

    def _find(self, path: str) -> str | None:
        parent = Page.objects.select_related("locale").get(path=path)
        same = parent.get_translations(inclusive=True).live().public()
        if there := same.filter(locale__language_code=self.language).first():
            return str(there.url)
        above = self._of_parent(parent)
        return f"{above}{parent.slug}/" if above else None


def addresses(request: HttpRequest | None) -> Addresses:
    """The addresses of the active language, remembered with the request."""
    known = getattr(request, "addresses", None)
    if known is None or known.language != active():
        known = Addresses(active())
        if request is not None:
            request.addresses = known  # type: ignore[attr-defined]
    return known


def route_to_original(page: Page, request: HttpRequest, steps: list[str]) -> RouteResult:
    """What is shown at ``steps`` below ``page``, where ``page`` itself has nothing: the same steps are taken below its
    translations, and what is found there is shown, or the reader sent to its translation. Raises Http404.
    """
    for start in page.get_translations().live().public().order_by("pk"):
        if found := _below(start, steps):
            break
    else:
        raise Http404
    same = found.get_translations().live().public()
    there = same.filter(locale__language_code=active()).first()
    if there is None and found.locale.language_code == active():
        there = found  # the address is a mixture: words of another language on the way to a page of this one
    address = there.get_url(request) if there else addresses(request).of(found)
    if address and address != request.path:
        return RouteResult(found.specific, kwargs={"moved_to": address})
    return RouteResult(found.specific)


def _below(start: Page, steps: list[str]) -> Page | None:
    """The public page at ``steps`` below ``start``."""
    page: Page | None = start
    for step in steps:
        page = page.get_children().filter(slug=step).first() if page else None
    if page is None or not Page.objects.live().public().filter(pk=page.pk).exists():
        return None
    return page


def _is_spoken(code: str) -> bool:
    return shared(("spoken", code), lambda: Page.objects.live().filter(depth=2, locale__language_code=code).exists())


# The address decides -------------------------------------------------------------------------------------------


class LanguageMiddleware(LocaleMiddleware):
    """Django's, but the reader's browser and cookies have no say, and caches are not told that they have.

    A language without a public home page is none of this site's: nothing is found below its prefix.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if active() != settings.LANGUAGE_CODE and not _is_spoken(active()):
            activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response.headers.setdefault("Content-Language", active())
        return response
