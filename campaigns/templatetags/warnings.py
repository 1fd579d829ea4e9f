"""The banner of urgent warnings, above everything on every public page."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from campaigns.alerts.models import Alert
from cms.page_cache.parts import shared
from cms.translation import languages

register = template.Library()

# More would push the page out of sight: the rest is one click away.
SHOWN = 2


def current_warnings() -> list[Alert]:
    """The warnings for a reader of the active language: those written in it, or else those of the main language.

    What was taken back is gone with the next page anybody opens, from whichever process it comes: a part that is shared
    lasts until something public changes, and a warning that begins or runs out is a change too (``next_change``).
    """
    here = languages.active()
    return shared(("warnings", here), lambda: _warnings(here))


def _warnings(here: str) -> list[Alert]:
    rows = Alert.objects.current().filter(language__in={here, settings.LANGUAGE_CODE}).gravest_first()
    found = list(rows.only("key", "language", "headline", "severity", "starts_at"))
    return [one for one in found if one.language == here] or found


@register.inclusion_tag("campaigns/banner.html", takes_context=True)
def warning_banner(context: Context) -> dict[str, Any]:
    """The gravest warnings that hold now. On a warning's own page that one is left out."""
    own = context.get("alert")
    found = [one for one in current_warnings() if not isinstance(own, Alert) or one.pk != own.pk]
    return {"warnings": found[:SHOWN], "more": len(found) - SHOWN}


@register.filter
def lang_of_code(code: str) -> str:
    """`` lang="…"`` for text in the language ``code``, where it is not the one of the site's own texts."""
    return languages.lang_attribute(code)
