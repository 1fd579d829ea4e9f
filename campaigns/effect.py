"""What a campaign brought: posts and their figures by wave and form, downloads, the quiz, and reports before and after.

All of it is counted for the campaign in all its languages, and none of it knows a person. Figures that a channel does not
tell are not taken for 0 (publishing/figures.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.functional import cached_property

from campaigns.campaign import Campaign
from campaigns.materials.models import DownloadCount, Material
from campaigns.quiz.models import QuizCount
from campaigns.waves import WaveStep
from cms.incidents import Appearance, family
from cms.sent_in.submissions import Submission
from publishing import figures
from publishing.models import Delivery

WEEKS = 8  # before and after the launch


@dataclass
class Downloads:
    """Of one material: all, and of the last 30 days."""

    material: Material
    times: int = 0
    lately: int = 0


@dataclass
class Quiz:
    """Rounds that were finished. ``spread``: how many rounds ended with at most a third, two thirds, all right."""

    rounds: int = 0
    right: int = 0
    asked: int = 0
    spread: list[int] = field(default_factory=lambda: [0, 0, 0])

    @property
    def share(self) -> int | None:
        """Per cent of the questions that were answered right; None before the first round."""
        return round(100 * self.right / self.asked) if self.asked else None


@dataclass(frozen=True)
class Week:
    """Reports of one week. ``number`` counts from the launch: -1 is the week before it, 0 the first one after."""

    number: int
    begins_on: date
    submissions: int
    sightings: int
    is_whole: bool = True

    @property
    def reports(self) -> int:
        return self.submissions + self.sightings


class Effect:
    """Everything about one campaign, each part read when it is asked for, in a constant number of queries."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign

    @cached_property
    def pages(self) -> list[Campaign]:
        """The campaign in all its languages."""
        return list(Campaign.objects.filter(translation_key=self.campaign.translation_key).select_related("locale"))

    @cached_property
    def _steps(self) -> dict[str, WaveStep]:
        steps = WaveStep.objects.filter(wave__campaign__in=self.pages).select_related("wave", "material")
        return {step.story_key: step for step in steps}

    @cached_property
    def posts(self) -> list[figures.Measured]:
        """Every post of the campaign that is out: of its waves, and of its page."""
        keys = [*self._steps, *(page.story_key for page in self.pages)]
        return figures.measured(figures.posts_out().filter(story__in=keys))

    def by_wave(self) -> list[figures.Sum]:
        """One sum a wave, in the order of their start; ``of`` is the Wave, or None for posts of the page itself."""
        return self._sums(lambda step: (step.wave.starts_at, step.wave_id), lambda step: step.wave)

    def by_form(self) -> list[figures.Sum]:
        """One sum a form; ``of`` is the key of the form, or None for posts of the page itself."""
        return self._sums(lambda step: step.material.kind, lambda step: step.material.kind)

    def _sums(self, key: Any, of: Any) -> list[figures.Sum]:
        found: dict[Any, figures.Sum] = {}
        own = figures.Sum(None)
        for post in self.posts:
            step = self._steps.get(post.delivery.story)
            sums = found.setdefault(key(step), figures.Sum(of(step))) if step else own
            sums.add(post)
        return [found[each] for each in sorted(found)] + ([own] if own.posts else [])

    def downloads(self) -> list[Downloads]:
        """Of every material that was fetched at least once, most first."""
        since = timezone.localdate() - timedelta(days=30)
        rows = DownloadCount.objects.filter(material__campaign__in=self.pages).select_related("material")
        found: dict[int, Downloads] = {}
        for row in rows:
            one = found.setdefault(row.material_id, Downloads(row.material))
            one.times += row.times
            one.lately += row.times if row.on > since else 0
        return sorted(found.values(), key=lambda one: (-one.times, one.material.kind, one.material.language))

    def quiz(self) -> Quiz:
        """How the quiz of this campaign went."""
        found = Quiz()
        rows = QuizCount.objects.filter(campaign__in=self.pages, asked__gt=0)
        for right, asked, times in rows.values_list("right", "asked").annotate(all=Sum("times")).order_by():
            found.rounds += times
            found.right += right * times
            found.asked += asked * times
            found.spread[_third(right, asked)] += times
        return found

    @cached_property
    def launched_on(self) -> date | None:
        """The day of the first post of a wave, or, if none went out, the day the page was first published."""
        keys = list(self._steps)
        first = Delivery.objects.out().filter(story__in=keys).aggregate(at=Min("sent_at"))["at"] if keys else None
        published = [page.first_published_at for page in self.pages if page.first_published_at]
        moment: datetime | None = first or min(published, default=None)
        return timezone.localdate(moment) if moment else None

    def weeks(self) -> list[Week]:
        """Reports about the campaign's incidents: what the public sent in, and where they were seen, week by week around
        the launch. Empty before it. The last week may not be over."""
        if self.launched_on is None:
            return []
        first = self.launched_on - timedelta(weeks=WEEKS)
        today = timezone.localdate()
        after = min(WEEKS, (today - self.launched_on).days // 7 + 1)
        incidents = family(one.incident_id for page in self.pages for one in page.answered.all())
        sent = _by_week(Submission.objects.filter(incident__in=incidents), "received_at", first)
        seen = _by_week(Appearance.objects.filter(incident__in=incidents), "seen_at", first)
        return [
            Week(
                number=number - WEEKS,
                begins_on=(begins := first + timedelta(weeks=number)),
                submissions=sent.get(number, 0),
                sightings=seen.get(number, 0),
                is_whole=begins + timedelta(days=7) <= today,
            )
            for number in range(WEEKS + after)
        ]


def a_week(weeks: Iterable[Week]) -> float | None:
    """Reports a week, of whole weeks only; None of none."""
    whole = [week.reports for week in weeks if week.is_whole]
    return round(sum(whole) / len(whole), 1) if whole else None


def _third(right: int, asked: int) -> int:
    return 0 if 3 * right <= asked else 1 if 3 * right <= 2 * asked else 2


def _by_week(rows: Any, name: str, first: date) -> dict[int, int]:
    """How many of ``rows`` fall in each week after ``first``."""
    found: dict[int, int] = {}
    days = rows.annotate(day=TruncDate(name)).filter(day__gte=first).values_list("day", flat=True)
    for day in days:
        number = (day - first).days // 7
        found[number] = found.get(number, 0) + 1
    return found
