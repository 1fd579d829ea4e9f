"""Corrections and retractions of a period, and in how many hours each reached every copy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Subquery
from django.urls import reverse
from django.utils.translation import gettext

from cms.corrections import Correction
from cms.pages.answer import Change
from cms.reports.counting import Seconds, columns, in_both, of_choices
from cms.reports.durations import middle, ninth_of_ten, wall_hours
from cms.reports.period import Period
from cms.reports.sections import Figure, Link, Section, Table, Unit
from publishing.desk.base import SEE_DELIVERIES
from publishing.models import CANCELLED_BY_PERSON, Delivery, State, StoryVersion
from publishing.story import Action

OF_COPIES = (Change.CORRECTION.value, Change.RETRACTION.value)


class Sent(NamedTuple):
    """What is asked of a delivery here. ``at``: when it went out, None where nobody knows that it did."""

    pk: int
    channel: int
    action: str
    revision: int
    at: float | None
    is_perhaps_out: bool
    is_left: bool


@dataclass(frozen=True)
class Reached:
    """How far one change got. ``hours`` until the last copy followed; None while one did not, or there was none."""

    kind: str
    at: float
    copies: int
    hours: float | None


def reached(kind: str, at: float, revision: int, deliveries: Iterable[Sent]) -> Reached:
    """``deliveries`` are all of the story. Pure.

    A copy is a channel on which an earlier version is, or may be, out when the change is made. It has followed with the
    first thing that went out there of this or a later version, or a retraction. Moments are seconds since 1970. What a person decided to leave as it is, and
    what was removed before, asks for nothing.
    """
    by_channel: dict[int, list[Sent]] = {}
    for one in sorted(deliveries, key=lambda each: each.pk):
        by_channel.setdefault(one.channel, []).append(one)
    followed: list[float | None] = []
    for made in by_channel.values():
        posts = [one for one in made if one.is_perhaps_out and one.revision < revision]
        if not posts or any(one.action == Action.RETRACT and one.at and one.at < at for one in made):
            continue
        later = [one.at for one in made if one.at and one.at >= at and _follows(one, revision)]
        if not later and any(one.is_left and one.revision >= revision for one in made):
            continue
        followed.append(min(later, default=None))
    times = [moment for moment in followed if moment]
    is_everywhere = bool(times) and len(times) == len(followed)
    return Reached(kind, at, len(followed), wall_hours(at, max(times)) if is_everywhere else None)


def _follows(one: Sent, revision: int) -> bool:
    return one.action == Action.RETRACT or one.revision >= revision


def of_both(period: Period) -> list[Reached]:
    """Every change that readers were told of in the period and the one before. Two queries."""
    both = in_both(Correction.objects.order_by(), "made_at", period)
    # The version that carries a change has its revision: so the stories are found without making up keys in SQL.
    stories = StoryVersion.objects.filter(revision__in=Subquery(both.values("revision"))).order_by()
    sent: dict[str, list[Sent]] = defaultdict(list)
    of_stories = Delivery.objects.filter(version__key__in=Subquery(stories.values("key"))).order_by()
    deliveries = of_stories.values_list(
        "pk", "story", "channel_id", "action", "version__revision", Seconds("sent_at"), "state", "doubts", "words"
    )
    for pk, story, channel, action, revision, at, state, doubts, words in deliveries:
        is_post = action == Action.POST
        sent[story].append(
            Sent(
                pk,
                channel,
                action,
                revision,
                at if state == State.SENT else None,
                is_post and (state in {State.SENT, State.SENDING, State.UNKNOWN} or doubts > 0),
                not is_post and state == State.CANCELLED and words == CANCELLED_BY_PERSON,
            )
        )
    rows = both.values_list(
        "kind",
        Seconds("made_at"),
        "revision",
        "page__content_type__model",
        "page__translation_key",
        "page__locale__language_code",
    )
    return [
        reached(kind, at, revision, sent.get(f"{model}-{key}-{language}", ()))  # as Answer.story_key
        for kind, at, revision, model, key, language in rows
    ]


def changes(period: Period) -> Section:
    """Made in the period."""
    both = of_both(period)
    start = period.start.timestamp()
    now, before = [one for one in both if one.at >= start], [one for one in both if one.at < start]
    told = gettext(
        "Changes of published answers that were made in the period and told to readers; each language counts for itself."
    )
    link = Link(reverse("publishing_corrections"), (SEE_DELIVERIES,))
    copies = gettext(
        "Corrections and retractions of the period that were owed on at least one channel, from the publication of the change until the last copy had followed."
    )
    half, most = " " + gettext("Half of them took no longer."), " " + gettext("Nine in ten took no longer.")
    spread = [[one for one in some if one.kind in OF_COPIES and one.copies] for some in (now, before)]
    hours, hours_before = ([one.hours for one in some if one.hours is not None] for some in spread)
    waiting, waiting_before = (sum(one.hours is None for one in some) for some in spread)
    figures = (
        Figure("corrections", gettext("Corrections"), told, *_counts(now, before, Change.CORRECTION), link=link),
        Figure("retractions", gettext("Retractions"), told, *_counts(now, before, Change.RETRACTION), link=link),
        Figure(
            "reached_median",
            gettext("Until every copy had followed, median"),
            copies + half,
            middle(hours),
            middle(hours_before),
            Unit.HOURS,
        ),
        Figure(
            "reached_p90",
            gettext("Until every copy had followed, nine in ten"),
            copies + most,
            ninth_of_ten(hours),
            ninth_of_ten(hours_before),
            Unit.HOURS,
        ),
        Figure(
            "not_everywhere",
            gettext("Not on every copy yet"),
            gettext(
                "Corrections and retractions of the period that some copy has not followed by now. A copy that somebody decided to leave as it is owes nothing."
            ),
            waiting,
            waiting_before,
            link=link,
        ),
    )
    kinds = [((kind,), _counts(now, before, kind)) for kind in Change.values]
    rows = of_choices([each for each in kinds if any(each[1])], dict(Change.choices))
    table = Table(gettext("Changes by kind"), gettext("Kind"), columns(), rows, told)
    return Section("changes", gettext("Corrections and retractions"), figures, (table,))


def _counts(now: list[Reached], before: list[Reached], kind: str) -> tuple[int, int]:
    return Counter(one.kind for one in now)[kind], Counter(one.kind for one in before)[kind]
