"""How posts did: sums for a period by channel and by story, and all of it as a table for a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import HeaderButton

from publishing import figures
from publishing.channels import adapters
from publishing.desk.base import COMPOSE, SEE_DELIVERIES, DeskView
from publishing.desk.charts import bars, line
from publishing.figures import MEASURES, Figure, Measured, Sum
from publishing.models import Delivery

PERIODS = (7, 30, 90)
STORIES_SHOWN = 50

LABELS = {
    "views": _("Views"),
    "reach": _("Reach"),
    "reactions": _("Reactions"),
    "comments": _("Comments"),
    "shares": _("Shares"),
}


HISTORY_SHOWN = 8


def labelled(found: list[Figure]) -> list[tuple[Any, Figure]]:
    return [(LABELS[one.measure], one) for one in found]


def course(delivery: Delivery) -> dict[str, Any]:
    """What the page of a delivery shows of its figures: the last ones, and how the first measure went. One query."""
    measures = figures.measures_of(delivery.channel)
    taken = list(delivery.measurements.order_by("at", "id"))
    history = [
        {"at": one.at, "figures": labelled(Measured(delivery, one.values, one.at).figures(measures))}
        for one in taken[: -HISTORY_SHOWN - 1 : -1]
    ]
    first = next((name for name in measures if any(one.values.get(name) is not None for one in taken)), "")
    points = [(one.at.timestamp(), one.values[first]) for one in taken if one.values.get(first) is not None]
    return {
        "measures": measures,
        "labels": [LABELS[name] for name in measures],
        "history": history,
        "line": line(points),
        "line_label": LABELS.get(first, ""),
    }


def figures_by_channel(story: str) -> dict[int, list[tuple[Any, Figure]]]:
    """The figures that are told of the newest post of a story on each channel, by channel id. One query."""
    found = {}
    for post in reversed(figures.measured(figures.posts_out().filter(story=story))):
        shown = [one for one in post.figures() if one.value is not None or one.is_gone]
        found[post.delivery.channel_id] = labelled(shown)
    return found


class FiguresView(DeskView):
    """Sums over the posts that went out in the period, each with the last figures its channel told."""

    allowed = (SEE_DELIVERIES,)
    page_title = _("Figures")
    header_icon = "table"
    template_name = "publishing/figures.html"

    @cached_property
    def days(self) -> int:
        asked = self.request.GET.get("days", "")
        return int(asked) if asked in {str(days) for days in PERIODS} else 30

    @property
    def header_buttons(self) -> list[Any]:
        url = f"{reverse('publishing_figures')}?days={self.days}&format=csv"
        return [HeaderButton(gettext("Download as CSV"), url=url, icon_name="download")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "csv":
            return _csv(figures.measured(figures.posts_out(self.days)), self.days)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        posts = figures.measured(figures.posts_out(self.days))
        channels, stories = figures.add_up(posts, "channel"), figures.add_up(posts, "story")
        return super().get_context_data(
            days=self.days,
            periods=PERIODS,
            columns=[LABELS[name] for name in figures.ADDED_UP],
            channels=_rows(channels),
            stories=_rows(stories[:STORIES_SHOWN]),
            left_out=len(stories[STORIES_SHOWN:]),
            channel_chart=_views(channels),
            story_chart=_views(stories),
            may_compose=self.may(COMPOSE),
            silent=sorted({str(gettext(one.label)) for one in adapters().values() if not one.measures}),
            **kwargs,
        )


def _rows(sums: list[Sum]) -> list[dict[str, Any]]:
    return [{"of": one.of, "posts": one.posts, "figures": labelled(list(one.figures.values()))} for one in sums]


def _views(sums: list[Sum]) -> Any:
    return bars([(str(one.of), one.value("views")) for one in sums])


def _csv(posts: list[Measured], days: int) -> HttpResponse:
    """One row a post. Begins with a mark that tells spreadsheets its encoding."""
    rows = StringIO()
    write = csv.writer(rows)
    heads = [_("Organisation"), _("Channel"), _("Answer"), _("Address"), _("Sent"), *LABELS.values(), _("Asked")]
    write.writerow([plain(str(head)) for head in heads])
    gone = gettext("not told any more")
    for post in posts:
        one = post.delivery
        told = [gone if figure.is_gone else figure.value for figure in post.figures(MEASURES)]
        cells = [one.channel.organisation.name, one.channel.name, one.version.title, one.permalink, _time(one.sent_at)]
        write.writerow([plain(cell) for cell in [*cells, *told, _time(post.at)]])
    answer = HttpResponse("\ufeff" + rows.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="figures-{days}-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def plain(cell: Any) -> Any:
    """Text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front."""
    if isinstance(cell, str) and cell.lstrip()[:1] in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}:
        return f"'{cell}"
    if isinstance(cell, str) and cell[:1] in {"\t", "\r", "\n"}:
        return f"'{cell}"
    return "" if cell is None else cell


def _time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
