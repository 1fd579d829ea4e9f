"""Addresses that people enter, and where they may lead.

A form refuses what cannot be right. Whether a name leads into a private network is decided when the connection stands
and before anything is sent over it, because a name may lead somewhere else tomorrow.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(host: str) -> bool:
    """Whether an IP address is one of the open Internet. Addresses that wrap an IPv4 address count as that one."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast


def is_loopback(address: str) -> bool:
    """Whether a URL names this very machine."""
    return urlsplit(address).hostname in {"127.0.0.1", "::1", "localhost"}


def clean_address(address: str, may_be_private: bool, *, plain: bool = False) -> str:
    """A form's address. Raises ValidationError.

    Encrypted, unless the other end is this machine. ``may_be_private`` allows this machine and private networks;
    ``plain`` wants a site's address alone, without a path, and gives it without a slash at the end.
    """
    address = address.strip().rstrip("/") if plain else address.strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        raise forms.ValidationError(gettext_lazy("This is not an address.")) from None
    if not may_be_private and (is_loopback(address) or (_is_number(host) and not is_public(host))):
        raise forms.ValidationError(
            gettext_lazy("This address is inside a private network. Allow that, or enter another.")
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(address)):
        raise forms.ValidationError(gettext_lazy("The address must begin with https://."))
    if parts.username is not None or parts.fragment or (plain and (parts.path.strip("/") or parts.query)):
        raise forms.ValidationError(gettext_lazy("Enter the plain address of the site."))
    return address


def _is_number(host: str) -> bool:
    """Whether a host is written as digits rather than as a name; "2130706433" and "0x7f.1" are, to a resolver."""
    return ":" in host or bool(re.fullmatch(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+)){0,3}", host, re.IGNORECASE))
