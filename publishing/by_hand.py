"""What a person may do to a delivery or a channel. Each is refused in words if the delivery has moved on meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing import trace
from publishing.channels.base import Outcome
from publishing.models import CANCELLED_BY_PERSON, PAUSED, Attempt, Channel, Delivery, State, in_words, local_time
from publishing.outbox import WAITS_FOR_APPROVAL, hindrance, lock_stories, wake
from publishing.plan import OVERTAKEN
from publishing.story import Action
from publishing.turn import NOBODY_KNOWS

HELD_BY_PERSON = _("Held by a person.")
SAID_SENT = _("A person found it on the channel.")
SAID_NOT_SENT = _("A person did not find it on the channel; it is sent again.")
SAID_NOT_THERE = _("A person did not find it on the channel; it is not sent.")
DONE_BY_HAND = _("Done by hand.")
OWED_AGAIN = _("A person decided that it is sent after all.")
WAITS_FOR_ITS_TIME = _("It only waits for its planned time.")
WORDING_SENT_BACK = _("The wording was sent back: %(reason)s")
RETRIED = _("A person asked for another try.")
MOVED = _("Moved from %(before)s to %(after)s.")
IN_THE_PAST = _("%(at)s is in the past: it is %(now)s now. Please choose a later time.")
TOO_FAR = _("%(at)s is more than a year ahead. Please choose an earlier time.")
AS_SOON_AS_IT_CAN = _("A correction or a retraction goes out as soon as it can: it is not moved to another time.")

GOES_ON_WITH_ITS_PLAN = _("It is paused together with others, and goes on when they do.")

FARTHEST = timedelta(days=366)  # a year that was mistyped would lose the post in the calendar


class Refused(Exception):
    """A person asked for something the state of a delivery does not allow. ``words`` is a msgid, filled by ``values``."""

    def __init__(self, words: str, values: dict[str, Any] | None = None) -> None:
        super().__init__(words)
        self.words, self.values = words, values or {}

    def text(self) -> str:
        """In the reader's language."""
        return in_words(self.words, self.values)


class WrongTime(Refused):
    """The time asked for will not do; another may."""


_UNCLEAR = {State.UNKNOWN, State.FAILED, State.HELD}
_WRONG_STATE = _("This delivery has moved on meanwhile. Please look at it again.")


