"""The history of a story, for everybody who works on it, and the whole log, for administrators."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms.agencies import visible_to
from cms.audit.entries import AuditEntry, head
from cms.audit.exporting import FORMATS, lines, piece, within
from cms.audit.history import Scope, important, line
from cms.audit.history import lines as told
from cms.audit.words import GROUPS
from cms.incidents import Incident
from cms.pages.answer import Answer
from publishing.desk.base import SEE_DELIVERIES, DeskView, paged

SEE_HISTORY = "cms.see_history"
SEE_ALL = "cms.view_auditentry"

# Where an entry's subject is looked at, by type: the name of an address that takes its id. Other apps add theirs.
pages_of = {
    "wagtailcore.page": "wagtailadmin_pages:edit",
    "cms.incident": "wagtailsnippets_cms_incident:edit",
    "cms.submission": "inbox_group",
    "cms.user": "wagtailusers_users:edit",
    "auth.group": "wagtailusers_groups:edit",
    "publishing.delivery": "publishing_delivery",
    "publishing.channel": "publishing_channel",
}


def page_of(entry: AuditEntry) -> str:
    """Address of the admin's page of what the entry is about; empty if there is none."""
    name = pages_of.get(entry.subject_type)
    try:
        return reverse(name, args=[entry.subject_id]) if name and entry.subject_id else ""
    except NoReverseMatch:
        return ""


def _group_choices() -> list[tuple[str, Any]]:
    return [("", _("All")), *((name, label) for name, (label, _query) in GROUPS.items())]


class HistoryFilter(forms.Form):
    """What of a story's history is shown. An unknown value shows all."""

    kind = forms.ChoiceField(required=False, label=_("Kind of step"), choices=_group_choices)
    every = forms.ChoiceField(
        required=False, label=_("How much"), choices=[("", _("Main steps")), ("on", _("Every small step too"))]
    )

    def apply(self, entries: Any) -> Any:
        self.is_valid()
        if kind := self.cleaned_data.get("kind"):
            entries = entries.filter(GROUPS[kind][1])
        return entries if self.cleaned_data.get("every") else important(entries)


class HistoryView(DeskView):
    """How a story was handled, oldest first. ``of`` in the address: page or incident."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_HISTORY, SEE_ALL)
    page_title = _("Handling history")
    header_icon = "history"
    template_name = "desk/audit_history.html"

    @cached_property
    def scope(self) -> Scope:
        if self.kwargs["of"] == "incident":
            return Scope.of_incident(get_object_or_404(Incident, pk=self.kwargs["pk"]))
        answers = visible_to(self.request.user, Answer.objects.select_related("locale"))
        return Scope.of_page(get_object_or_404(answers, pk=self.kwargs["pk"]).specific)

    @property
    def subject(self) -> str:
        return str(self.scope.incidents[0] if self.kwargs["of"] == "incident" else self.scope.pages[0].draft_title)

    def get_page_title(self) -> str:
        return f"{self.page_title}: {self.subject}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = HistoryFilter(self.request.GET)
        listing = paged(self, form.apply(self.scope.entries()))
        rows = told(listing["page_obj"].object_list)
        return super().get_context_data(
            subject=self.subject,
            scope=self.scope,
            form=form,
            rows=[(line, "" if self.scope.is_plain(line.entry) else line.about) for line in rows],
            may_see_deliveries=self.may(SEE_DELIVERIES),
            may_see_incidents=self.may("cms.view_incident"),
            here=self.request.path,
            is_filtering=bool(form.cleaned_data.get("kind") or form.cleaned_data.get("every")),
            **listing,
            **kwargs,
        )


class LogFilter(forms.Form):
    """Which entries are shown, and exported. A value that cannot be read is left out, and said."""

    by = forms.ModelChoiceField(
        get_user_model().objects.none(), required=False, label=_("Person"), empty_label=_("All")
    )
    kind = forms.ChoiceField(required=False, label=_("Kind of step"), choices=_group_choices)
    start = forms.DateField(required=False, label=_("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    end = forms.DateField(required=False, label=_("To"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].queryset = get_user_model().objects.order_by("last_name", "first_name", "username")  # type: ignore[attr-defined]

    def apply(self) -> Any:
        """The entries asked for, newest first."""
        self.is_valid()
        asked = self.cleaned_data
        entries = AuditEntry.objects.order_by("-number")
        if person := asked.get("by"):
            entries = entries.filter(by=person.pk)
        if kind := asked.get("kind"):
            entries = entries.filter(GROUPS[kind][1])
        return within(entries, asked.get("start"), asked.get("end"))


class LogView(DeskView):
    """Every entry, newest first, with filters and the head of the chain. POST hands out a file of the period."""

    allowed = (SEE_ALL,)
    page_title = _("Audit log")
    header_icon = "history"
    template_name = "desk/audit_log.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse | HttpResponse:
        form, kind = LogFilter(request.POST), request.POST.get("format", "")
        if kind not in FORMATS:
            raise PermissionDenied
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        log(instance=request.user, action="cms.audit_export", user=request.user)
        entries = piece(form.cleaned_data["start"], form.cleaned_data["end"])
        answer = StreamingHttpResponse(lines(entries, kind), content_type=f"{FORMATS[kind]}; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.{kind}"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or LogFilter(self.request.GET)
        listing = paged(self, form.apply())
        number, hashed = head()
        return super().get_context_data(
            form=form,
            rows=[(line(entry), page_of(entry)) for entry in listing["page_obj"].object_list],
            number=number,
            hash=hashed,
            is_filtering=any(form.cleaned_data.values()),
            here=f"{self.request.path}?{urlencode(self.request.GET)}",
            **listing,
            **kwargs,
        )
