"""The texts of two editors whose forms are opened at the same moment do not get into each other.

Wagtail 7.4 keeps one parser for the rich text of each kind of block, for all threads of the process: two that use it at once
get an error or, worse, a piece of the other one's text (wagtail/wagtail#14573). Here each text has a parser of its own.
"""

from __future__ import annotations

from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.admin.rich_text.converters.html_to_contentstate import HtmlToContentStateHandler


def connect() -> None:
    """Once or again, when the app starts. Can go when Wagtail's own converter passes tests/cms/test_rich_text_threads.py."""
    ContentstateConverter.from_database_format = _from_database_format


def _from_database_format(converter: ContentstateConverter, html: str) -> str:
    """The JSON that the editor's script reads, of the HTML that is stored."""
    parser = HtmlToContentStateHandler(converter.features)
    parser.feed(html)
    parser.close()
    found: str = parser.contentstate.as_json(indent=4, separators=(",", ": "))
    return found
