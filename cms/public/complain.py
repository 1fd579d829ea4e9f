"""Where anybody says that an answer is wrong, or replies to it, and looks up how that was decided."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cms.complaints.complaint import Complaint, receive
from cms.pages.answer import Answer
from cms.public import guarded_form, limits
from cms.public.submit import GUESSES, Token
from cms.public.submit_form import LinesField, SubmissionForm
from cms.sent_in.receive import tidy
from cms.sent_in.submissions import new_code, normal_code
from cms.visible import visible

OF_ONE = (limits.Limit("complain", 5, limits.HOUR), limits.Limit("complain", 15, limits.DAY))
OF_ALL = limits.Limit("complain-all", 200, limits.HOUR)


class ComplaintForm(forms.Form):
    """What is wrong is needed, and for a reply who replies. The rest may stay empty, except the consent."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[("", gettext_lazy("please choose")), *Complaint.Kind.choices],
        error_messages={"required": gettext_lazy("Please choose what it is about.")},
    )
    text = LinesField(
        label=gettext_lazy("What is wrong, or what do you reply?"),
        help_text=gettext_lazy(
            "As exactly as you can: which sentence, and what is right instead. Telephone and account numbers are partly covered when we keep it."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": gettext_lazy("Please say what is wrong.")},
    )
    url = forms.URLField(
        label=gettext_lazy("Where can that be seen?"),
        help_text=gettext_lazy("The link of a document or page that shows it, if there is one."),
        required=False,
        max_length=600,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("This is not the address of a page. It looks like https://example.vn/a-page")
        },
    )
    replier = forms.CharField(
        label=gettext_lazy("Only for a reply: who replies?"),
        help_text=gettext_lazy(
            "The organisation or the role, e.g. “Management of the market”. It stands beside your reply if that is published."
        ),
        required=False,
        max_length=200,
    )
    is_named = forms.BooleanField(
        label=gettext_lazy("I am a private person, this is my name, and I ask that it stands beside my reply."),
        required=False,
    )
    contact = forms.CharField(
        label=gettext_lazy("Where can we write to you?"),
        help_text=gettext_lazy("E-mail address or telephone number. You may leave this empty: your code is enough."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
    may_be_counted = forms.BooleanField(
        label=gettext_lazy("If something is corrected, the correction may say that a complaint led to it."),
        required=False,
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I agree"),
        error_messages={"required": gettext_lazy("Please tick that you agree: without it we may keep nothing.")},
    )

    def __init__(self, *args: Any, page: Answer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.label_suffix = ""

    clean_contact = SubmissionForm.clean_contact

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("kind") == Complaint.Kind.REPLY:
            if self.page is None:
                words = _("Please open the answer that you reply to, and choose “Report an error or reply” there.")
                self.add_error("kind", ValidationError(words))
            if not values.get("replier") and "replier" not in self.errors:
                self.add_error("replier", ValidationError(_("Please say which organisation or role replies.")))
        return values

    @property
    def problems(self) -> list[forms.BoundField]:
        """The fields with something wrong, in the order of the form."""
        return [field for field in self if field.errors]

    def values(self) -> dict[str, Any]:
        """As it is kept."""
        said = self.cleaned_data
        is_reply = said["kind"] == Complaint.Kind.REPLY
        return {
            "kind": said["kind"],
            "text": tidy(said["text"]),
            "url": said["url"],
            "replier": tidy(said["replier"]) if is_reply else "",
            "is_named": said["is_named"] and is_reply,
            "contact": said["contact"],
            "may_be_counted": said["may_be_counted"],
            "page": self.page,
        }


def _page(request: HttpRequest) -> Answer | None:
    """The published answer it is about, if it is about one."""
    asked = (request.POST if request.method == "POST" else request.GET).get("trang", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return visible(Answer.objects.all()).filter(pk=int(asked)).select_related("locale").first()


# As in the other public forms: no cookie, so no CSRF token to compare; the form's own token says that it came from us.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """The form, about the answer with the id ``trang`` or about none; with POST the complaint, which leads to its page."""
    page = _page(request)
    if request.method != "POST":
        return _form(request, ComplaintForm(page=page), page, Token.fresh())
    form, token = ComplaintForm(request.POST, page=page), Token.read(request.POST.get("token", ""))
    if refusal := guarded_form.refusal(request):
        return _form(request, _as_typed(request, page), page, Token.fresh(), refusal, 400)
    assert token is not None
    if not form.is_valid():
        return _form(request, form, page, token, status=422)
    values = form.values()
    said = "\0".join(
        [token.number, *(str(values[name]) for name in ("kind", "text", "url", "replier")), str(page and page.pk)]
    )
    content = hashlib.sha256(said.encode()).hexdigest()
    code, first = token.spend(new_code(), content)
    if first != content:
        refusal = _("This form was sent already, with something else in it. To send this too, please send it again.")
        return _form(request, _as_typed(request, page), page, Token.fresh(), refusal, 400)
    shown = redirect(reverse("complaint", args=[code]) + "?moi=1")
    if Complaint.objects.filter(code=code).exists():  # a second click, or "back" and once more
        return shown
    wait, words = guarded_form.too_often(request, *OF_ONE, of_all=OF_ALL)
    if wait:
        token.take_back()
        answer = _form(request, _as_typed(request, page), page, token, words, 429)
        answer["Retry-After"] = str(wait)
        return answer
    try:
        receive(code=code, language=get_language() or settings.LANGUAGE_CODE, **values)
    except IntegrityError:  # a second click that was as fast as the first
        if not Complaint.objects.filter(code=code).exists():
            raise
    return shown


def _as_typed(request: HttpRequest, page: Answer | None) -> ComplaintForm:
    return ComplaintForm(initial=request.POST.dict(), page=page)


def _form(
    request: HttpRequest,
    form: ComplaintForm,
    about: Answer | None,
    token: Token,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = {
        **guarded_form.fields(),
        "token": token.signed(),
        "form": form,
        "about": about,
        "refusal": refusal,
        "contact_days": settings.CONTACT_DAYS,
    }
    return render(request, "public/complain.html", shown, status=status)


@never_cache
@require_safe
def complaint(request: HttpRequest, code: str) -> HttpResponse:
    """How one complaint stands, for whoever has its code. Never what was written, nor by whom."""
    sender = limits.sender(request)
    if wait := limits.is_used_up(sender, GUESSES):
        answer = guarded_form.private(render(request, "public/complaint.html", {"is_limit": True}, status=429))
        answer["Retry-After"] = str(wait)
        return answer
    rows = Complaint.objects.select_related("page__locale", "correction")
    found = rows.filter(code=normal_code(code[:60])).first()
    if found is None:
        limits.count(sender, GUESSES)
        return guarded_form.private(render(request, "public/complaint.html", status=404))
    shown = {
        "complaint": found,
        "about": found.page if found.page and found.page.live else None,
        "is_new": "moi" in request.GET,
        "contact_days": settings.CONTACT_DAYS,
    }
    return guarded_form.private(render(request, "public/complaint.html", shown))
