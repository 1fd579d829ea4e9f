"""What campaigns add to the office's report: which ran, and what was made, fetched and played. Nothing about who did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext

from campaigns.campaign import Campaign
from campaigns.desk.base import SEE
from campaigns.materials.models import DownloadCount, MaterialVersion
from campaigns.quiz.models import QuizCount
from campaigns.waves import Wave
from cms.pages.answer import Change
from cms.reports.counting import in_both, now_and_before
from cms.reports.period import Period
from cms.reports.sections import Chart, Column, Figure, Link, Row, Section, Table


def campaigns(period: Period) -> Section:
    """Campaigns in all their languages, each counted once."""
    waves = _counts(Wave.objects.exclude(state=Wave.State.DRAFT), "starts_at", period)
    approved = _counts(MaterialVersion.objects.all(), "approved_at", period)
    downloads = _by_campaign(DownloadCount.objects.all(), "material__campaign__translation_key", period)
    rounds = _by_campaign(QuizCount.objects.filter(asked__gt=0), "campaign__translation_key", period)
    running, running_then = (_running(each) for each in (period, period.before))
    link = Link(reverse("campaigns_all"), SEE)
    figures = (
        Figure(
            "campaigns",
            gettext("Campaigns running"),
            gettext(
                "Published, not retracted, begun by the last day of the period and not ended before its first; one in several languages is counted once."
            ),
            len(running),
            len(running_then),
            link=link,
        ),
        Figure(
            "waves",
            gettext("Waves begun"),
            gettext("Waves of campaigns whose start lies in the period, drafts left out."),
            *waves,
            link=link,
        ),
        Figure(
            "materials",
            gettext("Materials approved"),
            gettext(
                "Versions of materials that a second person approved in the period, each language and each new version for itself."
            ),
            *approved,
            link=link,
        ),
        Figure(
            "downloads",
            gettext("Downloads"),
            gettext("Files of materials that were fetched from the public pages in the period. Nobody knows by whom."),
            *_total(downloads),
        ),
        Figure(
            "quiz_rounds",
            gettext("Quiz rounds"),
            gettext("Rounds of the quizzes that were finished in the period, the site's own quiz too."),
            *_total(rounds),
        ),
    )
    heads = (Column(gettext("Downloads")), Column(gettext("Quiz rounds")))
    titles = _titles({*running, *downloads, *rounds} - {None})
    found = [
        Row(titles[key], (downloads.get(key, (0, 0))[0], rounds.get(key, (0, 0))[0]))
        for key in titles
        if key in running or any(counts.get(key, (0, 0))[0] for counts in (downloads, rounds))
    ]
    found.sort(key=lambda row: (-sum(value or 0 for value in row.values), row.label))
    table = Table(
        gettext("Campaigns of the period"),
        gettext("Campaign"),
        heads,
        tuple(found),
        gettext("Campaigns that ran in the period, with what was fetched and played of them."),
        Chart.BARS,
    )
    return Section("campaigns", gettext("Campaigns"), figures, (table,))


def _running(period: Period) -> set[UUID]:
    """Translation keys."""
    found = (
        Campaign.objects.filter(live=True, first_published_at__lt=period.end)
        .exclude(change_kind=Change.RETRACTION)
        .filter(Q(starts_on__isnull=True) | Q(starts_on__lte=period.last))
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=period.first))
    )
    return set(found.order_by().values_list("translation_key", flat=True))


def _counts(rows: Any, name: str, period: Period) -> tuple[int, int]:
    found = in_both(rows, name, period).order_by().aggregate(**now_and_before(name, period))
    return found["now"], found["then"]


def _by_campaign(rows: Any, by: str, period: Period) -> dict[UUID | None, tuple[int, int]]:
    """{campaign's translation key: (now, before)} of counts of days."""
    this = Q(on__gte=period.first, on__lte=period.last)
    before = Q(on__gte=period.before.first, on__lte=period.before.last)
    found = rows.filter(this | before).order_by().values_list(by)
    counted = found.annotate(now=Sum("times", filter=this, default=0), then=Sum("times", filter=before, default=0))
    return {key: (now, then) for key, now, then in counted}


def _total(counted: dict[UUID | None, tuple[int, int]]) -> tuple[int, int]:
    return sum(now for now, _then in counted.values()), sum(then for _now, then in counted.values())


def _titles(keys: set[UUID | None]) -> dict[UUID, str]:
    """That of the page that was made first. One query."""
    rows = Campaign.objects.filter(translation_key__in=keys).order_by("-pk")
    return dict(rows.values_list("translation_key", "title"))
