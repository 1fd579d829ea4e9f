"""Posts of a period on each channel with the newest figures that it told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import BigIntegerField, Count, F, Func, Max, OuterRef, Q, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext

from cms.reports.counting import in_both, within
from cms.reports.period import Period
from cms.reports.sections import Chart, Column, Figure, Link, Row, Section, Table, Value
from publishing.desk.base import SEE_DELIVERIES
from publishing.desk.figures import LABELS
from publishing.figures import ADDED_UP
from publishing.models import Channel, Delivery, Measurement, State
from publishing.story import Action


class _Told(Func):
    """One measure of a measurement; NULL where it is not told, or no longer."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"JSON_EXTRACT(%(expressions)s, '$.{self.extra['measure']}')")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"(%(expressions)s ->> '{self.extra['measure']}')::bigint")


# A bare column would make SQLite read the table in the order of an index that begins with it: six times as slow.
_CHANNEL = F("channel_id") + 0


def _told(measure: str) -> _Told:
    return _Told(F("measurements__values"), measure=measure)


def posts(period: Period) -> Section:
    """Posts that went out in the period, and the corrections and retractions that followed posts."""
    is_post = Q(action=Action.POST)
    sent = in_both(Delivery.objects.filter(state=State.SENT), "sent_at", period)
    now, then = within("sent_at", period), within("sent_at", period.before)
    rows: Any = (
        sent.order_by()
        .annotate(of=_CHANNEL)
        .values("of")
        .annotate(
            now=Count("pk", filter=now & is_post),
            then=Count("pk", filter=then & is_post),
            followed=Count("pk", filter=now & ~is_post),
            followed_then=Count("pk", filter=then & ~is_post),
        )
    )
    counts = {row["of"]: row for row in rows}
    channels = list(Channel.objects.filter(pk__in=counts).select_related("organisation"))
    channels.sort(key=lambda one: (-counts[one.pk]["now"], -counts[one.pk]["then"], one.name, one.pk))
    told, told_then = _figures(period), _figures(period.before)
    went_out = gettext(
        "Posts that went out in the period; each channel counts for itself. Campaigns' posts are among them."
    )
    seen = gettext(
        "The newest figures that the channels told of posts of the period, added up. What a channel does not tell is not counted as 0."
    )
    figures = (
        Figure(
            "posts",
            gettext("Posts on channels"),
            went_out,
            sum(row["now"] for row in counts.values()),
            sum(row["then"] for row in counts.values()),
            link=Link(reverse("publishing_figures"), (SEE_DELIVERIES,)),
        ),
        Figure(
            "follow_ups",
            gettext("Corrections and retractions carried out on channels"),
            gettext("Copies that were corrected, added to or removed in the period, by the system or by hand."),
            sum(row["followed"] for row in counts.values()),
            sum(row["followed_then"] for row in counts.values()),
            link=Link(reverse("publishing_corrections"), (SEE_DELIVERIES,)),
        ),
        Figure("views", gettext("Views"), seen, _sum(told, "views"), _sum(told_then, "views")),
    )
    heads = (
        Column(gettext("Posts")),
        Column(gettext("Posts before")),
        *(Column(str(LABELS[name])) for name in ADDED_UP),
        Column(gettext("Highest reach")),
    )
    names = (*ADDED_UP, "reach")
    board = reverse("publishing_deliveries")
    found = tuple(
        Row(
            f"{one.name} ({one.organisation})",
            (counts[one.pk]["now"], counts[one.pk]["then"], *(told.get(one.pk, {}).get(name) for name in names)),
            Link(f"{board}?{urlencode({'channel': one.pk, 'state': State.SENT})}", (SEE_DELIVERIES,)),
        )
        for one in channels
    )
    how = gettext(
        "Reach cannot be added up, because the same people see several posts: the highest of one post is shown."
    )
    table = Table(gettext("Posts by channel"), gettext("Channel"), heads, found, f"{seen} {how}", Chart.BARS)
    return Section("posts", gettext("Posts and how they did"), figures, (table,))


def _figures(period: Period) -> dict[int, dict[str, Value]]:
    """{channel: {measure: sum, or for reach the highest}} of posts of the period. One query."""
    newest = Measurement.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id").values("pk")
    rows: Any = (
        Delivery.objects.out()
        .filter(within("sent_at", period), measurements=Subquery(newest[:1]))
        .order_by()
        .annotate(of=_CHANNEL)
        .values("of")
        .annotate(**{f"told_{name}": Sum(_told(name)) for name in ADDED_UP}, told_reach=Max(_told("reach")))
    )
    return {row["of"]: {name: row[f"told_{name}"] for name in (*ADDED_UP, "reach")} for row in rows}


def _sum(told: dict[int, dict[str, Value]], name: str) -> Value:
    known = [value for one in told.values() if (value := one[name]) is not None]
    return sum(known) if known else None
