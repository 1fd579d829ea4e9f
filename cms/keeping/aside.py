"""Runs the turns of copies and links in a thread of their own, so that no other part of the sweep waits for strangers' servers.

The thread may be killed with its process at any moment: what it was at is due again later.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.conf import settings
from django.db import connection

from cms.keeping import copies, links
from cms.re_review import add_reasons
from publishing.signals import sweeping

log = logging.getLogger("cms.keeping")
_busy = threading.Lock()


def begin(**signal: Any) -> None:
    """For the worker's sweep: begins a round unless one is under way, and returns at once."""
    if settings.FETCH_LINKS and _busy.acquire(blocking=False):
        threading.Thread(target=_round, name="links", daemon=True).start()


def _round() -> None:
    try:
        for part in (copies.sweep, links.sweep):
            try:
                part()
            except Exception:
                log.exception("%s broke off; the next round goes on", part.__module__)
    finally:
        connection.close()
        _busy.release()


def connect() -> None:
    """Connects to the worker's sweep, and to what brings an answer back to the desk."""
    sweeping.connect(begin, dispatch_uid="links")
    add_reasons(links.died)
