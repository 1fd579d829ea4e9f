"""The quiz “Is this message a scam?”: a page that works without a script, and with one asks one question at a time.

The page keeps itself for the day without a network (its service worker), and only says how a finished round went.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from campaigns.campaign import Campaign
from campaigns.quiz import counting, questions
from cms.page_cache.marking import same_for_everybody
from cms.public import limits
from cms.visible import visible

# A class behind one connection plays together.
OF_ONE = (limits.Limit("quiz", 60, limits.HOUR), limits.Limit("quiz", 300, limits.DAY))
OF_ALL = limits.Limit("quiz-all", 6000, limits.HOUR)
WORKER = "campaigns/public/quiz_worker.js"
ASSETS = (
    "site/site.css",
    "site/fonts/be-vietnam-pro-400.woff2",
    "site/fonts/be-vietnam-pro-700.woff2",
    "site/mark.svg",
    "campaigns/quiz.css",
    "campaigns/quiz.js",
)


@require_safe
@same_for_everybody
def quiz(request: HttpRequest) -> HttpResponse:
    """Questions of all campaigns: the same all day, others tomorrow."""
    return _shown(request, questions.of_day(timezone.localdate()), None)


@require_safe
@same_for_everybody
def campaign_quiz(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions of one campaign, in its language."""
    campaign = shown(pk)
    if campaign is None or not campaign.questions.exists():
        raise Http404
    return _shown(request, questions.of_campaign(campaign), campaign)


def shown(pk: int) -> Campaign | None:
    """A campaign that is public and stands."""
    rows = visible(Campaign.objects.all()).exclude(change_kind="retraction").select_related("locale")
    return rows.filter(pk=pk).first()


def _shown(request: HttpRequest, asked: list[questions.Asked], campaign: Campaign | None) -> HttpResponse:
    context = {
        "questions": asked,
        "campaign": campaign,
        "heading": _("Is this message a scam?"),
        "description": _("Read each message, decide, and see how one can tell."),
        "is_presented": "trinh-chieu" in request.GET,
        "address": settings.BASE_URL + request.path,
    }
    return render(request, "campaigns/public/quiz.html", context)


# Without a network ---------------------------------------------------------------------------------------------


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the quiz in one language. Below the quiz's address, so that it rules over nothing else."""
    scope, assets = reverse("quiz"), [static(name) for name in ASSETS]
    source = get_template(WORKER).template.source  # type: ignore[attr-defined]
    version = hashlib.sha256(repr((assets, source)).encode()).hexdigest()[:12]
    told = json.dumps({"scope": scope, "version": version, "kept": [scope, *assets]})
    context = {"told": mark_safe(told)}  # noqa: S308 - addresses of ours, as JSON in a script
    answer = render(request, WORKER, context, "text/javascript; charset=utf-8")
    patch_cache_control(answer, no_cache=True)
    return answer


# How it went ---------------------------------------------------------------------------------------------------


class RoundForm(forms.Form):
    """A finished round: how many answers were right, of how many, and of which campaign."""

    right = forms.IntegerField(min_value=0, max_value=questions.MOST)
    asked = forms.IntegerField(min_value=1, max_value=questions.MOST)
    campaign = forms.IntegerField(min_value=1, max_value=2**31, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("right", 0) > cleaned.get("asked", 0):
            raise forms.ValidationError("more right than asked")
        return cleaned


# No cookie, no log-in: there is nothing that a forged request could borrow.
@csrf_exempt
@require_POST
def finished(request: HttpRequest) -> HttpResponse:
    """Counts a round. What other sites' pages send is not counted; what is sent too often neither."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return HttpResponse(status=403)
    form = RoundForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    campaign = None
    if pk := form.cleaned_data["campaign"]:
        campaign = shown(pk)
        if campaign is None:
            return HttpResponse(status=400)
    if wait := limits.count(limits.sender(request), *OF_ONE) or limits.count("", OF_ALL):
        answer = HttpResponse(status=429)
        answer["Retry-After"] = str(wait)
        return answer
    counting.count(form.cleaned_data["right"], form.cleaned_data["asked"], campaign)
    return HttpResponse(status=204)
