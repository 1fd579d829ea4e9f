"""Addresses in what people paste: found, and brought to one form so that the same post is the same address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

MOST_LINKS = 5
# The lengths have bounds so that no text can make the search for addresses slow.
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”]+|\b(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,20}/[^\s<>\"“”]+", re.IGNORECASE
)
_SAME_HOST = re.compile(r"^(?:www|m|mobile|touch|mbasic|web)\.")
# What platforms add to an address to learn who passed it on.
_TRACKING = frozenset(
    "fbclid gclid dclid msclkid igsh igshid mibextid ref refsrc ref_src ref_url rdid share_url sfnsn si zarsrc extid"
    " feature _rdr _rdc paipv eav locale __tn__ __xts__ is_from_webapp sender_device sender_web_id web_id _r _t".split()
)


def links_in(text: str) -> list[str]:
    """The addresses a text has, as they stand in it, at most ``MOST_LINKS``."""
    return [link.rstrip(".,;:!?)]}'’") for link in _LINK.findall(text)[:MOST_LINKS]]


def same_address(link: str) -> str:
    """The one form of all addresses of a post: without scheme, "www.", "m.", port, fragment and tracking. Empty if it is
    the address of nothing in particular, such as a site's front page."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    host = _SAME_HOST.sub("", host)
    path = quote(unquote(parts.path), safe="/@:+,;=~()").rstrip("/")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _TRACKING and not name.lower().startswith(("utm_", "__cft__"))
    )
    if host == "youtu.be" and path:
        host, path, kept = "youtube.com", "/watch", [("v", path.strip("/"))]
    if not host or not (path or kept):
        return ""
    return f"{host}{path}{'?' + urlencode(kept) if kept else ''}"


def without_links(text: str) -> str:
    """The text with a blank of the same length for each address, so that places in it stay what they are."""
    return _LINK.sub(lambda found: " " * len(found[0]), text)
