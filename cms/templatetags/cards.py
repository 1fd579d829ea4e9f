"""What others may take along of an answer: its share cards and its frame."""

from __future__ import annotations

from django import template
from django.utils.html import escape

from cms.pages.answer import Answer
from cms.public import embed
from publishing.story import Image

register = template.Library()


@register.simple_tag
def share_cards(page: Answer) -> tuple[Image, ...]:
    """The pictures of a live answer, wide first; none of a draft, which has no public address yet."""
    return page.public_cards if page.pk and page.live else ()


@register.simple_tag
def embed_code(page: Answer) -> str:
    """The markup that shows the answer on another site, to be read as text."""
    return escape(embed.snippet(page))


@register.simple_tag
def oembed_links(page: Answer) -> dict[str, str]:
    """Addresses of the answer's oEmbed description, by content type."""
    return embed.discovery(page)
