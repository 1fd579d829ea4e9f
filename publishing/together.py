"""What is done to the first posts of a whole plan at once: paused, let go, moved, cancelled, given their newest text.

Whoever makes a plan of several stories (a campaign's wave) asks for it by the stories' keys. Each function is one
transaction, or joins the one it is called in. It locks the stories, then the rows: a worker that claims at the same moment
either had the row before, and it is being sent, or does not get it. What is being sent during a pause is only marked: if it
gets through it is out, and otherwise held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing.by_hand import FARTHEST, IN_THE_PAST, MOVED, TOO_FAR, WrongTime
from publishing.channels.base import Outcome
from publishing.copies import PERHAPS_OUT
from publishing.models import PAUSED, Attempt, Delivery, State, StoryVersion, local_time
from publishing.outbox import WAITS_FOR_APPROVAL, lock_stories, plan_change, wake
from publishing.story import Action, Story

LET_GO = _("“%(plan)s” goes on.")
LEFT_OUT = _("Its time fell into the pause of “%(plan)s”; it was left out.")

NOT_OUT = frozenset({State.PLANNED, State.DUE, State.HELD, State.FAILED})
_KEPT = frozenset({State.HELD, State.SENDING})  # what is paused and in one of these needs nothing more


@dataclass(frozen=True)
class LetGo:
    """How many posts go on, and how many were left out because their time had passed."""

    going: int = 0
    left_out: int = 0


def _locked(keys: Iterable[str], **where: Any) -> list[Delivery]:
    """First posts of the stories that are neither out nor being sent; locked until the transaction ends.

    A row that a worker is claiming is waited for: that takes no longer than its one statement.
    """
    keys = set(keys)
    lock_stories(*keys)
    rows = Delivery.objects.filter(**{"story__in": keys, "action": Action.POST, "state__in": NOT_OUT, **where})
    return list(rows.select_for_update().order_by("pk"))


def _note(rows: Iterable[Delivery], person: Any, words: str, values: dict[str, Any] | None = None) -> None:
    """Writes a person's decision beside each of ``rows``; nothing where nobody decided it."""
    if person is None:
        return
    now = timezone.now()
    Attempt.objects.bulk_create(
        Attempt(
            delivery=one,
            number=one.attempt_no,
            step=Attempt.Steps.PERSON,
            outcome=Outcome.OK,
            started_at=now,
            ended_at=now,
            words=words,
            words_values=values or {},
            by=person,
        )
        for one in rows
    )


_CHANGED = ["state", "words", "words_values", "scheduled_at", "due_at"]


def pause(keys: Iterable[str], person: Any, *, plan: str, reason: str) -> int:
    """Holds every first post that is not out or being sent, with words that name plan and person; returns how many.
    What is being sent is held as soon as its attempt ends, unless that got it out. Idempotent.

    What state each had is kept in its words_values, so that release() can give it back. Corrections and retractions
    are not held: they are how a mistake is mended.
    """
    values = {"plan": plan, "person": str(person), "time": local_time(timezone.now()), "reason": reason}
    with transaction.atomic():
        found = _locked(keys, state__in=NOT_OUT | {State.SENDING})
        # What is unclear waits for a person already, and its words say what to look for.
        rows = [one for one in found if not one.is_unclear and (one.words != PAUSED or one.state not in _KEPT)]
        for one in rows:
            if one.words != PAUSED:
                state = State.DUE if one.state == State.SENDING else State(one.state)
                was = {"state": state.value, "words": one.words, "values": one.words_values}
                one.words, one.words_values = PAUSED, {**values, "was": was}
        held = [one for one in rows if one.state != State.SENDING]
        for one in held:
            one.state = State.HELD
        Delivery.objects.bulk_update(rows, _CHANGED)
        _note(held, person, PAUSED, values)
    return len(held)


