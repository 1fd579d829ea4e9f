"""The wizard for a new campaign: one page of choices, and then the page editor with everything filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from campaigns import starting
from campaigns.campaign import Campaign
from campaigns.desk.base import SEE
from campaigns.taxonomy import ScamForm, TargetGroup
from cms.finding.search import fold
from cms.incidents import Incident
from publishing.desk.base import DeskView

MOST_INCIDENTS = 40
MOST_EARLIER = 30


class NewCampaignForm(forms.Form):
    """What a campaign starts from. ``scam_form`` may be left open where an earlier campaign is taken."""

    q = forms.CharField(label=_("Search the forms"), max_length=80, required=False)
    scam_form = forms.ModelChoiceField(label=_("Scam form"), queryset=ScamForm.objects.all(), required=False)
    earlier = forms.ModelChoiceField(
        label=_("Start from an earlier campaign"),
        queryset=Campaign.objects.none(),
        required=False,
        empty_label=_("No: start from the texts of the form"),
        help_text=_("Its texts, places to report and quiz are copied. Evidence is not: it must be looked at again."),
    )
    title = forms.CharField(
        label=_("Title"), max_length=255, required=False, help_text=_("Can be left empty and written later.")
    )
    incidents = forms.MultipleChoiceField(
        label=_("Incidents it answers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    target_groups = forms.ModelMultipleChoiceField(
        label=_("Target groups"),
        queryset=TargetGroup.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = forms.DateField(
        label=_("Starts on"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    ends_on = forms.DateField(label=_("Ends on"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier: Any = self.fields["earlier"]
        newest = starting.standing_campaigns().values("pk")[:MOST_EARLIER]
        earlier.queryset = Campaign.objects.filter(pk__in=newest).order_by("-first_published_at", "-pk")
        self._incidents = {str(incident.pk): incident for incident in _incidents()}
        incidents: Any = self.fields["incidents"]
        incidents.choices = [(pk, _told(incident)) for pk, incident in self._incidents.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        earlier = cleaned.get("earlier")
        if not cleaned.get("scam_form"):
            cleaned["scam_form"] = earlier.scam_form if earlier else None
        if not cleaned["scam_form"] and "scam_form" not in self.errors:
            self.add_error("scam_form", _("Choose the form of the scam, or an earlier campaign."))
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", _("The campaign ends before it starts."))
        cleaned["incidents"] = [self._incidents[pk] for pk in cleaned.get("incidents", [])]
        return cleaned

    def groups(self) -> list[tuple[str, list[tuple[ScamForm, bool]]]]:
        """(heading, [(form, whether it is chosen)]) of the forms that have all words of the search.

        The chosen one is always among them, so that a search loses nothing.
        """
        words = fold(str(self["q"].value() or "")).split()
        chosen = str(self["scam_form"].value() or "")
        found: dict[str, list[tuple[ScamForm, bool]]] = {}
        for form in ScamForm.objects.all():
            text = fold(" ".join([form.name, *form.names.values(), form.in_short]))
            if str(form.pk) == chosen or all(word in text for word in words):
                found.setdefault(form.group, []).append((form, str(form.pk) == chosen))
        labels = dict(ScamForm.Group.choices)
        return [(str(labels[group]), found[group]) for group in ScamForm.Group.values if group in found]


def _incidents() -> list[Incident]:
    """What a campaign may answer: open scams first, then what else is open, then the newest of the rest."""
    status, kind = Incident.Status, Incident.Kind
    is_open = [status.REPORTED, status.VERIFYING, status.AGAIN]
    rank = Case(
        When(kind__in=[kind.SCAM, kind.IMPERSONATION], status__in=is_open, then=Value(0)),
        When(kind__in=[kind.SCAM, kind.IMPERSONATION], then=Value(1)),
        When(status__in=is_open, then=Value(2)),
        default=Value(3),
    )
    return list(Incident.objects.annotate(rank=rank).order_by("rank", "urgency", "-first_seen_at")[:MOST_INCIDENTS])


def _told(incident: Incident) -> str:
    return f"{incident} ({incident.get_kind_display()}, {incident.get_status_display()})"


class NewCampaignView(DeskView):
    """Chooses what a campaign starts from. The search is the same form sent by GET, so that nothing typed is lost."""

    allowed = SEE
    header_icon = "bullhorn"
    parents = ((_("Campaigns"), "campaigns_all"),)
    page_title = _("New campaign")
    template_name = "campaigns/desk/new.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if starting.place_for_new(request.user) is None:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._searched(request.GET)

    def _searched(self, asked: QueryDict) -> HttpResponse:
        typed: dict[str, Any] = {name: asked.getlist(name) for name in ("incidents", "target_groups")}
        typed |= {name: asked.get(name, "") for name in ("q", "scam_form", "earlier", "title", "ends_on")}
        starts_on = asked.get("starts_on", timezone.localdate().isoformat())
        return self._shown(NewCampaignForm(initial={**typed, "starts_on": starts_on}))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        asked = request.POST
        if asked.get("q") and not asked.get("scam_form") and not asked.get("earlier"):
            return self._searched(asked)  # Enter in the search field: nothing is chosen yet, so nothing is wrong yet
        form = NewCampaignForm(request.POST)
        if not form.is_valid():
            return self._shown(form)
        chosen = {name: value for name, value in form.cleaned_data.items() if name != "q"}
        page = starting.start(request.user, **chosen)
        messages.success(
            request, gettext("The draft is there. Check every text, add evidence and say why, then submit it.")
        )
        return redirect("wagtailadmin_pages:edit", page.pk)

    def _shown(self, form: NewCampaignForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, groups=form.groups()))
