"""What all pages of the public site share."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.widgets.slug import SlugInput
from wagtail.models import Locale, Page
from wagtail.url_routing import RouteResult

from cms.page_cache.parts import are_shared
from cms.translation import languages, locales
from cms.visible import restrictions

# Wagtail's own slugs lose most Vietnamese letters ("Học sinh" became "hc-sinh"): each group of letters is one base letter.
_LETTERS = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "e": "èéẻẽẹêềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọôồốổỗộơờớởỡợ",
    "u": "ùúủũụưừứửữự",
    "y": "ỳýỷỹỵ",
    "d": "đ",
}
VIETNAMESE_SLUG = [(f"[{letters}{letters.upper()}]", base) for base, letters in _LETTERS.items()] + [
    ("[\u0300-\u036f]", "")
]


class SitePage(Page):
    """A page of the public site. Its template is ``templates/pages/<model_name>.html``."""

    show_in_menus_default = False
    # Whether each language has this page, made with it, and not only where somebody translates it.
    is_fixed = False
    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("slug", widget=SlugInput(formatters=VIETNAMESE_SLUG)),
                FieldPanel("seo_title"),
                FieldPanel("search_description"),
                FieldPanel("show_in_menus"),
            ],
            heading=_("Address and search engines"),
        )
    ]

    class Meta:
        abstract = True

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Where this language has nothing, the original is shown."""
        try:
            return super().route(request, path_components)
        except Http404:
            return languages.route_to_original(self, request, path_components)

    def serve(self, request: HttpRequest, *args: Any, moved_to: str = "", **kwargs: Any) -> HttpResponse:
        if moved_to:
            # Not for good: the words of an address may change, and a browser would remember the old ones for ever.
            query = request.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"{moved_to}?{query}" if query else moved_to)
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """``content_lang``: the lang attribute of everything that was written for this page; ``written_in``: the name
        of its language, where that is not the one whose address was called."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        language = self.locale.language_code
        context["content_lang"] = languages.lang_attribute(language)
        context["written_in"] = languages.name_of(language) if language != languages.active() else ""
        return context

    def copy_for_translation(
        self, locale: Locale, copy_parents: bool = False, alias: bool = False, exclude_fields: Any = None
    ) -> Page:
        """Never an alias: see locales.py."""
        if alias:
            return locales.instead_of_alias(self, locale)
        return super().copy_for_translation(locale, copy_parents=copy_parents, exclude_fields=exclude_fields)

    def get_view_restrictions(self) -> Any:
        """Wagtail's, from what all pages share where readers ask: two queries less for each page."""
        if not are_shared():
            return super().get_view_restrictions()
        return [one for one in restrictions() if self.path.startswith(one.page.path)]

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        """Wagtail's, from what all pages share where readers ask: a page, its card and machines want its address a dozen
        times."""
        found = languages.url_parts(self) if are_shared() else None
        return found or super().get_url_parts(request)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return f"pages/{self._meta.model_name}.html"
