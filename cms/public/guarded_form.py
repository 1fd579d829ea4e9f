"""What the small public forms share: no cookie, a signed token with an age, a trap for programs, and how often."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.public import limits
from cms.public.submit import LATEST, SOONEST, TRAP, Token


def fields() -> dict[str, Any]:
    """For the template ``public/guard.html``: a fresh token and the trap."""
    return {"token": Token.fresh().signed(), "trap": TRAP}


def refusal(request: HttpRequest) -> str:
    """Why the form is not taken as it came, in words; empty: it is."""
    token = Token.read(request.POST.get("token", ""))
    if request.POST.get(TRAP):
        return _("A field that people do not see was filled in. If you are not a program, please send the form again.")
    if token is None:
        return _("The form was not complete when it reached us. Please send it again.")
    if token.age < SOONEST:
        return _("This was faster than anybody can read. Please wait a moment and send the form again.")
    if token.age > LATEST:
        return _("The form was open for more than a day. What you wrote is still here: please send it again.")
    return ""


def too_often(request: HttpRequest, *of_one: limits.Limit, of_all: limits.Limit) -> tuple[int, str]:
    """Counts. (seconds to wait, that in words); (0, "") where it is not too often."""
    wait = limits.count(limits.sender(request), *of_one) or limits.count("", of_all)
    minutes = -(-wait // 60)
    words = ngettext(
        "We cannot take in more from your connection just now. What you wrote is still here: please send it again in %(minutes)d minute.",
        "We cannot take in more from your connection just now. What you wrote is still here: please send it again in %(minutes)d minutes.",
        minutes,
    )
    return wait, words % {"minutes": minutes} if wait else ""


def private(answer: HttpResponse) -> HttpResponse:
    """For addresses that hold a secret: kept by no search engine, told to nobody."""
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