def release(keys: Iterable[str], person: Any, *, plan: str, later: timedelta, sends_missed: bool) -> LetGo:
    """Gives what pause() held its state back, ``later`` than it was planned.

    What should have gone out by then is sent now or left out, as ``sends_missed`` says.
    """
    now, values = timezone.now(), {"plan": plan}
    left_out = []
    with transaction.atomic():
        found = _locked(keys, state__in={State.HELD, State.SENDING}, words=PAUSED)
        rows = [one for one in found if one.state == State.HELD]
        for one in found:
            was = one.words_values["was"]
            one.words, one.words_values = was["words"], was["values"]
            if one.state == State.SENDING:  # its attempt is not over yet: it may end as any other
                continue
            one.scheduled_at += later
            one.due_at = max(one.scheduled_at, now)
            one.state = State(was["state"])
            if one.state == State.DUE and one.is_wording_open:  # a correction came during the pause
                one.state, one.words, one.words_values = State.PLANNED, WAITS_FOR_APPROVAL, {}
            if one.state in {State.PLANNED, State.DUE} and one.scheduled_at <= now and not sends_missed:
                one.state, one.words, one.words_values = State.CANCELLED, LEFT_OUT, values
                left_out.append(one)
        Delivery.objects.bulk_update(found, _CHANGED)
        _note([one for one in rows if one not in left_out], person, LET_GO, values)
        _note(left_out, person, LEFT_OUT, values)
        transaction.on_commit(wake)
    return LetGo(len(rows) - len(left_out), len(left_out))


def move(keys: Iterable[str], person: Any, *, by: timedelta) -> int:
    """Moves every first post that is not out by the same time; one that was moved alone keeps its distance.

    All or none: raises WrongTime if one of them would come into the past, or more than a year ahead. What failed, or is
    late already and would still be, is left to the person who looks at it.
    """
    now = timezone.now()
    with transaction.atomic():
        late = now - max(by, timedelta())  # what was planned before that is late, and stays so
        rows = [
            one for one in _locked(keys) if not one.doubts and one.state != State.FAILED and one.scheduled_at > late
        ]
        befores = {one.pk: local_time(one.scheduled_at) for one in rows}
        for one in rows:
            at = one.scheduled_at + by
            if at <= now:
                raise WrongTime(IN_THE_PAST, {"at": local_time(at), "now": local_time(now)})
            if at > now + FARTHEST:
                raise WrongTime(TOO_FAR, {"at": local_time(at)})
            one.scheduled_at = one.due_at = at
        Delivery.objects.bulk_update(rows, _CHANGED)
        for one in rows:
            _note([one], person, MOVED, {"before": befores[one.pk], "after": local_time(one.scheduled_at)})
        transaction.on_commit(wake)
    return len(rows)


def cancel(keys: Iterable[str], words: str, values: dict[str, Any] | None = None, person: Any = None) -> int:
    """Cancels every first post that is not, and cannot be, out. ``words``: why (msgid)."""
    with transaction.atomic():
        rows = [one for one in _locked(keys) if not one.doubts]
        for one in rows:
            one.state, one.words, one.words_values = State.CANCELLED, words, values or {}
        Delivery.objects.bulk_update(rows, _CHANGED)
        _note(rows, person, words, values)
    return len(rows)


def renew(story: Story) -> list[Delivery]:
    """Gives first posts that are not out the text of ``story``, at their time; a hold or a pause stays. Idempotent.

    A copy that is, or may be, out is left alone: what it owes is follow()'s affair.
    """
    with transaction.atomic():
        rows = _locked([story.key])
        # Under the lock: nobody can claim what was read, so what is not out now is not out when this commits.
        if not rows or Delivery.objects.filter(PERHAPS_OUT, story=story.key).exists():
            return []
        revisions = dict(StoryVersion.objects.filter(key=story.key).values_list("pk", "revision"))
        if all(revisions[one.version_id] >= story.revision for one in rows):
            return []
        held = {one.channel_id: one for one in rows if one.state == State.HELD}
        made = plan_change(story)
        for one in made:
            if before := held.get(one.channel_id):
                one.state, one.words, one.words_values = State.HELD, before.words, before.words_values
                one.scheduled_at = before.scheduled_at  # it may have passed during a pause
        Delivery.objects.bulk_update([one for one in made if one.channel_id in held], _CHANGED)
    return made


def follow(story: Story) -> list[Delivery]:
    """Plans a correction, an update or a retraction where the story is, or may be, out. Idempotent. A retraction also
    withdraws what is not out; a correction leaves that to renew()."""
    with transaction.atomic():
        lock_stories(story.key)
        if not story.is_retracted and not Delivery.objects.filter(PERHAPS_OUT, story=story.key).exists():
            return []
        return plan_change(story)
