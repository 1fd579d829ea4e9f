"""The queue of answers that need another look, and the two things to do with each: still right, or correct it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import LogFormatter
from wagtail.permissions import page_permission_policy

from cms import re_review
from cms.agencies import visible_to
from cms.pages.answer import Answer
from cms.re_review import LOOK, Reason, SecondLook
from publishing.agencies import sees_all
from publishing.desk.base import DeskView, may, paged
from publishing.desk.waiting import SHOWN, Row, Waiting, add_sources
from publishing.wagtail_hooks import DeskMenuItem


class LookForm(forms.Form):
    """``seen`` is when the reasons were shown: what arose since then is not settled by this look."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What did you look at?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a few words what you looked at: the next person builds on it.")},
    )


@dataclass(frozen=True)
class Entry:
    """One answer of the queue."""

    page: Answer
    reasons: list[Reason]
    last: SecondLook | None
    form: LookForm


class ReReviewView(DeskView):
    """The queue, the longest waiting first."""

    allowed = (LOOK,)
    page_title = _("Look again")
    header_icon = "view"
    template_name = "desk/re_review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = _of(self.request.user, re_review.open_reasons())
        listing = paged(self, list(found))
        shown = list(listing["page_obj"])
        refused: dict[int, LookForm] = kwargs.pop("refused", {})
        now = timezone.now()
        pages = Answer.objects.prefetch_related("locale").specific().in_bulk(shown)
        lasts = {look.page_id: look for look in self._looks(shown)}
        entries = [
            Entry(pages[pk], found[pk], lasts.get(pk), refused.get(pk) or _blank(pk, now))
            for pk in shown
            if pk in pages
        ]
        return super().get_context_data(
            entries=entries,
            may_edit=page_permission_policy.user_has_permission(self.request.user, "change"),
            here=self.request.get_full_path(),
            **listing,
            **kwargs,
        )

    @staticmethod
    def _looks(pages: list[int]) -> list[SecondLook]:
        """Oldest first, so that the last one stays where they are kept by page."""
        return list(SecondLook.objects.filter(page__in=pages).select_related("by").order_by("at", "id"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Somebody looked at one of them."""
        asked = request.POST.get("page", "")
        standing = visible_to(request.user, re_review.standing())
        page = get_object_or_404(standing, pk=int(asked) if asked.isdecimal() and len(asked) < 19 else 0)
        form = LookForm(request.POST, prefix=f"page-{page.pk}")
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(refused={page.pk: form}))
        re_review.still_right(page, request.user, form.cleaned_data["note"], form.cleaned_data["seen"])
        words = gettext("Noted: “%(title)s” is still right.") % {"title": page.title}
        if re_review.open_reasons(page.pk):
            messages.warning(request, words + " " + gettext("Something new arose meanwhile, so it stays in the list."))
        else:
            messages.success(request, words)
        return redirect(request.get_full_path())


def _of(user: Any, reasons: dict[int, Any]) -> dict[int, Any]:
    """Those about answers that the person sees."""
    if sees_all(user):
        return reasons
    seen = set(visible_to(user, Answer.objects.filter(pk__in=reasons)).values_list("pk", flat=True))
    return {pk: why for pk, why in reasons.items() if pk in seen}


def _blank(pk: int, now: datetime) -> LookForm:
    return LookForm(prefix=f"page-{pk}", initial={"seen": now.isoformat()}, auto_id=f"page-{pk}-%s")


def re_reviews(user: Any) -> Waiting | None:
    """The part of the first page."""
    if not may(user, LOOK):
        return None
    found = _of(user, re_review.open_reasons())
    shown = list(found)[:SHOWN]
    titles = {pk: (title, lang) for pk, title, lang in _titles(shown)}
    url = reverse("re_review")
    rows = [
        Row(titles[pk][0], f"{url}#page-{pk}", str(found[pk][0].words), lang=titles[pk][1])
        for pk in shown
        if pk in titles
    ]
    return Waiting("re-review", _("Answers to look at again"), "view", tuple(rows), len(found), url, 28)


def _titles(pages: list[int]) -> list[tuple[int, str, str]]:
    return list(Answer.objects.filter(pk__in=pages).values_list("pk", "title", "locale__language_code"))


add_sources(re_reviews)


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("re-review/", ReReviewView.as_view(), name="re_review")]


@hooks.register("register_admin_menu_item")
def menu_item() -> DeskMenuItem:
    return DeskMenuItem(
        _("Look again"), reverse_lazy("re_review"), name="re-review", icon_name="view", order=152, permissions=(LOOK,)
    )


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    @actions.register_action("cms.still_right")
    class StillRight(LogFormatter):
        label = _("Looked at again")

        def format_message(self, log_entry: Any) -> str:
            return gettext("Looked at again and still right: %(note)s") % {"note": log_entry.data.get("note", "")}
