"""Warnings by mail: asking for them, confirming with the link from a mail, and ending it with one click.

Following a link changes nothing: programs that look into mails before people do follow every link. Whether an address is
known cannot be told from any answer, nor from how long it takes: mails are sent by the worker.
"""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.alerts import subscribers
from cms.public import guarded_form, limits

# Each one may send a mail to somebody who did not ask for it.
OF_ONE = (limits.Limit("subscribe", 5, limits.HOUR), limits.Limit("subscribe", 20, limits.DAY))
OF_ALL = limits.Limit("subscribe-all", 600, limits.HOUR)


class SubscribeForm(forms.Form):
    address = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        error_messages={
            "required": _("Please enter an e-mail address."),
            "invalid": _("This is not a complete e-mail address."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.label_suffix = ""

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()


# No cookie is set on the public site, so there is none to compare a CSRF token with; the form's own token says that it
# came from us, and nothing here acts for a person who is logged in.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Takes an address in. The answer is the same for one that is known."""
    from campaigns.public.alerts import alerts, listing

    if request.method != "POST":
        return alerts(request)
    form = SubscribeForm(request.POST)
    status, wait = 200, 0
    refusal = guarded_form.refusal(request)
    if refusal:
        form, status = SubscribeForm(initial=request.POST.dict()), 400
    elif not form.is_valid():
        status = 422
    else:
        wait, refusal = guarded_form.too_often(request, *OF_ONE, of_all=OF_ALL)
        status = 429 if wait else 200
    if status != 200:
        answer = render(request, "campaigns/alerts.html", listing(request, form, refusal=refusal), status=status)
        if wait:
            answer["Retry-After"] = str(wait)
        return answer
    subscribers.ask(form.cleaned_data["address"], get_language() or settings.LANGUAGE_CODE)
    return guarded_form.private(_told(request, "asked"))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the first mail: a button, and behind the button the confirmation."""
    if request.method == "POST":
        is_known = subscribers.confirm(token)
        return guarded_form.private(_told(request, "confirmed" if is_known else "gone", 200 if is_known else 404))
    is_known = subscribers.with_token(token) is not None
    return guarded_form.private(_told(request, "confirm" if is_known else "gone", 200 if is_known else 404))


# One click in a mail program is a POST from its maker's servers (RFC 8058): without cookies, and with no page before it.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ends it: with GET a button, with POST at once. A second time changes nothing and is answered in the same way."""
    if request.method == "POST":
        subscribers.forget(token)
        return guarded_form.private(_told(request, "stopped"))
    is_known = subscribers.with_token(token) is not None
    return guarded_form.private(_told(request, "stop" if is_known else "stopped"))


def _told(request: HttpRequest, step: str, status: int = 200) -> HttpResponse:
    return render(request, "campaigns/by_mail.html", {"step": step}, status=status)
