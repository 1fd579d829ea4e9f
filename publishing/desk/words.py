"""States in words and signs that a part-time clerk understands: never by colour alone, never in the outbox's own terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.channels import adapters
from publishing.channels.base import Adapter, Outcome
from publishing.models import Attempt, Channel, Delivery, State, local_time
from publishing.outbox import KIND_GONE
from publishing.story import Way

# A delivery that is due goes out within a second or two. After this long something is wrong with the worker.
OVERDUE = timedelta(minutes=5)


@dataclass(frozen=True)
class Badge:
    """``tone`` is good, busy, care, bad or quiet."""

    text: str
    icon: str
    tone: str


_STATES = {
    State.PLANNED: ("user", "care"),
    State.DUE: ("time", "busy"),
    State.SENDING: ("rotate", "busy"),
    State.SENT: ("circle-check", "good"),
    State.FAILED: ("warning", "bad"),
    State.HELD: ("lock", "care"),
    State.UNKNOWN: ("help", "bad"),
    State.CANCELLED: ("circle-xmark", "quiet"),
}
_CHANNEL = {
    "ready": (_("ready"), "circle-check", "good"),
    "waiting": (_("asked us to wait"), "time", "care"),
    "stopped": (_("stopped"), "warning", "bad"),
    "off": (_("not in use"), "minus", "quiet"),
}
OUTCOMES = {
    Outcome.OK: _("worked"),
    Outcome.PERMANENT: _("refused"),
    Outcome.AUTH: _("not let in"),
    Outcome.THROTTLED: _("asked us to wait"),
    Outcome.TRANSIENT: _("did not get through"),
    Outcome.UNKNOWN: _("unclear"),
}
STEPS = {
    Attempt.Steps.SEND: _("Sending"),
    Attempt.Steps.EDIT: _("Changing"),
    Attempt.Steps.DELETE: _("Removing"),
    Attempt.Steps.FIND: _("Looking for it"),
    Attempt.Steps.PERSON: _("Decision"),
}
WAYS = {
    Way.EDIT: _("The post that is out is changed in place."),
    Way.DELETE: _("The post that is out is removed from the channel."),
}


def state_badge(delivery: Delivery) -> Badge:
    icon, tone = _STATES[State(delivery.state)]
    if delivery.is_wording_pending:
        return Badge(gettext("wording waits for approval"), icon, tone)
    return Badge(str(delivery.get_state_display()), icon, tone)


def channel_badge(channel: Channel) -> Badge:
    text, icon, tone = _CHANNEL[channel.status]
    return Badge(str(text), icon, tone)


def adapter_class(channel: Channel) -> type[Adapter] | None:
    """None where the software for this kind of channel was removed."""
    return adapters().get(channel.kind)


def channel_why(channel: Channel) -> str:
    """Why nothing goes out over this channel now; empty if it is ready."""
    if adapter_class(channel) is None:
        return gettext(KIND_GONE)
    match channel.status:
        case "off":
            return gettext("The channel is not in use: nothing is sent.")
        case "stopped":
            return gettext("The channel is stopped: %(why)s What is planned waits until it is connected again.") % {
                "why": channel.stopped_text()
            }
        case "waiting" if channel.not_before and channel.opened_at:
            words = gettext("The channel has not answered since %(since)s. It is tried again at %(time)s.")
            return words % {"since": local_time(channel.opened_at), "time": local_time(channel.not_before)}
        case "waiting" if channel.not_before:
            return gettext("The channel asked us to wait until %(time)s.") % {"time": local_time(channel.not_before)}
    return ""


def behind(deliveries: Iterable[Delivery]) -> set[int]:
    """Ids of those that wait for an earlier delivery of the same story on the same channel. One query."""
    earlier = Delivery.objects.filter(
        channel_id=OuterRef("channel_id"), story=OuterRef("story"), pk__lt=OuterRef("pk")
    ).exclude(state__in=[State.SENT, State.CANCELLED])
    waiting = Delivery.objects.filter(pk__in=[one.pk for one in deliveries if one.state == State.DUE])
    return set(waiting.filter(Exists(earlier)).values_list("pk", flat=True))


def why(delivery: Delivery, is_behind: bool, now: datetime | None = None) -> str:
    """Why it is where it is, and what it waits for; empty where the state says everything."""
    now = now or timezone.now()
    if delivery.is_wording_pending:
        return gettext("%(person)s worded it. Somebody else must approve the wording.") % {
            "person": delivery.wording_by or gettext("Somebody")
        }
    if delivery.state != State.DUE:
        return delivery.words_text() if delivery.state != State.SENDING else ""
    channel = delivery.channel
    if channel_says := channel_why(channel):
        return channel_says
    if is_behind:
        return gettext("Waits until an earlier delivery of the same story on this channel is settled.")
    if delivery.due_at > now:
        if delivery.attempt_no:
            words = delivery.words_text()
            return " ".join(
                filter(None, [words, gettext("Next try: %(time)s.") % {"time": local_time(delivery.due_at)}])
            )
        return ""
    if now - delivery.due_at > OVERDUE:
        return gettext(
            "Should have gone out at %(time)s. Please tell the administrator: the worker may be stopped."
        ) % {"time": local_time(delivery.due_at)}
    return delivery.words_text()
