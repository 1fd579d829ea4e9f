"""How a log line looks: as text for people or as JSON for programs, with the trace it belongs to, and never with a secret.

The standard logging is kept, since Django, Celery and every library write to it; only the last step, the formatter, is ours.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from urllib.parse import quote, urlsplit

from django.conf import settings
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from publishing import trace

HIDDEN = "•••"
_SHORTEST = 6  # a password of five letters may be a word of any sentence
_MOST = 2000
# What nobody told us of and still has the look of a secret: tokens in addresses, headers, log-ins in addresses, bots.
_LOOKS = re.compile(
    r"""(?ix)
    (?P<before>
        \b(?:access_token|refresh_token|client_secret|app_secret|appsecret_proof|password|passwd|token|api_?key|code)
            ["']?\s*[=:]\s*["']?
      | \bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s+
      | \b(?:bearer|basic)\s+(?=[A-Za-z0-9+/_.~-]{16})
      | ://[^\s/:@]*:
      | /bot\d+:
    )
    (?P<secret>[^\s"'&;,@/]{6,})"""
)

_known: OrderedDict[str, None] = OrderedDict()
_lock = Lock()


def hide(values: Iterable[str]) -> None:
    """From now on these are in no log line of this process, however they are written there."""
    with _lock:
        for value in values:
            for written in {value, quote(value, safe=""), json.dumps(value, ensure_ascii=False)[1:-1]}:
                if len(written) >= _SHORTEST:
                    _known[written] = None
                    _known.move_to_end(written)
        while len(_known) > _MOST:
            _known.popitem(last=False)


def _of_settings() -> list[str]:
    """The secrets that the settings hold."""
    addresses = [settings.CELERY_BROKER_URL, str(settings.CACHES["default"].get("LOCATION", ""))]
    return [
        settings.SECRET_KEY,
        settings.WATCH_TOKEN,
        settings.EMAIL_HOST_PASSWORD or "",
        str(settings.DATABASES["default"].get("PASSWORD") or ""),
        *settings.CREDENTIAL_KEYS,
        *(urlsplit(address).password or "" for address in addresses if "://" in address),
    ]


def scrubbed(line: str) -> str:
    """``line`` without what is known to be, or looks like, a secret."""
    with _lock:
        known = list(_known)
    for secret in known:
        if secret in line:
            line = line.replace(secret, HIDDEN)
    return _LOOKS.sub(lambda found: found["before"] + HIDDEN, line)


class Text(logging.Formatter):
    """One line for people, with tracebacks below it."""

    def format(self, record: logging.LogRecord) -> str:
        hide(_of_settings())
        record.trace = trace.current() or "-"
        return scrubbed(super().format(record))


class Json(JsonFormatter):
    """One JSON object a line: time, level, logger, message, trace, and what the caller gave as ``extra``."""

    def __init__(self) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message"],
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "error"},
            # Django hands over the whole request: its address may hold what somebody searched for.
            reserved_attrs=[*RESERVED_ATTRS, "request", "server_time"],
            json_ensure_ascii=False,
        )
        self.default_time_format, self.default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        hide(_of_settings())
        record.trace = trace.current()
        return scrubbed(super().format(record))
