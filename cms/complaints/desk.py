"""Complaints on the desk: the list, each with its clock, and the page where one is decided or its reply taken over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from cms.agencies import of_seen
from cms.approval import ever_authors
from cms.complaints import deciding
from cms.complaints.complaint import Complaint, corrections_for
from cms.complaints.deciding import DECIDE
from cms.corrections import Correction
from cms.desk.due import due_badge
from publishing.desk.base import DeskView, may, paged
from publishing.desk.waiting import SHOWN, Row, Waiting, add_sources, counted

SEE, CHANGE = "cms.view_complaint", "cms.change_complaint"


class FilterForm(forms.Form):
    """What to show: those that nobody has decided, unless something else is asked for."""

    ALL = "all"

    state = forms.ChoiceField(
        required=False,
        label=_("Decision"),
        choices=[("", _("Not decided yet")), *Complaint.Outcome.choices, (ALL, _("All"))],
    )
    kind = forms.ChoiceField(
        required=False, label=_("What it is about"), choices=[("", _("All")), *Complaint.Kind.choices]
    )

    def rows(self, user: Any) -> Any:
        self.is_valid()
        state, kind = self.cleaned_data.get("state", ""), self.cleaned_data.get("kind", "")
        found = of_seen(user, Complaint.objects.select_related("page__locale"), "page")
        if not state:
            found = found.open().order_by("due_at", "pk")
        elif state != self.ALL:
            found = found.filter(outcome=state)
        return found.filter(kind=kind) if kind else found


class ComplaintsView(DeskView):
    """The list, what is due first on top."""

    allowed = (SEE,)
    page_title = _("Complaints")
    header_icon = "comment"
    template_name = "desk/complaints.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FilterForm(self.request.GET)
        listing = paged(self, form.rows(self.request.user))
        rows = [(one, due_badge(one.due_at) if one.decided_at is None else None) for one in listing["page_obj"]]
        return super().get_context_data(rows=rows, form=form, **listing, **kwargs)


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Decision"), choices=Complaint.Outcome.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Whoever complained reads this on their page. No names, no numbers."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": deciding.SAY_WHY},
    )
    correction = forms.ModelChoiceField(
        Correction.objects.none(),
        label=_("Correction that came of it"),
        help_text=_("If it is published already. A later correction of this answer is joined by itself."),
        required=False,
        empty_label=_("not yet"),
    )

    def __init__(self, complaint: Complaint, data: Any = None) -> None:
        super().__init__(data)
        correction: Any = self.fields["correction"]
        correction.queryset = corrections_for(complaint)
        if not correction.queryset:
            del self.fields["correction"]


class ComplaintView(DeskView):
    """One complaint. Its forms post here, with ``do`` saying which."""

    allowed = (SEE,)
    page_title = _("Complaint")
    header_icon = "comment"
    template_name = "desk/complaint.html"
    parents = ((_("Complaints"), "complaints"),)

    @cached_property
    def complaint(self) -> Complaint:
        rows = Complaint.objects.select_related("page__locale", "decided_by", "correction")
        rows = of_seen(self.request.user, rows, "page")
        found: Complaint = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    @cached_property
    def is_own(self) -> bool:
        page = self.complaint.page
        return page is not None and self.request.user.pk in ever_authors(page)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        complaint = self.complaint
        is_open = complaint.decided_at is None
        may_decide = is_open and self.may(DECIDE)
        context = {
            "complaint": complaint,
            "badge": due_badge(complaint.due_at) if is_open else None,
            "decision": DecisionForm(complaint) if may_decide and not self.is_own else None,
            "own_words": deciding.OWN if may_decide and self.is_own else "",
            "may_take_over": complaint.is_reply and complaint.page_id and self.may(CHANGE),
            "sees_contact": self.may(CHANGE, DECIDE),
            **kwargs,
        }
        return super().get_context_data(**context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deeds = {"decide": (self.decide, DECIDE), "take_over": (self.take_over, CHANGE)}
        deed, needed = deeds.get(request.POST.get("do", ""), (None, ""))
        if deed is None:
            raise Http404
        if not self.may(needed):
            raise PermissionDenied
        return deed()

    def decide(self) -> HttpResponse:
        form = DecisionForm(self.complaint, self.request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                deciding.decide(
                    self.complaint, self.request.user, said["outcome"], said["reason"], said.get("correction")
                )
            except deciding.Refusal as refusal:
                form.add_error(None, str(refusal.words))
            else:
                messages.success(self.request, gettext("Decided. Whoever complained sees it on their page."))
                return redirect("complaints")
        return self.render_to_response(self.get_context_data(decision=form))

    def take_over(self) -> HttpResponse:
        try:
            page = deciding.take_over(self.complaint, self.request.user)
        except deciding.Refusal as refusal:
            messages.error(self.request, str(refusal.words))
            return redirect("complaint_desk", self.complaint.pk)
        words = gettext("The reply stands in the draft, under “Correction”. Submit it: two others check it as always.")
        messages.success(self.request, words)
        return redirect("wagtailadmin_pages:edit", page.pk)


def complaints(user: Any) -> Waiting | None:
    """The part of the first page: complaints to decide, but not about answers of one's own."""
    if not may(user, DECIDE):
        return None
    found = of_seen(user, Complaint.objects.open(), "page").exclude(page__owner=user).order_by("due_at", "pk")
    rows = [
        Row(
            one.page.title if one.page else one.said,
            reverse("complaint_desk", args=[one.pk]),
            str(one.get_kind_display()),
            one.due_at,
            lang=one.page.locale.language_code if one.page else "",
        )
        for one in found.select_related("page__locale")[:SHOWN]
    ]
    return Waiting(
        "complaints", _("Complaints to decide"), "comment", tuple(rows), counted(rows, found), reverse("complaints"), 18
    )


add_sources(complaints)
