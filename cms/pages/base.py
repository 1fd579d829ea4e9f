"""What all pages of the public site share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.widgets.slug import SlugInput
from wagtail.models import Page

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

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return f"pages/{self._meta.model_name}.html"
