"""From a page of the desk to its part of the guide."""

from __future__ import annotations

from django.template import Context, Library

from cms.guide.anchors import anchor_for

register = Library()


@register.simple_tag(takes_context=True)
def guide_anchor(context: Context) -> str:
    """Empty where the guide has nothing about this page."""
    match = getattr(context.get("request"), "resolver_match", None)
    return anchor_for(match.url_name or "") if match else ""
