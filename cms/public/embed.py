"""Answers on other sites: the frame that any page may show, and oEmbed, which tells editors' software about it.

The frame has no script, sets no cookie and asks for nothing but its own style. It always says what the answer says
now: a correction shows the corrected text, a retraction the reason.
"""

from __future__ import annotations

import io
import math
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.cards import cards
from cms.feeds.feed_formats import clean
from cms.pages.answer import Answer
from cms.public.cards import live_answer
from cms.translation.languages import path_of

FRESH_SECONDS = 300
WIDTH, NARROWEST, HEIGHT, LOWEST = 600, 240, 900, 160
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; frame-ancestors *; base-uri 'none'; form-action 'none'"


@xframe_options_exempt
@require_safe
def embed(request: HttpRequest, pk: int) -> HttpResponse:
    """/the/<page>/: one answer for a frame on any site, in the answer's language."""
    page = live_answer(pk)
    with translation.override(page.locale.language_code):
        answer = render(request, "public/embed.html", {"page": page, "language": page.locale.language_code})
    answer["Content-Security-Policy"] = POLICY
    answer["Content-Language"] = page.locale.language_code
    patch_cache_control(answer, public=True, max_age=FRESH_SECONDS)
    return answer


def frame_title(page: Answer) -> str:
    """What the frame is, for people who do not see it."""
    return f"{cards.label_of(page)}: {page.title} – {settings.WAGTAIL_SITE_NAME}"


def frame_size(page: Answer, width: int = WIDTH) -> tuple[int, int]:
    """Width and a height at which nothing has to be scrolled, estimated from the length of the texts."""
    inner = width - 56

    def lines(text: str, letter: float) -> int:
        return math.ceil(len(text) * letter / inner) if text else 0

    height = 168 + 31 * lines(page.title, 11.0)
    if page.is_retracted:
        height += 28 * lines(page.change_note, 8.8) + 40
    else:
        height += 29 * lines(page.short_answer, 9.6) + (26 * lines(page.claim_text, 8.8) + 60 if page.claim_text else 0)
    return width, max(LOWEST, min(HEIGHT, height))


def snippet(page: Answer, width: int = WIDTH, most: int = HEIGHT) -> str:
    """The markup that shows the frame on another site. It may open the answer in a new tab, and nothing else."""
    width, height = frame_size(page, width)
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" style="border:0;max-width:100%" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>',
        settings.BASE_URL + reverse("embed", args=[page.pk]),
        width,
        min(height, most),
        frame_title(page),
    )


# oEmbed --------------------------------------------------------------------------------------------------------


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """/oembed?url=…&format=json|xml&maxwidth=…&maxheight=… as oembed.com describes it. Only answers can be embedded."""
    form = request.GET.get("format", "json")
    if form not in ("json", "xml"):
        return HttpResponse("format: json, xml\n", status=501, content_type="text/plain; charset=utf-8")
    try:
        width = max(NARROWEST, min(WIDTH, int(request.GET.get("maxwidth", WIDTH))))
        most = max(LOWEST, int(request.GET.get("maxheight", HEIGHT)))
    except ValueError:
        return HttpResponseBadRequest("maxwidth, maxheight: pixels\n", content_type="text/plain; charset=utf-8")
    told = _told(answer_at(request.GET.get("url", ""), request), width, most, request)
    if form == "json":
        answer: HttpResponse = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    else:
        answer = HttpResponse(_xml(told), content_type="text/xml; charset=utf-8")
    answer["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(answer, public=True, max_age=FRESH_SECONDS)
    return answer


def answer_at(url: str, request: HttpRequest) -> Answer:
    """The public answer that is read at ``url``, which may be its frame. Raises Http404, above all for other sites."""
    try:
        asked, ours = urlsplit(url), urlsplit(settings.BASE_URL)
    except ValueError:  # such as half an IPv6 address
        raise Http404 from None
    if asked.netloc.lower() != ours.netloc.lower() or asked.scheme not in ("http", "https"):
        raise Http404
    steps = [step for step in asked.path.split("/") if step]
    if len(steps) == 2 and steps[0] == "the" and steps[1].isdecimal() and len(steps[1]) < 10:
        return live_answer(int(steps[1]))
    language = translation.get_language_from_path(asked.path) or settings.LANGUAGE_CODE
    if steps and steps[0] == language != settings.LANGUAGE_CODE:
        steps = steps[1:]
    with translation.override(language):
        found = Page.route_for_request(request, "/".join(steps))
    if found is None:
        raise Http404
    return live_answer(found[0].pk)


def _told(page: Answer, width: int, most: int, request: HttpRequest) -> dict[str, Any]:
    width, height = frame_size(page, width)
    with translation.override(page.locale.language_code):
        title = f"{gettext('Retracted')}: {page.title}" if page.is_retracted else page.title
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "author_name": page.office.name if page.office else settings.WAGTAIL_SITE_NAME,
        "provider_name": settings.WAGTAIL_SITE_NAME,
        "provider_url": settings.BASE_URL + "/",
        "cache_age": FRESH_SECONDS,
        "width": width,
        "height": min(height, most),
        "html": snippet(page, width, most),
    }
    picture = cards.images(page)[0]
    # The specification lets the picture be no larger than what was asked for.
    asked = request.GET
    if int(asked.get("maxwidth", 9999)) >= picture.width and int(asked.get("maxheight", 9999)) >= picture.height:
        told |= {
            "thumbnail_url": picture.url,
            "thumbnail_width": picture.width,
            "thumbnail_height": picture.height,
        }
    return told


def _xml(told: dict[str, Any]) -> str:
    made = io.StringIO()
    writer: Any = SimplerXMLGenerator(made, "utf-8")
    writer.startDocument()
    writer.startElement("oembed", {})
    for name, value in told.items():
        writer.addQuickElement(name, clean(str(value)))
    writer.endElement("oembed")
    return made.getvalue()


def discovery(page: Answer) -> dict[str, str]:
    """The addresses that tell editors' software how to embed ``page``, by content type."""
    start = f"{settings.BASE_URL}{path_of('oembed')}?{urlencode({'url': page.full_url or ''})}"
    return {
        content_type: f"{start}&format={form}"
        for content_type, form in (("application/json+oembed", "json"), ("text/xml+oembed", "xml"))
    }


urls: list[URLPattern] = [
    path("the/<row:pk>/", embed, name="embed"),
    path("oembed", oembed, name="oembed"),
]
