"""The delivery board: everything owed, what needs a person first, and what to do with several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, DateTimeField, F, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from publishing import by_hand
from publishing.agencies import visible_to
from publishing.desk.base import CHANGE_DELIVERIES, SEE_DELIVERIES, DeskView, contains, paged
from publishing.desk.deeds import BULK, CANCEL, DEEDS, Deed
from publishing.desk.words import Badge, behind, state_badge, why
from publishing.models import Channel, Delivery, State
from publishing.series import Series, all_series, series_of
from publishing.story import Action

IN_TROUBLE = Q(state__in=[State.FAILED, State.UNKNOWN, State.HELD])
TO_APPROVE = Q(state=State.PLANNED)
AT_STOPPED = Q(state=State.DUE, channel__stopped_at__isnull=False)
GROUPS = {
    "trouble": (_("Needs a person"), IN_TROUBLE),
    "approve": (_("Wording to approve"), TO_APPROVE),
    "stopped": (_("Waiting at a stopped channel"), AT_STOPPED),
}

# What comes first on the board; by time within each.
_RANK = Case(
    When(state=State.UNKNOWN, then=Value(0)),
    When(state=State.FAILED, then=Value(1)),
    When(state=State.PLANNED, then=Value(2)),
    When(state=State.HELD, then=Value(3)),
    When(AT_STOPPED, then=Value(4)),
    When(state__in=[State.SENDING, State.DUE], then=Value(5)),
    When(state=State.SENT, then=Value(6)),
    default=Value(7),
    output_field=IntegerField(),
)
_SOONEST = Case(
    When(state__in=[State.DUE, State.SENDING, State.PLANNED], then=F("due_at")), output_field=DateTimeField()
)


def _state_choices() -> list[tuple[str, Any]]:
    return [("", _("All")), *((name, label) for name, (label, _query) in GROUPS.items()), *State.choices]


def _series_choices(user: Any) -> list[tuple[str, Any]]:
    return [("", _("All")), *((one.key, one.name) for one in all_series(user))]


class FilterForm(forms.Form):
    """What to show. An unknown value shows everything."""

    q = forms.CharField(required=False, label=_("Contains"), widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(required=False, label=_("State"), choices=_state_choices)
    channel = forms.ModelChoiceField(Channel.objects.none(), required=False, label=_("Channel"), empty_label=_("All"))
    action = forms.ChoiceField(
        required=False, label=_("Kind of delivery"), choices=[("", _("All")), *Delivery.Actions.choices]
    )
    series = forms.ChoiceField(required=False, label=_("Campaign"))

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = visible_to(user, Channel.objects.all())  # type: ignore[attr-defined]
        self.fields["series"].choices = _series_choices(user)  # type: ignore[attr-defined]

    def apply(self, deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
        self.is_valid()
        asked = self.cleaned_data
        if state := asked.get("state"):
            deliveries = deliveries.filter(GROUPS[state][1] if state in GROUPS else Q(state=state))
        if channel := asked.get("channel"):
            deliveries = deliveries.filter(channel=channel)
        if action := asked.get("action"):
            deliveries = deliveries.filter(action=action)
        if series := asked.get("series"):
            deliveries = deliveries.filter(version__series=series)
        if text := asked.get("q"):
            deliveries = deliveries.filter(contains(text, ["version__title", "wording", "marker"]))
        return deliveries


@dataclass(frozen=True)
class Row:
    """A delivery as the board shows it."""

    delivery: Delivery
    badge: Badge
    why: str
    attempts: int
    deeds: tuple[Deed, ...]
    series: Series | None = None


def make_rows(deliveries: list[Delivery], may_change: bool) -> list[Row]:
    """Two queries, however many deliveries."""
    waiting = behind(deliveries)
    counts = dict(
        Delivery.objects.filter(pk__in=[one.pk for one in deliveries])
        .annotate(tries=Count("attempts", filter=~Q(attempts__step="person")))
        .values_list("pk", "tries")
    )
    return [
        Row(
            one,
            state_badge(one),
            why(one, one.pk in waiting),
            counts.get(one.pk, 0),
            tuple(deed for deed in BULK if may_change and deed.is_possible(one)),
            series_of(one.version),
        )
        for one in deliveries
    ]


def counts() -> dict[str, int]:
    """How many deliveries and channels wait for somebody. Two queries."""
    found = Delivery.objects.aggregate(
        trouble=Count("pk", filter=IN_TROUBLE), approve=Count("pk", filter=TO_APPROVE & ~Q(wording=""))
    )
    return {**found, "stopped": Channel.objects.filter(is_active=True, stopped_at__isnull=False).count()}


class DeliveriesView(DeskView):
    """The board. While somebody looks at it, desk.js asks for its live part again and again."""

    allowed = (SEE_DELIVERIES,)
    page_title = _("Deliveries")
    template_name = "publishing/deliveries.html"

    def get_template_names(self) -> list[str]:
        is_part = self.request.headers.get("X-Fragment") == "live"
        return ["publishing/deliveries_live.html"] if is_part else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FilterForm(self.request.user, self.request.GET)
        seen = visible_to(self.request.user, Delivery.objects.with_names())
        deliveries = form.apply(seen)
        listing = paged(self, deliveries.order_by(_RANK, _SOONEST, "-scheduled_at", "-pk"))
        rows = make_rows(list(listing["page_obj"]), self.may(CHANGE_DELIVERIES))
        return super().get_context_data(
            rows=rows,
            form=form,
            is_filtering=any(form.cleaned_data.values()),
            bulk=BULK if any(row.deeds for row in rows) else (),
            here=self.request.get_full_path(),
            trouble=seen.filter(IN_TROUBLE).count(),
            **listing,
            **kwargs,
        )


class BulkView(DeskView):
    """Holds, retries or cancels the deliveries that were ticked. Cancelling asks once more. POST only."""

    allowed = (CHANGE_DELIVERIES,)
    http_method_names = ["post"]
    page_title = _("Cancel these deliveries?")
    template_name = "publishing/cancel.html"
    parents = ((_("Deliveries"), "publishing_deliveries"),)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        where = get_valid_next_url_from_request(request) or reverse("publishing_deliveries")
        deed = DEEDS.get(request.POST.get("do", ""))
        if deed not in BULK:
            raise PermissionDenied
        ids = [int(one) for one in request.POST.getlist("delivery") if one.isdecimal()]
        deliveries = list(visible_to(request.user, Delivery.objects.with_names()).filter(pk__in=ids))
        if not deliveries:
            messages.warning(request, gettext("Nothing was changed: tick the deliveries first."))
        elif deed is CANCEL and not request.POST.get("confirmed"):
            return self.render_to_response(
                self.get_context_data(
                    deliveries=deliveries,
                    has_changes=any(one.action != Action.POST for one in deliveries),
                    next=where,
                    action_url=request.path,
                )
            )
        else:
            self._do(deed, deliveries)
        return redirect(where)

    def _do(self, deed: Deed, deliveries: list[Delivery]) -> None:
        refused = 0
        for delivery in deliveries:
            try:
                deed.do(delivery, self.request.user)
            except by_hand.Refused:
                refused += 1
        if done := len(deliveries) - refused:
            messages.success(self.request, f"{deed.done} ({done})")
        if refused:
            words = ngettext(
                "%(count)d delivery was left as it is: its state does not allow this.",
                "%(count)d deliveries were left as they are: their state does not allow this.",
                refused,
            )
            messages.warning(self.request, words % {"count": refused})
