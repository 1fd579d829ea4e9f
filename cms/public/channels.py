"""/.well-known/official-channels.json: the same list as the page of official channels, for machines."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation

from cms.pages.channels import official_channels, page_of_channels


def official_channels_json(request: HttpRequest) -> JsonResponse:
    """Every official channel, in the office's language.

    {"publisher": name of this site, "homepage": address, "page": address of the page for people or null,
     "as_of": the moment of which this is true, ISO 8601 with zone: the list is read anew for everybody who asks,
     "channels": [{"name", "kind" (in words), "owner", "url" (absolute, or null), "telephone" (or null),
                   "stand_in": true for what exists in the demonstration only}]}
    """
    with translation.override(settings.LANGUAGE_CODE):
        page = page_of_channels(settings.LANGUAGE_CODE)
        channels = [
            {
                "name": each.name,
                "kind": each.kind,
                "owner": each.owner,
                "url": each.url or None,
                "telephone": each.number or None,
                "stand_in": each.is_stand_in,
            }
            for each in official_channels(page)
        ]
        told = {
            "publisher": settings.WAGTAIL_SITE_NAME,
            "homepage": f"{settings.BASE_URL}/",
            "page": page.full_url if page else None,
            "as_of": timezone.localtime().isoformat(timespec="seconds"),
            "channels": channels,
        }
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
