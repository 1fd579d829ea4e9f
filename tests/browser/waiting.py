"""Waiting for what a page comes to, without a rule against evaluated texts being in the way."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page


def until(page: Page, expression: str, arg: Any = None, seconds: float = 15) -> None:
    """Polls until the expression is true. Playwright's own ``wait_for_function`` evaluates a text within the page each
    time but the first, which the site's Content-Security-Policy forbids. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s: {expression}")
        page.wait_for_timeout(50)
