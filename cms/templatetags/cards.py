"""The tag that says where the share cards of an answer are."""

from __future__ import annotations

from django import template

from cms import cards
from cms.pages.answer import Answer
from publishing.story import Image

register = template.Library()


@register.simple_tag
def share_cards(page: Answer) -> tuple[Image, ...]:
    """The pictures of a live answer, wide first; none of a draft, which has no public address yet."""
    return cards.images(page) if page.pk and page.live else ()
