"""Answers by topic and by place."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.incidents import Named, Place, Topic
from cms.page_cache.marking import same_for_everybody
from cms.pages.home import list_of_answers, with_counts
from cms.pages.newest import newest_answers
from cms.translation import languages


def _everything(request: HttpRequest, kind: type[Named], heading: str | Promise, lead: str | Promise) -> HttpResponse:
    context = {
        "heading": heading,
        "lead": lead,
        "named": with_counts(kind, newest_answers(languages.active())),
        "one_of_them": str(kind._meta.model_name),
        "address": settings.BASE_URL + request.path,
    }
    return render(request, "pages/browse.html", context)


@same_for_everybody
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic, with how much there is on it."""
    return _everything(request, Topic, _("Topics"), _("Every answer belongs to one topic."))


@same_for_everybody
def places(request: HttpRequest) -> HttpResponse:
    """Every place, with how much there is about it."""
    return _everything(request, Place, _("Places"), _("Where the claim was about, or where it was passed on."))


def _answers_about(
    request: HttpRequest, one: Named, answers: QuerySet[Any], back: dict[str, str | Promise]
) -> HttpResponse:
    context = {
        "heading": str(one),
        "one": one,
        "back": back,
        "address": settings.BASE_URL + request.path,
        **list_of_answers(request, answers, (one._meta.model_name, one.pk)),
    }
    return render(request, "pages/answers_about.html", context)


@same_for_everybody
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The answers on one topic, newest first."""
    one = get_object_or_404(Topic, slug=slug)
    answers = newest_answers(languages.active()).filter(topic=one)
    return _answers_about(
        request, one, answers, {"view": "topics", "feed": "topic_feed", "name": _("Topics"), "kind": _("Topic")}
    )


@same_for_everybody
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """The answers about one place, newest first."""
    one = get_object_or_404(Place, slug=slug)
    answers = newest_answers(languages.active()).filter(place=one)
    return _answers_about(
        request, one, answers, {"view": "places", "feed": "place_feed", "name": _("Places"), "kind": _("Place")}
    )
