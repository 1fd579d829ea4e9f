"""What pages from memory add to Wagtail: pages of its tree are marked when they are served."""

from __future__ import annotations

from wagtail import hooks

from cms.page_cache.marking import mark_pages

hooks.register("on_serve_page", mark_pages)
