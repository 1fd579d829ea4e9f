"""The desk of warnings: all of them, those of one campaign, writing one, and what can be done with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.models import Locale

from campaigns.alerts import deeds
from campaigns.alerts.models import Alert, Subscriber
from campaigns.campaign import Campaign
from campaigns.desk.base import SEE_ALERTS, CampaignDeskView, Part, parts
from campaigns.lines import lines
from campaigns.second_person import Refused
from cms.agencies import of_seen, visible_to
from publishing.agencies import sees_all
from publishing.desk.base import DeskView, paged
from publishing.desk.words import Badge

MINUTE = "%Y-%m-%dT%H:%M"
State = Alert.State
WAITING_FIRST = Case(When(state=State.SUBMITTED, then=0), default=1)


def _summary(campaign: Campaign) -> str:
    """Two queries."""
    now = campaign.alerts.current().count()
    waiting = campaign.alerts.filter(state=State.SUBMITTED).count()
    shown = ngettext("%(count)d holds now", "%(count)d hold now", now) % {"count": now}
    if not waiting:
        return shown
    return shown + ", " + ngettext("%(count)d waits", "%(count)d wait", waiting) % {"count": waiting}


parts.append(Part(_("Warnings"), "campaigns_alerts", "warning", SEE_ALERTS, _summary, order=60))


def badge(alert: Alert) -> Badge:
    """Where it stands. An approved one must have been asked for with ``with_standing``."""
    if alert.state != State.APPROVED:
        icon, tone = {
            State.DRAFT: ("draft", "quiet"),
            State.SUBMITTED: ("time", "care"),
            State.REFUSED: ("warning", "bad"),
        }[State(alert.state)]
        return Badge(str(alert.get_state_display()), icon, tone)
    after = alert.__dict__.get("after_message")
    if alert.is_cancel:
        return Badge(gettext("takes a warning back"), "circle-check", "good")
    if after:
        taken_back = after == Alert.Message.CANCEL
        return Badge(gettext("taken back") if taken_back else gettext("replaced"), "circle-xmark", "quiet")
    if alert.is_over:
        return Badge(gettext("over"), "circle-check", "quiet")
    return Badge(gettext("shown now"), "warning", "busy") if alert.is_out else Badge(gettext("planned"), "time", "busy")


def with_standing(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """What a list shows of each: its campaign, what became of it, and its mails in numbers. Never an address."""
    after = Alert.objects.order_by().filter(replaces=OuterRef("pk"), state=State.APPROVED).values("message")[:1]
    return rows.select_related("campaign", "made_by", "approved_by", "replaces").annotate(
        after_message=Subquery(after),
        mails_sent=Count("mails", filter=Q(mails__sent_at__isnull=False)),
        mails_refused=Count("mails", filter=Q(mails__refused_at__isnull=False)),
        mails_waiting=Count("mails", filter=Q(mails__sent_at__isnull=True, mails__refused_at__isnull=True)),
    )


def _rows(view: DeskView, rows: QuerySet[Alert]) -> dict[str, Any]:
    """A page of a list. What waits for somebody comes first."""
    listing = paged(view, with_standing(rows).order_by(WAITING_FIRST, "-made_at", "-pk"))
    return {
        **listing,
        "rows": [(one, badge(one)) for one in listing["page_obj"]],
        "may_write": view.may(deeds.ADD),
        "subscribers": Subscriber.objects.filter(confirmed_at__isnull=False).count(),
    }


class AlertsView(DeskView):
    """All warnings of the site."""

    allowed = (SEE_ALERTS,)
    header_icon = "warning"
    page_title = _("Warnings")
    template_name = "campaigns/desk/alerts.html"
    parents = ((_("Campaigns"), "campaigns_all"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **_rows(self, of_seen(self.request.user, Alert.objects.all(), "campaign")), **kwargs
        )


class CampaignAlertsView(CampaignDeskView):
    """The warnings of one campaign."""

    allowed = (SEE_ALERTS,)
    page_title = _("Warnings")
    template_name = "campaigns/desk/campaign_alerts.html"
    url_name = "campaigns_alerts"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**_rows(self, self.campaign.alerts.all()), **kwargs)


# Writing -------------------------------------------------------------------------------------------------------


class AlertForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Alert
        fields = [
            "headline",
            "description",
            "instruction",
            "severity",
            "starts_at",
            "expires_at",
            "places",
            "sends_mail",
            "language",
            "campaign",
        ]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "instruction": forms.Textarea(attrs={"rows": 4}),
            "starts_at": forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"}),
            "expires_at": forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"}),
            "places": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_all(user):
            self.fields["campaign"].queryset = visible_to(user, Campaign.objects.all())  # type: ignore[attr-defined]
        spoken = [(one.language_code, str(one)) for one in Locale.objects.all()]
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=spoken)
        self.fields["starts_at"].help_text = _("Vietnamese time.")
        self.fields["expires_at"].help_text = _("At most 14 days later. Vietnamese time.")
        self.fields["campaign"].help_text = _("Readers are led from the warning to the campaign's page.")
        if self.instance.replaces_id:  # what replaces another begins when it is approved, and keeps its place
            for name in ("starts_at", "language", "campaign"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Says at once what would stand in the way later."""
        values = super().clean() or {}
        if not self.errors:
            draft = self.instance
            for name, value in values.items():
                if name != "places":
                    setattr(draft, name, value)
            for words in deeds.problems(draft):
                self.add_error(None, str(words))
        return values


