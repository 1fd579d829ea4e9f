"""Addresses that people enter, and where they may lead.

A form refuses what cannot be right. Where a name leads is asked once for each connection, which then goes to an address
that was looked at and to no other: a name may lead somewhere else a moment later.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# For protocols, not for servers; not every release of Python counts it among the private ones.
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class NotOpen(OSError):
    """A name leads to addresses that may not be connected to only."""


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
        elif address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast and address not in _PROTOCOLS


def is_own(address: str) -> bool:
    """Whether an IP address is of a network that PRIVATE_NETWORKS names, so that channels may lead there."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(network, strict=False) for network in settings.PRIVATE_NETWORKS)


def is_site(host: str, port: int) -> bool:
    """Whether it is the site itself, as BASE_URL names it: its files are fetched where it stands in a private network too."""
    own = urlsplit(settings.BASE_URL)
    return (host.lower(), port) == (own.hostname, own.port or {"http": 80, "https": 443}.get(own.scheme))


def open_addresses(host: str, port: int, *, only_public: bool = True) -> list[str]:
    """Where a name leads in the open Internet, asked once, in the order in which to try; without ``only_public`` also in
    the office's own networks (PRIVATE_NETWORKS).

    Raises NotOpen where it leads elsewhere only, and OSError where it leads nowhere.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(where[0]) for _family, _type, _protocol, _name, where in found))
    if not only_public and is_site(host, port):
        return addresses
    if fit := [one for one in addresses if is_public(one) or (not only_public and is_own(one))]:
        return fit
    raise NotOpen(host)


def connected(host: str, port: int, timeout: float) -> socket.socket:
    """A connection to a host that somebody set, at an address that was looked at and at no other. Raises OSError."""
    failed: OSError = NotOpen(host)
    for address in open_addresses(host, port, only_public=False):
        try:
            return socket.create_connection((address, port), timeout=timeout)
        except OSError as error:
            failed = error
    raise failed


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
