"""The button "translate" beside each page of a list: wagtail-localize's, without its three questions for every row.

Wagtail's list says of each row already whether it lacks a language, and whether anything at all is kept in step with its
original is the same for all rows.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail_localize import wagtail_hooks as localize_hooks
from wagtail_localize.models import Translation

HOOK = "register_page_listing_more_buttons"
_THEIRS = localize_hooks.page_listing_more_buttons
_LABEL = "Translate this page"  # wagtail-localize's own text, translated where its others are


def register() -> None:
    """In the place of theirs. Wagtail has no public way to take back what another app registered."""
    hooks._hooks[HOOK] = [one for one in hooks._hooks[HOOK] if one[0] is not _THEIRS]
    hooks.register(HOOK, translate_button)


def translate_button(page: Page, user: Any, view_name: str | None = None, next_url: str | None = None) -> Any:
    """What theirs gives. A page that no list has looked at is left to theirs, and so is everything where texts are kept
    in step."""
    lacks_a_language = getattr(page, "_has_untranslated_locale", None)
    if lacks_a_language is None or _is_anything_in_step(user):
        return _THEIRS(page, user, view_name, next_url)
    if not lacks_a_language or page.is_root() or not user.has_perm("wagtail_localize.submit_translation"):
        return []
    url = reverse("wagtail_localize:submit_page_translation", args=[page.alias_of_id or page.pk])
    return [Button(gettext(_LABEL), url, priority=60, icon_name="wagtail-localize-language")]


def _is_anything_in_step(user: Any) -> bool:
    """Asked once for each request."""
    if not hasattr(user, "_is_anything_in_step"):
        user._is_anything_in_step = Translation.objects.filter(enabled=True).exists()
    return bool(user._is_anything_in_step)
