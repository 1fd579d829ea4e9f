"""The one site of an installation has the address that BASE_URL says, and no other place to set it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site


def follow_base_url(**signal: Any) -> None:
    """Gives the default site BASE_URL's host and port. Run after each migrate, and by the demo on each start."""
    base = urlsplit(settings.BASE_URL)
    port = base.port or (443 if base.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site and (site.hostname, site.port) != (base.hostname, port):
        site.hostname, site.port = base.hostname or "localhost", port
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.save()
