"""/.well-known/security.txt (RFC 9116): whom to tell about a hole in this site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from cms.about import about_site

# The standard wants a day after which nobody should rely on it. It is moved on with the month, so that two requests of a
# month say the same; a site that nobody runs any more says nothing at all.
HOLDS = timedelta(days=180)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Not there as long as nobody can be told."""
    contact = settings.SECURITY_CONTACT or getattr(about_site(), "email", "")
    if not contact:
        raise Http404
    month = timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {as_uri(contact)}",
        f"Expires: {_moment(month + HOLDS)}",
        f"Preferred-Languages: {', '.join(settings.INTERFACE_LANGUAGES)}",
        f"Canonical: {settings.BASE_URL}{reverse('security_txt')}",
    ]
    if settings.SECURITY_POLICY:
        lines.append(f"Policy: {settings.SECURITY_POLICY}")
    answer = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    patch_cache_control(answer, public=True, max_age=3600)
    return answer


def as_uri(contact: str) -> str:
    """An address of a page or a telephone as it is, one of a mailbox with its scheme. A line is never broken."""
    contact = "".join(contact.split())
    return contact if contact.startswith(("https://", "mailto:", "tel:")) else f"mailto:{contact}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
