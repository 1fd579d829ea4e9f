"""The page on which a person decides whether two incidents are one, and takes that back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.panels import Panel
from wagtail.snippets.widgets import AdminSnippetChooser

from cms.incidents import Incident
from cms.intake import merging
from cms.intake.alike import like_incident
from publishing.desk.base import DeskView

CHANGE = "cms.change_incident"
_MOST_DIGITS = 18


class OtherForm(forms.Form):
    other = forms.ModelChoiceField(
        Incident.objects.filter(merged_into__isnull=True),
        label=_("Another incident"),
        widget=AdminSnippetChooser(Incident, icon="warning"),
    )


class MergeView(DeskView):
    """One incident and what may be the same. POST ``do=merge`` keeps ``keep`` of ``one`` and ``other``; ``do=undo``."""

    allowed = (CHANGE,)
    header_icon = "link"
    page_title = _("The same incident?")
    template_name = "desk/intake_merge.html"

    @cached_property
    def incident(self) -> Incident:
        rows = _counted(Incident.objects.select_related("merged_into", "topic", "place"))
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("do", "")
        try:
            if verb == "undo":
                made = merging.undo(_number(request.POST.get("merge", "")), request.user)
                messages.success(request, gettext("Undone: both are incidents of their own again."))
                return redirect("intake_merge", made.merged_id)
            if verb == "choose":
                form = OtherForm(request.POST)
                if form.is_valid() and form.cleaned_data["other"].pk != self.incident.pk:
                    return redirect(f"{request.path}?other={form.cleaned_data['other'].pk}")
                messages.warning(request, gettext("Please choose another incident than this one."))
                return redirect(request.path)
            if verb not in {"this", "other"}:
                raise PermissionDenied
            keys = [self.incident.pk, _number(request.POST.get("other", ""))]
            kept, gone = keys if verb == "this" else reversed(keys)
            merging.merge(kept, gone, request.user)
        except merging.NotMergeable as why:
            messages.warning(request, str(why.args[0]))
            return redirect(request.path)
        undo = messages.button(reverse("intake_merge", args=[gone]), _("Look, or undo it"))
        messages.success(request, gettext("Merged. Everything goes on at this one."), buttons=[undo])
        return redirect("wagtailsnippets_cms_incident:edit", kept)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        others: list[Incident] = []
        if not self.incident.merged_into_id:
            asked = _number(self.request.GET.get("other", ""))
            keys = [asked, *(one.pk for one in like_incident(self.incident))]
            found = _counted(Incident.objects.filter(merged_into__isnull=True).exclude(pk=self.incident.pk)).in_bulk(
                keys
            )
            others = [found[key] for key in dict.fromkeys(keys) if key in found]
        return super().get_context_data(
            incident=self.incident, others=others, merges=_merges(self.incident), choose=OtherForm(), **kwargs
        )


def _counted(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """With how much hangs on each."""
    return rows.select_related("topic", "place", "handed_over__partner").annotate(
        seen=Count("appearances", distinct=True),
        sent=Count("submissions", distinct=True),
        answered=Count("answers", distinct=True),
    )


def _merges(incident: Incident) -> QuerySet[merging.IncidentMerge]:
    """What was merged into it, or it into, and not undone."""
    rows = merging.IncidentMerge.objects.filter(undone_at__isnull=True).select_related("kept", "merged", "by")
    return rows.filter(merged=incident) if incident.merged_into_id else rows.filter(kept=incident)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0


class SamePanel(Panel):
    """On an incident's own page: where it came from, what may be the same, and the way to merge."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/same_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            merged = self.instance.merged.count()
            return {
                **super().get_context_data(parent_context),
                "incident": self.instance,
                "like": like_incident(self.instance, most=3),
                "merged": merged,
            }
