"""After a restore the tables are older than the world: what they call due may have gone out since. Nothing goes by itself.

Every delivery that was not settled when the backup was made is unclear from now on. Doubt is what the outbox already knows
how to treat: a person who lets it go has the channel asked first, by the marker that is still the same; a correction takes
it for a copy that may be out; and where a channel cannot be asked, a person looks. Every channel is stopped until a person
connects it again, and what is planned meanwhile, by a sweep or by somebody, is unclear too (``enqueue`` asks
``is_restored``): a channel's own plan would otherwise send under a new marker what had gone out under an old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop as _
from wagtail.log_actions import log

from publishing.channels.base import Outcome
from publishing.models import PAUSED, Attempt, Channel, Delivery, State, local_time

CHANNEL_RESTORED = _(
    "This installation was restored from a backup. Look through what is held here and what went out since, then connect it again."
)
RESTORED = _("Restored from the backup of %(time)s. It may have gone out since: please look at the channel.")
PLANNED_AFTER = _(
    "Planned after this installation was restored from a backup. It may have gone out before: please look at the channel."
)

_OPEN = ~Q(state__in=[State.SENT, State.CANCELLED])
_GOES_BY_ITSELF = {State.PLANNED, State.DUE, State.SENDING}
_AT_ONCE = 500


@dataclass(frozen=True)
class Held:
    """How many deliveries became unclear, and how many channels were stopped."""

    deliveries: int
    channels: int


def is_restored(channel: Channel) -> bool:
    """Whether nobody has connected it again since the restore."""
    return channel.stopped_at is not None and channel.stopped_words == CHANNEL_RESTORED


@transaction.atomic
def hold(backup_at: datetime, restored_at: datetime) -> Held:
    """Makes everything that is not settled unclear, and stops every channel. Before any worker runs.

    What waited for a person already keeps its state and words: they say what to do. A person who lets it go has the channel
    asked first all the same.
    """
    values = {"time": local_time(backup_at)}
    count = 0
    for rows in _batches():
        for one in rows:
            one.doubts = max(1, one.doubts)
            one.tried_at = restored_at  # the last moment at which a call of the lost time can have begun
            one.lease_until = None
            if one.state in _GOES_BY_ITSELF:
                one.state = State.HELD
                if one.words != PAUSED:  # its wave gives it back, and needs to know what it was
                    one.words, one.words_values = RESTORED, values
        Delivery.objects.bulk_update(rows, ["doubts", "tried_at", "lease_until", "state", "words", "words_values"])
        Attempt.objects.bulk_create(
            Attempt(
                delivery=one,
                number=one.attempt_no,
                step=Attempt.Steps.PERSON,
                outcome=Outcome.OK,
                started_at=restored_at,
                ended_at=restored_at,
                words=RESTORED,
                words_values=values,
            )
            for one in rows
        )
        count += len(rows)
    channels = list(Channel.objects.all())
    # Also those that were stopped: whoever mends them must not send what is held, and the next test says what is wrong.
    Channel.objects.update(
        stopped_at=restored_at, stopped_words=CHANNEL_RESTORED, not_before=None, failures=0, opened_at=None
    )
    for channel in channels:
        log(instance=channel, action="publishing.channel_restored")
    return Held(count, len(channels))


def _batches() -> Iterator[list[Delivery]]:
    last = 0
    while rows := list(Delivery.objects.filter(_OPEN, pk__gt=last).order_by(F("pk"))[:_AT_ONCE]):
        last = rows[-1].pk
        yield rows
