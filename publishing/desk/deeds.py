"""What a person may do to a delivery: one table for the buttons, the permission checks, the log and the messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.log_actions import log

from publishing import by_hand
from publishing.desk.base import APPROVE, CHANGE_DELIVERIES
from publishing.models import PAUSED, Delivery, State
from publishing.story import Action

NOT_NOW = gettext_noop("The state of this delivery does not allow this. Please look at it again.")


@dataclass(frozen=True)
class Deed:
    """``is_possible`` decides what is offered; the outbox decides again under lock when it is done."""

    name: str
    label: Promise
    icon: str
    permission: str
    done: Promise
    is_possible: Callable[[Delivery], bool]
    run: Callable[..., None]

    def may(self, user: Any) -> bool:
        return bool(user.has_perm(self.permission))

    def do(self, delivery: Delivery, user: Any, **values: Any) -> None:
        """Carries it out and writes it into the log. Raises by_hand.Refused."""
        if not self.is_possible(delivery):
            raise by_hand.Refused(NOT_NOW)
        self.run(delivery, user, **values)
        log(instance=delivery, action=f"publishing.{self.name}", user=user)


def _may_retry(delivery: Delivery) -> bool:
    # One that only waits for its planned time is not hurried along by mistake.
    is_retried = delivery.state == State.DUE and delivery.attempt_no > 0
    # Wording that was sent back is worded anew (cancel, then plan again), not asked for again unchanged. What is paused
    # goes on with its plan.
    is_kept = delivery.words in {by_hand.WORDING_SENT_BACK, PAUSED}
    return (delivery.state in {State.FAILED, State.HELD} and not is_kept) or is_retried


def _may_do_by_hand(delivery: Delivery) -> bool:
    if delivery.doubts or delivery.is_wording_open:
        return False
    # What waits at a channel that is off or stopped may be done there by hand without being held first.
    is_stuck = delivery.action != Action.POST and delivery.channel.status in {"off", "stopped"}
    return delivery.state in {State.HELD, State.FAILED} or (delivery.state == State.DUE and is_stuck)


HOLD = Deed(
    "hold",
    _("Hold"),
    "lock",
    CHANGE_DELIVERIES,
    _("Held. It is not sent until somebody asks for another try."),
    lambda one: one.state in {State.DUE, State.PLANNED},
    by_hand.hold,
)
RETRY = Deed(
    "retry",
    _("Try again"),
    "rotate",
    CHANGE_DELIVERIES,
    _("It is in the queue again."),
    _may_retry,
    by_hand.retry,
)
CANCEL = Deed(
    "cancel",
    _("Cancel"),
    "circle-xmark",
    CHANGE_DELIVERIES,
    _("Cancelled. It will not be sent."),
    lambda one: one.state in {State.PLANNED, State.DUE, State.HELD, State.FAILED} and not one.doubts,
    by_hand.cancel,
)
SETTLE = Deed(
    "settle",
    _("Settle"),
    "help",
    CHANGE_DELIVERIES,
    _("Thank you. What you saw on the channel is recorded."),
    lambda one: one.is_unclear,
    by_hand.settle,
)
APPROVE_WORDING = Deed(
    "approve_wording",
    _("Approve wording"),
    "check",
    APPROVE,
    _("Wording approved."),
    lambda one: one.is_wording_pending,
    by_hand.approve_wording,
)
REFUSE_WORDING = Deed(
    "refuse_wording",
    _("Send the wording back"),
    "undo",
    APPROVE,
    _("The wording was sent back with your reason."),
    lambda one: one.is_wording_pending,
    by_hand.refuse_wording,
)
DONE_BY_HAND = Deed(
    "done_by_hand",
    _("It is done by hand"),
    "check",
    CHANGE_DELIVERIES,
    _("Recorded as done by hand."),
    _may_do_by_hand,
    by_hand.done_by_hand,
)
OWE_AGAIN = Deed(
    "owe_again",
    _("Send it after all"),
    "rotate",
    CHANGE_DELIVERIES,
    _("It is in the queue again."),
    lambda one: one.is_left,
    by_hand.owe_again,
)
MOVE = Deed(
    "move",
    _("Move"),
    "calendar-alt",
    CHANGE_DELIVERIES,
    _("Moved."),
    lambda one: one.state in {State.PLANNED, State.DUE, State.HELD} and one.action == Action.POST and not one.doubts,
    by_hand.move,
)
# MOVE has a page of its own: desk/move.py.
DEEDS = {
    deed.name: deed for deed in (HOLD, RETRY, CANCEL, SETTLE, APPROVE_WORDING, REFUSE_WORDING, DONE_BY_HAND, OWE_AGAIN)
}
BULK = (HOLD, RETRY, CANCEL)
