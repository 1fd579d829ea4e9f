"""Share cards as networks and publishers fetch them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from cms.cards import cards
from cms.cards.card_drawing import Shape
from cms.fresh import kept_for_minutes
from cms.pages.answer import Answer


def live_answer(pk: int) -> Answer:
    """A public answer with what a card or an embedded frame says of it. Raises Http404."""
    found = Answer.objects.live().public().filter(pk=pk).specific()
    page: Answer | None = found.select_related("office", "locale", for_specific_subqueries=True).first()
    if page is None:
        raise Http404
    return page


@require_safe
def share_card(request: HttpRequest, pk: int, shape: str, digest: str) -> HttpResponseBase:
    """/chia-se/<page>/<shape>-<digest>.png: an address of earlier content leads to the present card."""
    page = live_answer(pk)
    now = cards.digest_of(cards.card_of(page))
    if digest != now:
        return kept_for_minutes(redirect(cards.address(page, Shape(shape), now)))
    etag = f'"{digest}"'
    if known := get_conditional_response(request, etag=etag):
        return kept_for_minutes(known, etag)
    answer = HttpResponse(cards.picture_of(page, Shape(shape)), content_type="image/png")
    answer["Content-Disposition"] = f'inline; filename="{page.slug}-{shape}.png"'
    return kept_for_minutes(answer, etag)
