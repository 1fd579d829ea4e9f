"""Moving a post to another time: one form, for the calendar's drag and drop, for its list, and for the keyboard."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from publishing import by_hand
from publishing.agencies import visible_to
from publishing.desk.base import CHANGE_DELIVERIES
from publishing.desk.deeds import MOVE
from publishing.desk.delivery import DeliveryView
from publishing.desk.timing import AT, CLOSE, FIRST_YEAR, LAST_YEAR, in_quiet_hours, quiet_end, quiet_words, too_close
from publishing.desk.words import state_badge
from publishing.models import Delivery, State, local_time
from publishing.story import Action

MINUTE = "%Y-%m-%dT%H:%M"


class MoveForm(forms.Form):
    """``seen`` is the planned time the person saw: if somebody else has moved it since, they are told."""

    at = forms.DateTimeField(
        label=_("New time"),
        widget=forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local", "autofocus": True}),
        help_text=_("Vietnamese time."),
        error_messages={
            "invalid": _("This is not a time. Please enter day, month, year, hour and minute."),
            "required": _("Please enter the new time."),
        },
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())


class MoveView(DeliveryView):
    """GET shows the form and changes nothing; ``?at=`` proposes a time. POST moves, and goes back to ``next``."""

    allowed: ClassVar[tuple[str, ...]] = (CHANGE_DELIVERIES,)
    page_title = _("Move")
    header_icon = "calendar-alt"
    template_name = "publishing/move.html"
    parents = ((_("Calendar"), "publishing_calendar"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.delivery
        if "form" not in kwargs:
            proposed = _parsed(self.request.GET.get("at", "")) or one.scheduled_at
            kwargs["form"] = MoveForm(initial={"at": proposed, "seen": one.scheduled_at.isoformat()})
        # Not DeliveryView's: its previews and tries are of no use here.
        return super(DeliveryView, self).get_context_data(
            delivery=one,
            badge=state_badge(one),
            is_possible=MOVE.is_possible(one),
            quiet=quiet_words(one.channel),
            next=self._next(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not MOVE.may(request.user):
            raise PermissionDenied
        form = MoveForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        seen = _parsed(form.cleaned_data["seen"])
        if seen and seen != self.delivery.scheduled_at:
            words = gettext("Somebody else has moved it to %(time)s meanwhile. Nothing was changed.")
            messages.error(request, words % {"time": local_time(self.delivery.scheduled_at)})
            return redirect(self._next())
        try:
            MOVE.do(self.delivery, request.user, at=form.cleaned_data["at"])
        except by_hand.WrongTime as refused:
            form.add_error("at", refused.text())
            return self.render_to_response(self.get_context_data(form=form))
        except by_hand.Refused as refused:
            messages.error(request, refused.text())
        else:
            self._tell()
        return redirect(self._next())

    def _next(self) -> str:
        return get_valid_next_url_from_request(self.request) or reverse("publishing_delivery", args=[self.delivery.pk])

    def _tell(self) -> None:
        one = self.delivery
        planned = gettext("Planned for %(time)s") % {"time": local_time(one.scheduled_at)}
        messages.success(self.request, f"{MOVE.done} {one.version.title} – {one.channel}: {planned}.")
        if end := quiet_end(one.channel, one.scheduled_at):
            values = urlencode({"at": timezone.localtime(end).strftime(MINUTE), "next": self._next()})
            address = f"{reverse('publishing_move', args=[one.pk])}?{values}"
            proposal = gettext("Move to %(time)s") % {"time": local_time(end)}
            messages.warning(
                self.request, f"{one.channel}: {in_quiet_hours(end)}", buttons=[messages.button(address, proposal)]
            )
        if other := self._close():
            messages.warning(self.request, too_close(other))

    def _close(self) -> Delivery | None:
        """Another post of the channel, out or to come, around the new time."""
        at = self.delivery.scheduled_at
        return (
            visible_to(self.request.user, Delivery.objects.all())
            .filter(channel_id=self.delivery.channel_id, action=Action.POST)
            .exclude(pk=self.delivery.pk)
            .exclude(state__in=[State.FAILED, State.CANCELLED])
            .annotate(at=AT)
            .filter(at__gt=at - CLOSE, at__lt=at + CLOSE)
            .select_related("version")
            .order_by("at", "pk")
            .first()
        )


def _parsed(text: str) -> datetime | None:
    """A time of the office's zone, or None if it is none."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return timezone.make_aware(at) if timezone.is_naive(at) else at