def words_of(campaign: Campaign) -> dict[str, Any]:
    """What a new warning starts from: the campaign's own words."""
    signs = "\n".join(lines(campaign.signs))
    return {
        "campaign": campaign,
        "language": campaign.locale.language_code,
        "headline": campaign.title[:140],
        "description": f"{campaign.short_answer}\n\n{signs}".strip()[:1200],
        "instruction": "\n".join(lines(campaign.do_now))[:600],
        "places": list(campaign.places.all()),
    }


class WriteAlertView(DeskView):
    """A new warning, from nothing or (``?campaign=``) from a campaign's words; or one that may still be changed."""

    allowed: ClassVar[tuple[str, ...]] = (deeds.ADD, deeds.CHANGE)
    header_icon = "warning"
    page_title = _("Write a warning")
    template_name = "campaigns/desk/write_alert.html"
    parents = ((_("Campaigns"), "campaigns_all"), (_("Warnings"), "campaigns_alerts_all"))

    @cached_property
    def alert(self) -> Alert:
        if pk := self.kwargs.get("pk"):
            rows = Alert.objects.select_related("campaign", "replaces")
            return get_object_or_404(of_seen(self.request.user, rows, "campaign"), pk=pk)
        return Alert()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.alert.pk and not deeds.may_be_written(self.alert):
            messages.error(request, str(deeds.NOT_NOW))
            return redirect("campaigns_alert", self.alert.pk)
        initial = {}
        asked = request.GET.get("campaign", "")
        if not self.alert.pk and asked.isdecimal():
            campaigns = visible_to(request.user, Campaign.objects.select_related("locale"))
            initial = words_of(get_object_or_404(campaigns, pk=int(asked)))
        return self.render_to_response(
            self.get_context_data(form=AlertForm(user=request.user, instance=self.alert, initial=initial))
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = AlertForm(request.POST, user=request.user, instance=self.alert)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            alert = deeds.write(form.instance, request.user, form.cleaned_data["places"])
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.render_to_response(self.get_context_data(form=form))
        messages.success(request, gettext("Saved. Please read it as readers will see it, and submit it."))
        return redirect("campaigns_alert", alert.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("campaigns_alert", args=[self.alert.pk]) if self.alert.pk else reverse("campaigns_alerts_all")
        return super().get_context_data(alert=self.alert, back=back, **kwargs)


# One warning ---------------------------------------------------------------------------------------------------

DONE = {
    "submit": _("Submitted. A second person must approve it."),
    "approve": _("Approved."),
    "send_back": _("Sent back."),
    "change": _("This is a draft. It replaces the warning when a second person has approved it."),
    "take_back": _("Waits for a second person: the warning is shown until somebody approves this."),
}


class AlertView(DeskView):
    """One warning as readers will see it, with where it stands and what this person may do. POST does it."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_ALERTS,)
    header_icon = "warning"
    page_title = _("Warning")
    template_name = "campaigns/desk/alert.html"
    parents = ((_("Campaigns"), "campaigns_all"), (_("Warnings"), "campaigns_alerts_all"))

    @cached_property
    def alert(self) -> Alert:
        seen = of_seen(self.request.user, Alert.objects.all(), "campaign")
        return get_object_or_404(with_standing(seen), pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name, words = request.POST.get("do", ""), request.POST.get("words", "")
        if name not in DONE:
            raise PermissionDenied
        verbs: dict[str, Any] = {
            "submit": lambda: deeds.submit(self.alert, request.user),
            "approve": lambda: deeds.approve(self.alert, request.user, seen=request.POST.get("seen", "") or "-"),
            "send_back": lambda: deeds.send_back(self.alert, request.user, words),
            "change": lambda: deeds.change(self.alert, request.user),
            "take_back": lambda: deeds.take_back(self.alert, request.user, words),
        }
        try:
            done = verbs[name]()
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("campaigns_alert", self.alert.pk)
        messages.success(request, str(DONE[name]))
        return redirect("campaigns_alert_edit" if name == "change" else "campaigns_alert", done.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alert, user = self.alert, self.request.user
        is_draft = deeds.may_be_written(alert)
        next_one = Alert.objects.filter(replaces=alert).first() if alert.state == State.APPROVED else None
        is_standing = alert.state == State.APPROVED and not alert.is_cancel
        wrote = user.pk in alert.writers.values_list("pk", flat=True)
        return super().get_context_data(
            alert=alert,
            badge=badge(alert),
            digest=deeds.digest(alert),
            places=list(alert.places.all()),
            problems=deeds.problems(alert) if alert.state != State.APPROVED else [],
            next_one=next_one,
            wrote=wrote,
            may_edit=is_draft and self.may(deeds.CHANGE),
            may_submit=is_draft and self.may(deeds.ADD, deeds.CHANGE),
            may_approve=alert.state == State.SUBMITTED and self.may(deeds.APPROVE) and not wrote,
            may_send_back=alert.state == State.SUBMITTED and self.may(deeds.APPROVE, deeds.CHANGE),
            may_replace=is_standing and self.may(deeds.ADD) and not (next_one and next_one.state == State.APPROVED),
            **kwargs,
        )
