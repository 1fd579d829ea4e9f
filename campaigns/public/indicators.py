"""The indicators for readers and for programs, and the form that says that one is listed wrongly."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import exports, indicator_deeds
from campaigns.indicators import Indicator, ListingComplaint, Partner
from cms.page_cache.marking import same_for_everybody
from cms.partner_keys import WRONG_KEYS, key_in
from cms.public import guarded_form, limits
from cms.sent_in.submissions import normal_code

PAGE_SIZE = 50
FRESH_SECONDS = 60
COMPLAINTS = (limits.Limit("complaint", 5, limits.HOUR), limits.Limit("complaint", 15, limits.DAY))
COMPLAINTS_OF_ALL = limits.Limit("complaint-all", 200, limits.HOUR)
WRONG_CODES = limits.Limit("complaint-code", 30, limits.HOUR)


@require_safe
@same_for_everybody
def indicators(request: HttpRequest) -> HttpResponse:
    """All that are listed now, newest first; ``?loai=`` for one kind."""
    kind = request.GET.get("loai", "")
    rows = Indicator.objects.public().select_related("campaign__locale")
    if kind in Indicator.Kind.values:
        rows = rows.filter(kind=kind)
    context = {
        "results": Paginator(rows.order_by("-approved_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("trang")),
        "kinds": Indicator.Kind.choices,
        "kind": kind,
        "address": settings.BASE_URL + request.path,
    }
    return render(request, "campaigns/all_indicators.html", context)


# For programs --------------------------------------------------------------------------------------------------


def _export(request: HttpRequest, form: str, rows: QuerySet[Indicator], *, whole: bool) -> HttpResponseBase:
    """A page of JSON, or all as CSV; 304 for whoever has it already."""
    if form == "csv":
        made = exports.as_csv(exports.rows_of(rows.select_related("campaign__locale").order_by("pk"), whole=whole))
        kind = "text/csv; charset=utf-8"
    else:
        after = request.GET.get("after", "")
        found, last = exports.page(rows, int(after) if after.isdecimal() and len(after) < 19 else 0)
        here = settings.BASE_URL + request.path
        following = f"{here}?{urlencode({'after': last})}" if last else None
        made, kind = exports.as_json(list(exports.rows_of(found, whole=whole)), following), "application/json"
    body = made.encode()
    response = HttpResponse(body, content_type=kind)
    response["ETag"] = etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if form == "csv":
        response["Content-Disposition"] = 'attachment; filename="indicators.csv"'
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    return answer


@require_safe
def indicators_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """For everybody: covered."""
    answer = _export(request, form, Indicator.objects.public(), whole=False)
    answer["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(answer, public=True, max_age=FRESH_SECONDS)
    return answer


@require_safe
def partner_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """For partners: whole, with ``Authorization: Bearer <key>``. Nobody between us and them keeps it."""
    sender = limits.sender(request)
    wait = limits.is_used_up(sender, WRONG_KEYS)
    key = key_in(request)
    partner = Partner.with_key(key) if key and not wait else None
    answer: HttpResponseBase
    if wait:
        answer = JsonResponse({"detail": "Too many wrong keys."}, status=429)
        answer["Retry-After"] = str(wait)
    elif partner is None:
        limits.count(sender, WRONG_KEYS)
        answer = JsonResponse({"detail": "A valid key is needed: Authorization: Bearer <key>."}, status=401)
        answer["WWW-Authenticate"] = 'Bearer realm="indicators"'
    else:
        partner.note_use()
        answer = _export(request, form, Indicator.objects.public(), whole=True)
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Authorization"
    return answer


# "Listed wrongly" ----------------------------------------------------------------------------------------------


class ComplaintForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it wrong?"),
        help_text=_("For example: it is the site of your business, or the number is yours now."),
        min_length=10,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please say why."), "min_length": _("Please say a little more.")},
    )
    contact = forms.CharField(
        label=_("How to reach you"),
        help_text=_("You may leave this empty: your code is enough. It is deleted when the complaint is decided."),
        required=False,
        max_length=200,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


# As in the other public forms: no cookie, so no CSRF token to compare; the form's own token says that it came from us.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest, pk: int) -> HttpResponse:
    """The form against one listing; with POST the complaint, which leads to its own page."""
    indicator = get_object_or_404(Indicator.objects.public().select_related("campaign__locale"), pk=pk)
    form, refusal, status, wait = ComplaintForm(), "", 200, 0
    if request.method == "POST":
        form = ComplaintForm(request.POST)
        if refusal := guarded_form.refusal(request):
            form, status = ComplaintForm(initial=request.POST.dict()), 400
        elif not form.is_valid():
            status = 422
        else:
            wait, refusal = guarded_form.too_often(request, *COMPLAINTS, of_all=COMPLAINTS_OF_ALL)
            if not wait:
                values = form.cleaned_data
                made = indicator_deeds.complain(indicator, values["reason"], values["contact"])
                return redirect(reverse("indicator_complaint", args=[made.code]) + "?moi=1")
            status = 429
    context = {"indicator": indicator, "form": form, "refusal": refusal, **guarded_form.fields()}
    answer = render(request, "campaigns/complain.html", context, status=status)
    if wait:
        answer["Retry-After"] = str(wait)
    return guarded_form.private(answer)


@never_cache
@require_safe
def complaint(request: HttpRequest, code: str) -> HttpResponse:
    """How a complaint stands, for whoever has its code. Never what was written, nor by whom."""
    sender = limits.sender(request)
    if wait := limits.is_used_up(sender, WRONG_CODES):
        answer = HttpResponse(status=429)
        answer["Retry-After"] = str(wait)
        return answer
    rows = ListingComplaint.objects.select_related("indicator")
    found = rows.filter(code=normal_code(code[:60])).first()
    if found is None:
        limits.count(sender, WRONG_CODES)
        return guarded_form.private(render(request, "campaigns/complaint.html", {"complaint": None}, status=404))
    context = {"complaint": found, "is_new": "moi" in request.GET}
    return guarded_form.private(render(request, "campaigns/complaint.html", context))
