"""Where the public sends in what should be checked, and looks up what became of it."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadhandler import load_handler
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cms.complaints.complaint import Complaint
from cms.pages.answer import Answer
from cms.public import limits
from cms.public.submit_form import NoLargerThanAllowed, SubmissionForm
from cms.sent_in.receive import receive
from cms.sent_in.submissions import Submission, new_code, normal_code

# The form's own token stands in for a CSRF cookie: it is signed, has an age, and serves once.
SALT = "cms.submit"
SOONEST = 3  # seconds; nobody reads and fills in the form faster
LATEST = limits.DAY
# Named differently from anything a browser fills in by itself.
TRAP = "subject_line"

# Sent, whether accepted or not: each may make us decode a picture.
TRIES = limits.Limit("submit-try", 60, limits.HOUR)
GUESSES = limits.Limit("track-guess", 30, limits.HOUR)


def taken() -> tuple[limits.Limit, limits.Limit]:
    """What one sender may submit."""
    return (
        limits.Limit("submit", settings.SUBMISSIONS_AN_HOUR, limits.HOUR),
        limits.Limit("submit", settings.SUBMISSIONS_A_DAY, limits.DAY),
    )


def taken_of_all() -> limits.Limit:
    return limits.Limit("submit-all", settings.SUBMISSIONS_OF_ALL_AN_HOUR, limits.HOUR)


# The token ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Token:
    """A form that was handed out: when, and which."""

    number: str
    made_at: int

    @classmethod
    def fresh(cls) -> Token:
        return cls(secrets.token_urlsafe(12), int(time.time()))

    @classmethod
    def read(cls, signed: str) -> Token | None:
        """None where it was not signed by us."""
        try:
            number, made_at = signing.loads(signed, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(str(number), int(made_at))

    def signed(self) -> str:
        return signing.dumps([self.number, self.made_at], salt=SALT)

    @property
    def age(self) -> float:
        return time.time() - self.made_at

    def spend(self, code: str, content: str) -> tuple[str, str]:
        """Uses the token up. Returns the code and content it was first used for: these, unless it was used before."""
        key = f"submit:used:{self.number}"
        if cache.add(key, (code, content), LATEST + limits.HOUR):
            return code, content
        first: tuple[str, str] = cache.get(key) or ("", "")
        return first

    def take_back(self) -> None:
        """What it was spent on did not happen."""
        cache.delete(f"submit:used:{self.number}")


# The form -----------------------------------------------------------------------------------------------------


# No cookie is set on the public site, so there is none to compare a CSRF token with; and nothing here acts for a person
# who is logged in. The signed token of the form says that it came from us.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """The empty form; with POST, what was sent in, or with ``prefill`` the form with a text in it, and nothing saved."""
    if request.method != "POST":
        return _form(request, SubmissionForm(), Token.fresh())
    size = NoLargerThanAllowed(request)
    request.upload_handlers = [size, *(load_handler(path, request) for path in settings.FILE_UPLOAD_HANDLERS)]
    if request.POST.get("prefill"):
        return _form(request, SubmissionForm(initial={"text": request.POST.get("text", "")[:5000]}), Token.fresh())
    form = SubmissionForm(request.POST, request.FILES, is_picture_too_large=size.is_exceeded)
    token = Token.read(request.POST.get("token", ""))
    sender = limits.sender(request)
    if wait := limits.count(sender, TRIES):
        return _later(request, token, wait)
    if refusal := _refusal(request, token):
        again = token if token and token.age < SOONEST else Token.fresh()
        return _form(request, _as_typed(request), again, refusal, status=400)
    assert token is not None
    if not form.is_valid():
        return _form(request, form, token, status=422)
    return _take(request, form, token, sender)


def _refusal(request: HttpRequest, token: Token | None) -> str:
    """Why the form is not taken as it came, in words; nothing typed is lost."""
    if request.POST.get(TRAP):
        return _("A field that people do not see was filled in. If you are not a program, please send the form again.")
    if token is None:
        return _("The form was not complete when it reached us. Please send it again.")
    if token.age < SOONEST:
        return _("This was faster than anybody can read. Please wait a moment and send the form again.")
    if token.age > LATEST:
        return _("The form was open for more than a day. What you wrote is still here: please send it again.")
    return ""


def _take(request: HttpRequest, form: SubmissionForm, token: Token, sender: str) -> HttpResponse:
    """Keeps what was sent and leads to its tracking page."""
    values = form.cleaned_data
    picture = values["picture"]
    content = _print(token, form.kept_text, values["url"], picture.read() if picture else b"")
    code, first = token.spend(new_code(), content)
    if first != content:
        refusal = _("This form was sent already, with something else in it. To send this too, please send it again.")
        return _form(request, _as_typed(request), Token.fresh(), refusal, status=400)
    shown = redirect(reverse("submission", args=[code]) + ("?moi=1&che=1" if form.was_masked else "?moi=1"))
    if Submission.objects.filter(code=code).exists():  # a second click, or "back" and once more
        return shown
    if wait := limits.count(sender, *taken()) or limits.count("", taken_of_all()):
        token.take_back()
        return _later(request, token, wait)
    try:
        receive(
            code=code,
            text=form.kept_text,
            url=values["url"],
            picture=picture or "",
            seen_on=values["seen_on"],
            place=values["place"],
            contact=values["contact"],
            language=get_language() or settings.LANGUAGE_CODE,
        )
    except IntegrityError:  # a second click that was as fast as the first
        if not Submission.objects.filter(code=code).exists():
            raise
    return shown


def _as_typed(request: HttpRequest) -> SubmissionForm:
    """The form with what was typed in it, not looked at any closer: no picture is decoded for a refusal."""
    return SubmissionForm(initial=request.POST.dict())


def _print(token: Token, *parts: str | bytes) -> str:
    """A fingerprint of what was sent, good for this one form only."""
    digest = hashlib.sha256(token.number.encode())
    for part in parts:
        digest.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return digest.hexdigest()


def _form(
    request: HttpRequest, form: SubmissionForm, token: Token, refusal: str = "", status: int = 200
) -> HttpResponse:
    shown = {
        "form": form,
        "token": token.signed(),
        "trap": TRAP,
        "refusal": refusal,
        "contact_days": settings.CONTACT_DAYS,
        "had_picture": status != 200 and (bool(request.FILES) or form.is_picture_too_large),
    }
    return render(request, "public/submit.html", shown, status=status)


def _later(request: HttpRequest, token: Token | None, wait: int) -> HttpResponse:
    minutes = -(-wait // 60)
    words = ngettext(
        "We cannot take in more from your connection just now. What you wrote is still here: please send it again in %(minutes)d minute.",
        "We cannot take in more from your connection just now. What you wrote is still here: please send it again in %(minutes)d minutes.",
        minutes,
    )
    answer = _form(request, _as_typed(request), token or Token.fresh(), words % {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(wait)
    return answer


# The tracking page --------------------------------------------------------------------------------------------


@never_cache
@require_safe
def track(request: HttpRequest) -> HttpResponse:
    """Asks for the code, and leads to its page."""
    typed = request.GET.get("ma", "").strip()
    if typed:
        code = normal_code(typed[:60])
        if len(code) == len(new_code()):
            return redirect("submission", code)
    return _track(request, typed, "code" if typed else "", 422 if typed else 200)


@never_cache
@require_safe
def submission(request: HttpRequest, code: str) -> HttpResponse:
    """How one submission stands: phases, dates and answers. Never what was sent, nor by whom."""
    sender = limits.sender(request)
    if wait := limits.is_used_up(sender, GUESSES):
        answer = _track(request, code, "limit", 429)
        answer["Retry-After"] = str(wait)
        return answer
    found = Submission.objects.select_related("incident").filter(code=normal_code(code[:60])).first()
    if found is None and Complaint.objects.filter(code=normal_code(code[:60])).exists():
        return redirect("complaint", normal_code(code[:60]))  # both have codes of one kind, and one place to enter them
    if found is None:
        limits.count(sender, GUESSES)
        return _track(request, code, "unknown", 404)
    steps = found.steps()
    is_answered = steps[-1].phase == Submission.Phase.ANSWERED
    return _private(
        render(
            request,
            "public/submission.html",
            {
                "code": found.code,
                "steps": steps,
                "now": steps[-1],
                "answers": _readable(found.answers()),
                "is_answered": is_answered,
                "is_new": "moi" in request.GET,
                "was_masked": "che" in request.GET,
                "contact_days": settings.CONTACT_DAYS,
            },
        )
    )


def _readable(answers: list[Answer]) -> list[Answer]:
    """Each answer once, in the reader's language where it is translated."""
    once: dict[Any, Answer] = {}
    for answer in answers:
        if answer.translation_key not in once or answer.locale.language_code == get_language():
            once[answer.translation_key] = answer
    return list(once.values())


def _track(request: HttpRequest, typed: str, problem: str, status: int) -> HttpResponse:
    return _private(render(request, "public/track.html", {"typed": typed, "problem": problem}, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex"
    # The address holds the code: it is told to nobody, not even to ourselves.
    answer["Referrer-Policy"] = "no-referrer"
    return answer
