"""How posts did: sums for a period by channel and by story, and all of it as a table for a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import HeaderButton

from publishing import figures
from publishing.agencies import visible_to
from publishing.channels import adapters
from publishing.desk.base import COMPOSE, SEE_DELIVERIES, DeskView
from publishing.desk.charts import bars, line
from publishing.figures import MEASURES, Figure, Measured, Sum
from publishing.models import Delivery
from publishing.series import Series, all_series, series_of
from publishing.text import cell_text

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
    """Sums over the posts that went out in the period, each with the last figures its channel told.

    ``?days=30&series=…``; what is unknown is taken for 30 days of everything.
    """

    allowed = (SEE_DELIVERIES,)
    page_title = _("Figures")
    header_icon = "table"
    template_name = "publishing/figures.html"

    @cached_property
    def days(self) -> int:
        asked = self.request.GET.get("days", "")
        return int(asked) if asked in {str(days) for days in PERIODS} else 30

    @cached_property
    def all_series(self) -> list[Series]:
        return all_series(self.request.user)

    @cached_property
    def series(self) -> Series | None:
        asked = self.request.GET.get("series", "")
        return next((one for one in self.all_series if one.key == asked), None)

    def address(self, **changes: Any) -> str:
        asked = {"days": str(self.days), **({"series": self.series.key} if self.series else {})}
        return f"{reverse('publishing_figures')}?{urlencode(asked | changes)}"

    def posts(self) -> list[Measured]:
        return figures.measured(
            visible_to(self.request.user, figures.posts_out(self.days, self.series.key if self.series else ""))
        )

    @property
    def header_buttons(self) -> list[Any]:
        url = self.address(format="csv")
        return [HeaderButton(gettext("Download as CSV"), url=url, icon_name="download")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "csv":
            return _csv(self.posts(), self.days)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        posts = self.posts()
        channels, stories = figures.add_up(posts, "channel"), figures.add_up(posts, "story")
        series = figures.add_up(posts, "series")
        return super().get_context_data(
            days=self.days,
            periods=[(days, self.address(days=str(days))) for days in PERIODS],
            all_series=self.all_series,
            chosen_series=self.series,
            series=_rows(series),
            series_chart=_views(series),
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
    about = [_("Organisation"), _("Channel"), _("Campaign"), _("Answer"), _("Address"), _("Sent")]
    heads = [*about, *LABELS.values(), _("Asked")]
    write.writerow([cell_text(str(head)) for head in heads])
    gone = gettext("not told any more")
    for post in posts:
        one = post.delivery
        told = [gone if figure.is_gone else figure.value for figure in post.figures(MEASURES)]
        series = str(series_of(one.version) or "")
        where = [one.channel.organisation.name, one.channel.name]
        cells = [*where, series, one.version.title, one.permalink, _time(one.sent_at)]
        write.writerow([cell_text(cell) for cell in [*cells, *told, _time(post.at)]])
    answer = HttpResponse("\ufeff" + rows.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="figures-{days}-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def _time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
