"""The desk of indicators: those of a campaign and all of them, writing and deciding, and the whole list to take along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.snippets.widgets import AdminSnippetChooser

from campaigns import exports, indicator_deeds
from campaigns.campaign import Campaign
from campaigns.desk.base import SEE_INDICATORS, CampaignDeskView, Part, parts
from campaigns.indicator_rules import shown
from campaigns.indicators import Indicator, ListingComplaint
from campaigns.second_person import Refused
from cms.agencies import of_seen, visible_to
from cms.kept import KeptCopy
from publishing.agencies import sees_all
from publishing.desk.base import DeskView, contains, paged
from publishing.desk.channel_forms import AddressField
from publishing.desk.words import Badge

State = Indicator.State
SOON = timedelta(days=14)  # before it ends somebody should look again
_BADGES = {
    State.DRAFT: ("draft", "quiet"),
    State.SUBMITTED: ("time", "care"),
    State.APPROVED: ("circle-check", "good"),
    State.HIDDEN: ("circle-xmark", "bad"),
}
_OPEN = Count("complaints", filter=Q(complaints__state=ListingComplaint.State.OPEN))
_FIRST = Case(When(open_complaints__gt=0, then=0), When(state=State.SUBMITTED, then=1), default=2)


def _summary(campaign: Campaign) -> str:
    listed = campaign.indicators.filter(state=State.APPROVED, expires_on__gte=timezone.localdate()).count()
    waiting = campaign.indicators.filter(state=State.SUBMITTED).count()
    said = ngettext("%(count)d listed", "%(count)d listed", listed) % {"count": listed}
    if not waiting:
        return said
    return said + ", " + ngettext("%(count)d waits", "%(count)d wait", waiting) % {"count": waiting}


parts.append(Part(_("Indicators"), "campaigns_indicators", "list-ul", SEE_INDICATORS, _summary, order=50))


def badge(one: Indicator) -> Badge:
    if one.state == State.APPROVED:
        left = one.expires_on - timezone.localdate()
        if left < timedelta():
            return Badge(gettext("over: look again"), "time", "care")
        if left <= SOON:
            return Badge(gettext("ends soon: look again"), "time", "care")
        return Badge(gettext("listed"), "circle-check", "good")
    icon, tone = _BADGES[State(one.state)]
    return Badge(str(one.get_state_display()), icon, tone)


def _rows(view: DeskView, rows: QuerySet[Indicator]) -> dict[str, Any]:
    text = view.request.GET.get("q", "").strip()
    if text:
        rows = rows.filter(contains(text, ["value", "normal"]))
    rows = rows.select_related("campaign").annotate(open_complaints=_OPEN).order_by(_FIRST, "-made_at", "-pk")
    listing = paged(view, rows)
    return {
        **listing,
        "rows": [(one, badge(one)) for one in listing["page_obj"]],
        "may_write": view.may(indicator_deeds.ADD),
        "q": text,
    }


class IndicatorsView(DeskView):
    """All indicators: those complained about first, then those that wait."""

    allowed = (SEE_INDICATORS,)
    header_icon = "list-ul"
    page_title = _("Indicators")
    template_name = "campaigns/desk/indicators.html"
    parents = ((_("Campaigns"), "campaigns_all"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_partners = sees_all(self.request.user) and self.may("campaigns.view_partner")
        seen = of_seen(self.request.user, Indicator.objects.all(), "campaign")
        return super().get_context_data(may_partners=may_partners, **_rows(self, seen), **kwargs)


class CampaignIndicatorsView(CampaignDeskView):
    """Those of one campaign."""

    allowed = (SEE_INDICATORS,)
    page_title = _("Indicators")
    template_name = "campaigns/desk/campaign_indicators.html"
    url_name = "campaigns_indicators"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**_rows(self, self.campaign.indicators.all()), **kwargs)


class WholeListView(DeskView):
    """All that is listed, whole, as CSV: for people whose role may see indicators, on their own computers."""

    allowed = (SEE_INDICATORS,)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Indicator.objects.public().select_related("campaign__locale").order_by("pk")
        answer = HttpResponse(exports.as_csv(exports.rows_of(rows, whole=True)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="indicators-whole.csv"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class IndicatorForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Indicator
        fields = ["kind", "value", "evidence", "evidence_url", "kept_copy", "seen_on", "expires_on"]
        field_classes = {"evidence_url": AddressField}
        widgets = {
            "value": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            "evidence": forms.Textarea(attrs={"rows": 3}),
            "evidence_url": forms.TextInput(attrs={"inputmode": "url"}),
            "kept_copy": AdminSnippetChooser(KeptCopy),
            "seen_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "expires_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }


class LookAgainForm(forms.Form):
    seen_on = forms.DateField(label=_("seen on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    expires_on = forms.DateField(
        label=_("shown until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class WriteIndicatorView(DeskView):
    """A new indicator of a campaign (``campaign`` in the address), or a draft."""

    allowed: ClassVar[tuple[str, ...]] = (indicator_deeds.ADD, indicator_deeds.CHANGE)
    header_icon = "list-ul"
    page_title = _("Write an indicator")
    template_name = "campaigns/desk/write_indicator.html"
    parents = ((_("Campaigns"), "campaigns_all"), (_("Indicators"), "campaigns_indicators_all"))

    @cached_property
    def indicator(self) -> Indicator:
        if pk := self.kwargs.get("pk"):
            rows = Indicator.objects.select_related("campaign")
            return get_object_or_404(of_seen(self.request.user, rows, "campaign"), pk=pk)
        campaigns = visible_to(self.request.user, Campaign.objects.all())
        return Indicator(campaign=get_object_or_404(campaigns, pk=self.kwargs["of"]))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.indicator.pk and self.indicator.state != State.DRAFT:
            messages.error(request, str(indicator_deeds.NOT_NOW))
            return redirect("campaigns_indicator", self.indicator.pk)
        initial = {} if self.indicator.pk else {"expires_on": timezone.localdate() + timedelta(days=90)}
        form = IndicatorForm(instance=self.indicator, initial=initial)
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = IndicatorForm(request.POST, instance=self.indicator)
        if form.is_valid():
            try:
                made = indicator_deeds.write(form.instance, request.user)
            except Refused as refused:
                form.add_error("value", str(refused))
            else:
                messages.success(request, gettext("Saved. Please read it as readers will see it, and submit it."))
                return redirect("campaigns_indicator", made.pk)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(indicator=self.indicator, **kwargs)


DONE = {
    "submit": _("Submitted. A second person must approve it."),
    "approve": _("Approved."),
    "send_back": _("Sent back."),
    "hide": _("It is off the list."),
    "look_again": _("Waits for a second person; until then it is not listed."),
    "agree": _("It is off the list."),
    "refuse": _("The complaint is turned down; it stays on the list."),
}


class IndicatorView(DeskView):
    """One indicator, whole and as the public sees it, with the complaints about it. POST does something with it."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_INDICATORS,)
    header_icon = "list-ul"
    page_title = _("Indicator")
    template_name = "campaigns/desk/indicator.html"
    parents = ((_("Campaigns"), "campaigns_all"), (_("Indicators"), "campaigns_indicators_all"))

    @cached_property
    def indicator(self) -> Indicator:
        rows = Indicator.objects.select_related("campaign", "approved_by", "kept_copy")
        return get_object_or_404(of_seen(self.request.user, rows, "campaign"), pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("do", "")
        if name not in DONE:
            raise PermissionDenied
        try:
            self._do(name, request.POST.get("words", ""))
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, str(DONE[name]))
        return redirect("campaigns_indicator", self.indicator.pk)

    def _do(self, name: str, words: str) -> None:
        one, user = self.indicator, self.request.user
        if name in ("agree", "refuse"):
            asked = self.request.POST.get("complaint", "")
            complaint = get_object_or_404(one.complaints, pk=int(asked) if asked.isdecimal() else 0)
            indicator_deeds.decide(complaint, user, agrees=name == "agree", words=words)
        elif name == "look_again":
            form = LookAgainForm(self.request.POST)
            if not form.is_valid():
                raise Refused(_("Please give both days."))
            indicator_deeds.look_again(one, user, **form.cleaned_data)
        elif name in ("send_back", "hide"):
            {"send_back": indicator_deeds.send_back, "hide": indicator_deeds.hide}[name](one, user, words)
        else:
            {"submit": indicator_deeds.submit, "approve": indicator_deeds.approve}[name](one, user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one, user = self.indicator, self.request.user
        writers = list(one.writers.all())
        wrote = user in writers
        today = timezone.localdate()
        return super().get_context_data(
            indicator=one,
            badge=badge(one),
            shown=shown(one.kind, one.value),
            writers=writers,
            wrote=wrote,
            complaints=list(one.complaints.select_related("decided_by")),
            problems=indicator_deeds.problems(one) if one.state in (State.DRAFT, State.SUBMITTED) else [],
            look_again=LookAgainForm(initial={"seen_on": today, "expires_on": today + timedelta(days=90)}),
            public_url=reverse("indicators"),
            may_edit=one.state == State.DRAFT and self.may(indicator_deeds.CHANGE),
            may_submit=one.state == State.DRAFT and self.may(indicator_deeds.ADD, indicator_deeds.CHANGE),
            may_approve=one.state == State.SUBMITTED and self.may(indicator_deeds.APPROVE) and not wrote,
            may_send_back=one.state == State.SUBMITTED and self.may(indicator_deeds.APPROVE, indicator_deeds.CHANGE),
            may_hide=one.state == State.APPROVED and self.may(indicator_deeds.APPROVE),
            may_look_again=one.state in (State.APPROVED, State.HIDDEN) and self.may(indicator_deeds.CHANGE),
            may_decide=self.may(indicator_deeds.APPROVE),
            **kwargs,
        )
