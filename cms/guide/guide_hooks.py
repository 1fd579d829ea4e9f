"""Where the guide stands in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse_lazy
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.wagtail_hooks import register_keyboard_shortcuts_menu_item

from cms.guide.rendering import guide
from publishing.desk.base import DeskView
from publishing.wagtail_hooks import DeskMenuItem

ACCESS_ADMIN = "wagtailadmin.access_admin"


class GuideView(DeskView):
    """The whole guide on one page, with a table of its parts."""

    allowed = (ACCESS_ADMIN,)
    page_title = _("Help")
    header_icon = "help"
    template_name = "desk/guide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = guide()
        return super().get_context_data(
            headings=found.headings,
            markup=mark_safe(found.markup),  # noqa: S308 -- reduced to the allow-list
            is_foreign=not (get_language() or "").startswith("vi"),
            **kwargs,
        )


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("help/", GuideView.as_view(), name="guide")]


@hooks.register("register_admin_menu_item")
def shortcuts() -> MenuItem:
    """Wagtail's own entry, which listens for "?" too, out of its help menu that is not shown here."""
    item = register_keyboard_shortcuts_menu_item()
    item.order = 9890
    return item


@hooks.register("register_admin_menu_item")
def menu_item() -> DeskMenuItem:
    return DeskMenuItem(
        _("Help"), reverse_lazy("guide"), name="guide", icon_name="help", order=9900, permissions=(ACCESS_ADMIN,)
    )
