"""What every copy of a changed story shows, what it still owes, and what nobody has planned: worked out from the tables.

A copy is a story on a channel on which its first post is, or may be, out. It owes the story's newest change that readers
are told of (a correction, an update, a verdict, a retraction) until that change went out there, a person did it by hand,
or a person decided to leave the copy as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from publishing.models import CANCELLED_BY_PERSON, Channel, Delivery, State, StoryVersion
from publishing.outbox import plan_change
from publishing.story import Action

log = logging.getLogger("publishing.copies")

PERHAPS_OUT = Q(action=Action.POST) & (Q(state__in=[State.SENT, State.SENDING, State.UNKNOWN]) | Q(doubts__gt=0))
LEFT = Q(state=State.CANCELLED, words=CANCELLED_BY_PERSON) & ~Q(action=Action.POST)


class Standing(StrEnum):
    """How far a copy has followed the newest change of its story."""

    NOTHING = "nothing"  # it went out after the change
    DONE = "done"
    LEFT = "left"  # a person decided that this copy stays as it is
    OWED = "owed"  # a delivery exists: its state says where it stands
    FORGOTTEN = "forgotten"  # no delivery exists


@dataclass(frozen=True)
class Copy:
    """A story on one channel.

    post     the delivery that brought it there, or may have
    shown    the last delivery that surely went out there; None while nobody knows about the post
    action   what the newest change asks of a copy: correct or retract
    follow   the delivery that does it, did it, or was cancelled by a person; None if there is none
    blocker  an earlier delivery that must be settled before ``follow`` can go
    """

    post: Delivery
    shown: Delivery | None
    action: Action
    standing: Standing
    follow: Delivery | None = None
    blocker: Delivery | None = None

    @property
    def channel(self) -> Channel:
        return self.post.channel

    @property
    def is_open(self) -> bool:
        return self.standing in {Standing.OWED, Standing.FORGOTTEN}


def copies_of(change: StoryVersion, deliveries: Iterable[Delivery]) -> list[Copy]:
    """The copies of a story after its newest ``change``, by channel name. Pure; ``deliveries`` are all of the story."""
    by_channel: dict[int, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda each: each.id):
        by_channel.setdefault(delivery.channel_id, []).append(delivery)
    made = [_copy(change, each) for each in by_channel.values()]
    return sorted((one for one in made if one), key=lambda one: (one.channel.name, one.channel.pk))


def _copy(change: StoryVersion, made: list[Delivery]) -> Copy | None:
    posts = [one for one in made if one.action == Action.POST and one.is_perhaps_out]
    if not posts:
        return None
    sent = [one for one in made if one.state == State.SENT]
    action = Action.RETRACT if change.payload["is_retracted"] else Action.CORRECT
    copy: dict[str, Any] = {"post": posts[-1], "shown": sent[-1] if sent else None, "action": action}
    if posts[-1].version.revision >= change.revision:
        return Copy(**copy, standing=Standing.NOTHING)
    follows = [
        one
        for one in made
        if one.action == Action.RETRACT or (one.action != Action.POST and one.version.revision >= change.revision)
    ]
    if done := [one for one in follows if one.state == State.SENT]:
        return Copy(**copy, standing=Standing.DONE, follow=done[-1])
    if owed := [one for one in follows if one.state != State.CANCELLED]:
        blockers = [one for one in made if one.id < owed[-1].id and one.state not in {State.SENT, State.CANCELLED}]
        return Copy(**copy, standing=Standing.OWED, follow=owed[-1], blocker=blockers[0] if blockers else None)
    if left := [one for one in follows if one.is_left and one.version.revision >= change.revision]:
        return Copy(**copy, standing=Standing.LEFT, follow=left[-1])
    return Copy(**copy, standing=Standing.FORGOTTEN)


# The same in SQL, over all stories ---------------------------------------------------------------------------------


def _told(versions: QuerySet[StoryVersion]) -> QuerySet[StoryVersion]:
    """Those that carry a change which readers are told of."""
    return versions.annotate(change=Cast(KT("payload__change"), TextField())).filter(change__gt="")


def _not_settled(posts: QuerySet[Delivery], versions: QuerySet[StoryVersion]) -> QuerySet[Delivery]:
    """Of ``posts`` those whose copies have not followed the last of ``versions``, kept as ``changed``."""
    newer = versions.filter(key=OuterRef("story"), revision__gt=OuterRef("version__revision"))
    newest = Subquery(newer.order_by("-revision").values("revision")[:1])
    here = Delivery.objects.filter(channel=OuterRef("channel"), story=OuterRef("story"))
    is_newest = Q(version__revision__gte=OuterRef("changed"))
    is_told = Q(state=State.SENT) | LEFT | PERHAPS_OUT
    settled = here.filter(Q(state=State.SENT, action=Action.RETRACT) | is_newest & is_told)
    return posts.annotate(changed=newest).filter(changed__isnull=False).exclude(Exists(settled))


def open_posts() -> QuerySet[Delivery]:
    """The posts of copies that owe something. ``changed`` is the revision that they owe."""
    # Whoever has followed the last version of all has followed the last change. That costs no look into any payload.
    behind = _not_settled(Delivery.objects.filter(PERHAPS_OUT), StoryVersion.objects.all())
    return _not_settled(Delivery.objects.filter(pk__in=behind.values("pk")), _told(StoryVersion.objects.all()))


def forgotten_posts() -> QuerySet[Delivery]:
    """The posts of copies that owe something for which there is no delivery."""
    here = Delivery.objects.filter(channel=OuterRef("channel"), story=OuterRef("story")).exclude(action=Action.POST)
    planned = here.exclude(state=State.CANCELLED).filter(
        Q(action=Action.RETRACT) | Q(version__revision__gte=OuterRef("changed"))
    )
    return open_posts().exclude(Exists(planned))


def changes() -> QuerySet[StoryVersion]:
    """The newest change of every story that was changed after it went out somewhere, the last one first."""
    later = _told(StoryVersion.objects.filter(key=OuterRef("key"), revision__gt=OuterRef("revision")))
    # By the version's key, not the delivery's: that is where the index is.
    out = Delivery.objects.filter(PERHAPS_OUT, version__key=OuterRef("key"), version__revision__lt=OuterRef("revision"))
    return _told(StoryVersion.objects.filter(Exists(out))).exclude(Exists(later)).order_by("-made_at", "-pk")


def open_changes() -> QuerySet[StoryVersion]:
    """Those of which at least one copy owes something. Asks at once for their keys, which are few: as one query it
    was several times slower on PostgreSQL."""
    return changes().filter(key__in=set(open_posts().values_list("story", flat=True)))


def count_open() -> int:
    """How many copies owe something. One query."""
    return open_posts().values("channel", "story").distinct().count()


def sweep(**signal: Any) -> None:
    """Plans what was forgotten, however long ago: after a fault in planning, or a worker that stood still for weeks."""
    for key in set(forgotten_posts().values_list("story", flat=True)):
        change = _told(StoryVersion.objects.filter(key=key)).order_by("-revision").first()
        if change is None:
            continue
        try:
            for delivery in plan_change(change.story):
                log.warning("delivery %s had been forgotten and is planned now", delivery.pk)
        except Exception:
            log.exception("what copies of %s owe could not be planned", key)