def _person(
    delivery: Delivery,
    user: Any,
    did: str,
    from_states: set[State],
    did_values: dict[str, Any] | None = None,
    as_read: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Changes the row if its state allows it, and it still has the values ``as_read``; writes down who did it."""
    if "words" in changes:
        changes.setdefault("words_values", {})
    if trace.current():
        changes.setdefault("trace", trace.current())
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, state__in=from_states, **(as_read or {})).update(**changes):
            raise Refused(_WRONG_STATE)
        now = timezone.now()
        Attempt.objects.create(
            delivery=delivery,
            number=delivery.attempt_no,
            step=Attempt.Steps.PERSON,
            outcome=Outcome.OK,
            started_at=now,
            ended_at=now,
            words=did,
            words_values=did_values or {},
            by=user,
        )
        transaction.on_commit(wake)
    delivery.refresh_from_db()


def hold(delivery: Delivery, user: Any) -> None:
    """Keeps it back until somebody releases it. Raises Refused once it is being sent."""
    _person(delivery, user, HELD_BY_PERSON, {State.DUE, State.PLANNED}, state=State.HELD, words=HELD_BY_PERSON)


def retry(delivery: Delivery, user: Any) -> None:
    """Lets a failed or held delivery go (again). What may be out is looked for first. Raises Refused.

    One that only waits for its planned time is left alone; one that was held keeps its planned time. One that is paused
    with its plan goes on with it.
    """
    if delivery.state == State.HELD and delivery.words == PAUSED:
        raise Refused(GOES_ON_WITH_ITS_PLAN)
    if delivery.state == State.DUE and not delivery.attempt_no:
        raise Refused(WAITS_FOR_ITS_TIME)
    state, words = _queued(delivery)
    due_at = max(timezone.now(), delivery.scheduled_at) if delivery.state == State.HELD else timezone.now()
    # What was paused since it was read stays paused.
    states, as_read = {State.FAILED, State.HELD, State.DUE}, {"words": delivery.words}
    _person(delivery, user, RETRIED, states, as_read=as_read, state=state, words=words, due_at=due_at)
    # An open circuit is our own caution, and a person who retries has looked; what the vendor asked for still holds.
    Channel.objects.filter(pk=delivery.channel_id, opened_at__isnull=False).update(not_before=None)


def _queued(delivery: Delivery) -> tuple[State, str]:
    """(state, words) of one that is to go out, as far as its wording may."""
    return (State.PLANNED, WAITS_FOR_APPROVAL) if delivery.is_wording_open else (State.DUE, "")


def move(delivery: Delivery, user: Any, *, at: datetime) -> None:
    """Plans a post for another time. Its state, an approval and a hold stay as they are. Raises Refused, WrongTime.

    A worker that has claimed it since it was read wins, and so does another person who moved it.
    """
    now = timezone.now()
    if at <= now:
        raise WrongTime(IN_THE_PAST, {"at": local_time(at), "now": local_time(now)})
    if at > now + FARTHEST:
        raise WrongTime(TOO_FAR, {"at": local_time(at)})
    if delivery.action != Action.POST:
        raise Refused(AS_SOON_AS_IT_CAN)
    if delivery.doubts:
        raise Refused(NOBODY_KNOWS)
    with transaction.atomic():
        # A correction that is replacing it now would take the time it had before.
        lock_stories(delivery.story)
        _person(
            delivery,
            user,
            MOVED,
            {State.PLANNED, State.DUE, State.HELD},
            did_values={"before": local_time(delivery.scheduled_at), "after": local_time(at)},
            as_read={"attempt_no": delivery.attempt_no, "scheduled_at": delivery.scheduled_at, "doubts": 0},
            scheduled_at=at,
            due_at=at,
        )


def cancel(delivery: Delivery, user: Any) -> None:
    """Takes it out of the queue for good. Raises Refused if it is, or may be, out."""
    if delivery.doubts:
        raise Refused(NOBODY_KNOWS)
    states = {State.PLANNED, State.DUE, State.HELD, State.FAILED}
    _person(delivery, user, CANCELLED_BY_PERSON, states, state=State.CANCELLED, words=CANCELLED_BY_PERSON)


def settle(delivery: Delivery, user: Any, *, is_there: bool, url: str = "", is_wanted: bool = True) -> None:
    """A person looked at the channel: it is there (and where), or it is not. Then it is sent, though not before the time it is
    planned for, or left out if it is not ``is_wanted`` any more. Raises Refused."""
    if not delivery.is_unclear:
        raise Refused(_WRONG_STATE)
    changes: dict[str, Any] = {"doubts": 0, "words": ""}
    if is_there:
        did, changes = SAID_SENT, {**changes, "state": State.SENT, "sent_at": timezone.now(), "permalink": url[:600]}
    elif is_wanted:
        did, (changes["state"], changes["words"]) = SAID_NOT_SENT, _queued(delivery)
        changes["due_at"] = max(timezone.now(), delivery.scheduled_at)
    else:
        did, changes = SAID_NOT_THERE, {**changes, "state": State.CANCELLED, "words": CANCELLED_BY_PERSON}
    _person(delivery, user, did, _UNCLEAR, **changes)


def done_by_hand(delivery: Delivery, user: Any, *, url: str = "") -> None:
    """A person did on the channel what could not be done from here, and says where. Raises Refused."""
    if delivery.doubts:
        raise Refused(NOBODY_KNOWS)
    changes: dict[str, Any] = {"state": State.SENT, "sent_at": timezone.now(), "words": DONE_BY_HAND}
    if url:
        changes["permalink"] = url[:600]
    states = {State.HELD, State.FAILED}
    if delivery.action != Action.POST:
        states.add(State.DUE)  # its channel may be out of use, or stopped for long
    _person(delivery, user, DONE_BY_HAND, states, **changes)


def owe_again(delivery: Delivery, user: Any) -> None:
    """Plans a correction or retraction after all that a person had cancelled. Raises Refused, also if a later one came."""
    if delivery.action == Action.POST:
        raise Refused(_WRONG_STATE)
    with transaction.atomic():
        lock_stories(delivery.story)
        later = Delivery.objects.filter(channel=delivery.channel_id, story=delivery.story, pk__gt=delivery.pk)
        if later.exists():
            raise Refused(OVERTAKEN)  # the older text would go over the newer one
        words = hindrance(delivery.channel, Action(delivery.action))
        now = timezone.now()
        _person(
            delivery,
            user,
            OWED_AGAIN,
            {State.CANCELLED},
            as_read={"words": CANCELLED_BY_PERSON, "doubts": 0},
            state=State.HELD if words else State.DUE,
            words=words,
            scheduled_at=now,
            due_at=now,
        )


def refuse_wording(delivery: Delivery, user: Any, *, reason: str) -> None:
    """Sends wording back to its writer with a reason; it is held until it is worded anew. Raises Refused."""
    values = {"reason": reason.strip()[:300]}
    _person(
        delivery,
        user,
        WORDING_SENT_BACK,
        {State.PLANNED},
        did_values=values,
        state=State.HELD,
        words=WORDING_SENT_BACK,
        words_values=values,
    )


def approve_wording(delivery: Delivery, user: Any) -> None:
    """Releases a delivery whose wording was changed. Raises Refused for the person who wrote it."""
    if delivery.wording_by_id == user.pk:
        raise Refused(_("A second person must approve the wording: you wrote it yourself."))
    words = hindrance(delivery.channel, Action(delivery.action))
    _person(
        delivery,
        user,
        _("Wording approved."),
        {State.PLANNED},
        state=State.HELD if words else State.DUE,
        words=words,
        wording_approved_by=user,
        wording_approved_at=timezone.now(),
    )


def resume(channel: Channel) -> None:
    """Opens a stopped channel again after its connection was mended; its queue goes out."""
    Channel.objects.filter(pk=channel.pk).update(
        stopped_at=None, stopped_words="", not_before=None, failures=0, opened_at=None
    )
    wake()
