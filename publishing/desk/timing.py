"""Times that a publisher should think twice about: quiet hours, and two posts of one channel close together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db.models import Case, DateTimeField, F, When
from django.utils.translation import gettext

from publishing.models import Channel, Delivery, State, local_time
from publishing.plan import after_quiet
from publishing.story import Action

# Readers of one channel get two posts at once, and see one.
CLOSE = timedelta(minutes=10)
# What is beyond them in an address is a mistake, or mischief.
FIRST_YEAR, LAST_YEAR = 2000, 2100
DAY_MINUTES = 24 * 60

TO_COME = frozenset({State.PLANNED, State.DUE, State.HELD})
_NEVER_OUT = frozenset({State.FAILED, State.CANCELLED})


def shown_at(delivery: Delivery) -> datetime:
    """When it went out, or is tried next, or was wanted."""
    if delivery.state == State.SENT and delivery.sent_at:
        return delivery.sent_at
    return delivery.due_at if delivery.state in {State.DUE, State.SENDING} else delivery.scheduled_at


# The same for the database.
AT = Case(
    When(state=State.SENT, then=F("sent_at")),
    When(state__in=[State.DUE, State.SENDING], then=F("due_at")),
    default=F("scheduled_at"),
    output_field=DateTimeField(),
)


def quiet_spans(channel: Channel) -> list[tuple[int, int]]:
    """(first minute, minute after the last) of a day in which the channel is quiet; two if it is quiet over midnight."""
    if channel.quiet_from is None or channel.quiet_to is None or channel.quiet_from == channel.quiet_to:
        return []
    start, end = (_minutes(clock) for clock in (channel.quiet_from, channel.quiet_to))
    spans = [(start, end)] if start < end else [(0, end), (start, DAY_MINUTES)]
    return [span for span in spans if span[0] < span[1]]


def quiet_words(channel: Channel) -> str:
    """“22:00–06:00”, or empty."""
    return f"{channel.quiet_from:%H:%M}–{channel.quiet_to:%H:%M}" if quiet_spans(channel) else ""


def quiet_in(channel: Channel, hour: int) -> str:
    """The part of this hour of the day in which the channel is quiet, as “22:30–23:00”; empty if in none."""
    for start, end in quiet_spans(channel):
        first, last = max(start, hour * 60), min(end, hour * 60 + 60)
        if first < last:
            return f"{first // 60:02}:{first % 60:02}–{last // 60:02}:{last % 60:02}"
    return ""


def quiet_end(channel: Channel, at: datetime) -> datetime | None:
    """The end of the quiet hours in which ``at`` falls, to propose instead; None outside of them."""
    end = after_quiet(at, channel.quiet_from, channel.quiet_to)
    return end if end != at else None


def clashes(deliveries: Iterable[Delivery]) -> dict[int, list[str]]:
    """What to think twice about, in words, by the id of a post that is still to come. No query.

    A correction or a retraction goes out as soon as it can, and is never such a clash.
    """
    by_channel: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.action == Action.POST and delivery.state not in _NEVER_OUT:
            by_channel.setdefault(delivery.channel_id, []).append(delivery)
    found: dict[int, list[str]] = {}
    for posts in by_channel.values():
        posts.sort(key=lambda one: (shown_at(one), one.pk))
        for place, one in enumerate(posts):
            if one.state not in TO_COME:
                continue
            at = shown_at(one)
            words = []
            if end := quiet_end(one.channel, at):
                words.append(in_quiet_hours(end))
            for other in [*posts[max(0, place - 1) : place], *posts[place + 1 : place + 2]]:
                if abs(shown_at(other) - at) < CLOSE:
                    words.append(too_close(other))
            if words:
                found[one.pk] = words
    return found


def in_quiet_hours(end: datetime) -> str:
    return gettext("This is in the quiet hours of the channel, which end at %(time)s.") % {"time": local_time(end)}


def too_close(other: Delivery) -> str:
    words = gettext("Less than %(minutes)d minutes from another post on this channel: %(title)s, %(time)s.")
    values = {"minutes": CLOSE.seconds // 60, "title": other.version.title, "time": local_time(shown_at(other))}
    return words % values


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
