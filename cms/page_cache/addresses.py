"""Which requests can be answered from memory, and under what name a page is kept there."""

from __future__ import annotations

import re
from typing import Any

# What pages understand: the part of a list, one verdict, one kind of change, the quiz on a wall. Anything else in an address is of no meaning to
# a page that is the same for everybody: marks of mailings and networks, or invented to fill our memory.
KNOWN = frozenset({"trang", "ket-luan", "loai", "trinh-chieu"})
_VALUE = re.compile(r"[a-z0-9_-]{0,20}")
# Never a page for everybody, and asked for often: not worth a look.
_ELSEWHERE = ("/admin", "/static/", "/media/", "/documents/")


def known_query(query: str) -> str | None:
    """What of a query string a page may depend on, in one order; None where it is no address that we would write."""
    if not query:
        return ""
    kept: dict[str, str] = {}
    for part in query.split("&"):
        name, _equals, value = part.partition("=")
        if name in KNOWN:
            if name in kept or not _VALUE.fullmatch(value):
                return None
            kept[name] = value
    return "&".join(f"{name}={kept[name]}" for name in sorted(kept))


def place_of(environ: dict[str, Any], behind_proxy: bool) -> tuple[str, str] | None:
    """(scheme, host and path; what of the query counts) of a request that may be answered from memory, or None."""
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or path.startswith(_ELSEWHERE):
        return None
    query = known_query(environ.get("QUERY_STRING", ""))
    if query is None:
        return None
    scheme = (behind_proxy and environ.get("HTTP_X_FORWARDED_PROTO")) or environ["wsgi.url_scheme"]
    host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
    return f"{scheme}://{host.lower()}{path}", query
