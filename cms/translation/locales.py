"""What happens when an administrator adds a language: it gets the site's fixed pages, and is there at once.

Nothing is ever copied as an alias of another language: a reader could not see that it is not in theirs, and an answer
would go out without its own approval. What is not translated is shown by languages.py.
"""

from __future__ import annotations

import copy
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from wagtail.models import GroupPagePermission, Locale, Page, WorkflowPage
from wagtail.signals import copy_for_translation_done


def settle(locale: Locale) -> None:
    """Gives a language the fixed pages of the main one, live, with their titles until somebody translates those.

    Done once: a home page that is there, even taken off the site, is left alone with all that is below it.
    """
    homes = Page.objects.filter(depth=2)
    main = homes.live().filter(locale__language_code=settings.LANGUAGE_CODE).order_by("path").first()
    if main is None or homes.filter(locale=locale).exists():
        return
    with transaction.atomic():
        copy_live(main.specific, locale)
        for page in main.get_children().live().specific():
            if getattr(page, "is_fixed", False):
                copy_live(page, locale)


def copy_live(page: Page, locale: Locale) -> Page:
    """A translation of a fixed page that is live at once: with the original's title, without its introduction, which
    would be text of one language marked as another."""
    made = page.copy_for_translation(locale, copy_parents=True, exclude_fields=["intro"]).specific
    made.save_revision().publish()
    return made


def instead_of_alias(page: Page, locale: Locale) -> Page:
    """What wagtail-localize gets where it asks for an alias in another language.

    For a fixed page that is a real copy. For everything else it is an object that is nowhere stored: readers find the
    original. It has the language's locale, which is all that wagtail-localize looks at.
    """
    if there := page.get_translation_or_none(locale):
        return there
    if getattr(page, "is_fixed", False):
        return copy_live(page, locale)
    nowhere = copy.copy(page)
    nowhere.pk, nowhere.locale = None, locale
    return nowhere


def _take_over(sender: type[Any], source_obj: Any, target_obj: Any, **signal: Any) -> None:
    """A translated page has the workflow of its original, and the same people may work below it."""
    if not isinstance(target_obj, Page):
        return
    for given in WorkflowPage.objects.filter(page_id=source_obj.pk):
        WorkflowPage.objects.get_or_create(page_id=target_obj.pk, defaults={"workflow": given.workflow})
    for given in GroupPagePermission.objects.filter(page_id=source_obj.pk):
        GroupPagePermission.objects.get_or_create(
            group_id=given.group_id, page_id=target_obj.pk, permission_id=given.permission_id
        )


def _on_saved(sender: type[Locale], instance: Locale, created: bool, raw: bool = False, **signal: Any) -> None:
    # Not for fixtures: they bring their own pages. Migrations have models of their own and do not come here.
    if created and not raw:
        settle(instance)


def connect() -> None:
    """Connects to the making of locales and of translated pages."""
    post_save.connect(_on_saved, sender=Locale, dispatch_uid="settle-locale")
    copy_for_translation_done.connect(_take_over, dispatch_uid="take-over-permissions")
