"""What Wagtail's admin works out anew on every page although nobody uses it, or it is the same each time.

Measured beside a new Wagtail project by bench/admin_pages.py; our menu is twice as long, our forms are longer still. Nothing
that a person sees is changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.forms import Media
from django.utils.translation import get_language
from telepath import JSContextBase
from wagtail.admin.ui.sidebar import BaseSidebarAdapter
from wagtail.blocks.base import BlockWidget

from cms.pages.blocks import BodyBlock


def connect() -> None:
    """Once or again, when the app starts."""
    BaseSidebarAdapter.get_media = _no_media
    JSContextBase.add_media = _add_media
    BlockWidget._build_block_json = _once_a_language(BlockWidget._build_block_json)


def _no_media(adapter: BaseSidebarAdapter, item: Any) -> None:
    """Each entry of the menu names the menu's own script, which the page's frame loads anyway."""


def _add_media(
    context: JSContextBase, media: Any = None, js: str | Sequence[str] | None = None, css: Any = None
) -> None:
    """What telepath does, which tells scripts that it has already by the markup that would load them. The lists of their
    addresses tell as much, and need not be drawn."""
    found: list[Any] = [media] if media else []
    if js or css:
        found.append(Media(js=[js] if isinstance(js, str) else js, css=css))
    for one in found:
        known = repr((one._css_lists, one._js_lists))
        if known not in context.media_fragments:
            context.media += one
            context.media_fragments.add(known)


_packed: dict[str, tuple[Any, str]] = {}


def _once_a_language(build: Any) -> Any:
    if hasattr(build, "__wrapped__"):
        return build

    def built(widget: BlockWidget) -> None:
        """The kinds of block an answer's body may have, as the editor's script is told of them: names and addresses, in the
        language of the admin, which change with a release only."""
        if type(widget.block_def) is not BodyBlock:
            build(widget)
            return
        language = get_language() or ""
        if language not in _packed:
            build(widget)
            _packed[language] = widget._js_context, widget._block_json
        widget._js_context, widget._block_json = _packed[language]

    built.__wrapped__ = build  # type: ignore[attr-defined]
    return built
