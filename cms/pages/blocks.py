"""The blocks a body is made of. Few on purpose: every channel must be able to show them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

RICH_FEATURES = ["bold", "italic", "link", "ol", "ul", "document-link"]


class PictureBlock(blocks.StructBlock):
    """A picture with its caption; the picture itself carries the text alternative of this context."""

    image = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(required=False, max_length=300, label=_("caption"))

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "blocks/picture.html"


class QuoteBlock(blocks.StructBlock):
    """Somebody's words, and whose they are: an office or a named public source."""

    text = blocks.TextBlock(max_length=1500, label=_("quotation"))
    source = blocks.CharBlock(max_length=200, label=_("source"))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "blocks/quote.html"


class BodyBlock(blocks.StreamBlock):
    """The body of an answer or an information page."""

    heading = blocks.CharBlock(max_length=150, icon="title", label=_("Heading"), template="blocks/heading.html")
    paragraph = blocks.RichTextBlock(features=RICH_FEATURES, label=_("Text"))
    picture = PictureBlock()
    quote = QuoteBlock()
    advice = blocks.RichTextBlock(
        features=RICH_FEATURES, icon="help", label=_("What to do now"), template="blocks/advice.html"
    )

    class Meta:
        required: Any = False
        block_counts: Any = {}
