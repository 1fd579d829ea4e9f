"""The tag that says to machines what a page is."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from cms.schema_org import structured

register = template.Library()


@register.simple_tag(takes_context=True)
def json_ld(context: Context, page: Any) -> str:
    """The page's JSON-LD as a script element; nothing on an address that is no page."""
    around: Any = context.flatten()
    document = structured.describe(page, around)
    return structured.script(document) if document else ""
