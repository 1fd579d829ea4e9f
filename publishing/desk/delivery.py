"""One delivery: what it shows, where it stands, everything that was tried, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from publishing import by_hand
from publishing.agencies import visible_to
from publishing.channels.base import Outcome
from publishing.desk.base import APPROVE, CHANGE_CHANNELS, CHANGE_DELIVERIES, SEE_DELIVERIES, DeskView, may
from publishing.desk.deeds import (
    APPROVE_WORDING,
    BULK,
    CANCEL,
    DEEDS,
    DONE_BY_HAND,
    MOVE,
    OWE_AGAIN,
    REFUSE_WORDING,
    SETTLE,
    Deed,
)
from publishing.desk.figures import course
from publishing.desk.preview import automatic_wording, preview
from publishing.desk.words import OUTCOMES, STEPS, WAYS, adapter_class, behind, channel_badge, state_badge, why
from publishing.models import Attempt, Delivery, State
from publishing.story import Action, Way


class ThereForm(forms.Form):
    """A person found the post on the channel."""

    url = forms.URLField(
        required=False,
        max_length=600,
        assume_scheme="https",
        label=_("Its address, if it has one"),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )


class NotThereForm(forms.Form):
    """A person looked, and it is not there. Sending it again by mistake would make a second copy: so this is ticked."""

    looked = forms.BooleanField(
        label=_("I have looked on the channel itself, and it is not there"),
        error_messages={"required": _("Please look on the channel first, then tick this.")},
    )


class SendBackForm(forms.Form):
    """Why a wording is not approved."""

    reason = forms.CharField(
        max_length=300, label=_("What should be changed"), widget=forms.Textarea(attrs={"rows": 2})
    )


@dataclass(frozen=True)
class Try:
    """An attempt in words."""

    attempt: Attempt
    step: str
    outcome: str
    is_good: bool

    @classmethod
    def of(cls, attempt: Attempt) -> Try:
        is_person = attempt.step == Attempt.Steps.PERSON
        outcome = "" if is_person else str(OUTCOMES[Outcome(attempt.outcome)])
        return cls(attempt, str(STEPS[Attempt.Steps(attempt.step)]), outcome, attempt.outcome == Outcome.OK)


class DeliveryView(DeskView):
    """The page of one delivery. Its buttons post to ``DeedView``."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_DELIVERIES,)
    page_title = _("Delivery")
    template_name = "publishing/delivery.html"
    parents = ((_("Deliveries"), "publishing_deliveries"),)

    @cached_property
    def delivery(self) -> Delivery:
        delivery: Delivery = get_object_or_404(
            visible_to(self.request.user, Delivery.objects.with_names().select_related("made_by")),
            pk=self.kwargs["pk"],
        )
        return delivery

    def get_page_title(self) -> str:
        return str(self.delivery)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one, user = self.delivery, self.request.user
        action = Action(one.action)
        is_known = adapter_class(one.channel) is not None
        way = one.channel.bare_adapter().way(action) if is_known else Way.NONE
        is_own = one.wording_by_id == user.pk
        return super().get_context_data(
            **{
                "there": ThereForm(),
                "not_there": NotThereForm(),
                "by_hand": ThereForm(prefix="by_hand"),
                "send_back": SendBackForm(),
                "delivery": one,
                "story": one.version.story,
                "badge": state_badge(one),
                "channel_badge": channel_badge(one.channel),
                "why": why(one, bool(behind([one]))),
                "way": WAYS.get(way, ""),
                "shown": preview(one.channel, one.version.story, action, one.marker, one.wording),
                "automatic": automatic_wording(one.channel, one.version.story, action) if one.wording else "",
                "wording_label": gettext(one.channel.adapter_class.wording_label) if is_known else "",
                "tries": [Try.of(attempt) for attempt in one.attempts.select_related("by")],
                "deeds": [deed for deed in BULK if deed.may(user) and deed.is_possible(one)],
                "may_owe_again": OWE_AGAIN.is_possible(one) and OWE_AGAIN.may(user),
                "may_settle": SETTLE.is_possible(one) and SETTLE.may(user),
                "may_do_by_hand": DONE_BY_HAND.is_possible(one) and DONE_BY_HAND.may(user),
                "may_move": MOVE.is_possible(one) and MOVE.may(user),
                "may_approve": one.is_wording_pending and APPROVE_WORDING.may(user) and not is_own,
                "is_own_wording": one.is_wording_pending and is_own,
                "shows_trace": may(user, CHANGE_CHANNELS),
                "is_out": one.action == Action.POST and one.state == State.SENT,
                **course(one),
                **kwargs,
            }
        )


class DeedView(DeliveryView):
    """Carries out one deed. GET shows the question before a cancellation, and is refused for anything else."""

    allowed = (CHANGE_DELIVERIES, APPROVE)

    @cached_property
    def deed(self) -> Deed:
        deed = DEEDS.get(self.kwargs["deed"])
        if deed is None or not deed.may(self.request.user):
            raise PermissionDenied
        return deed

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.deed is not CANCEL:
            return self.http_method_not_allowed(request, *args, **kwargs)
        self.template_name = "publishing/cancel.html"
        return self.render_to_response(
            self.get_context_data(
                deliveries=[self.delivery],
                has_changes=self.delivery.action != Action.POST,
                action_url=request.path,
                next=self._where().url,
            )
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        values: dict[str, Any] = {}
        if self.deed is SETTLE:
            is_there = request.POST.get("is_there") == "yes"
            form = ThereForm(request.POST) if is_there else NotThereForm(request.POST)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(**{"there" if is_there else "not_there": form}))
            is_wanted = request.POST.get("is_wanted") != "no"
            values = {"is_there": is_there, "url": form.cleaned_data.get("url", ""), "is_wanted": is_wanted}
        elif self.deed is DONE_BY_HAND:
            done = ThereForm(request.POST, prefix="by_hand")
            if not done.is_valid():
                return self.render_to_response(self.get_context_data(by_hand=done))
            values = done.cleaned_data
        elif self.deed is REFUSE_WORDING:
            send_back = SendBackForm(request.POST)
            if not send_back.is_valid():
                return self.render_to_response(self.get_context_data(send_back=send_back))
            values = send_back.cleaned_data
        try:
            self.deed.do(self.delivery, request.user, **values)
        except by_hand.Refused as refused:
            messages.error(request, refused.text())
        else:
            messages.success(request, self.deed.done)
        return self._where()

    def _where(self) -> Any:
        # A short form on another page of the desk leads back there.
        return redirect(
            get_valid_next_url_from_request(self.request) or reverse("publishing_delivery", args=[self.delivery.pk])
        )
