"""Published answers that need another look: why, since when, and that somebody looked and found them still right.

Other modules add reasons: a function that gives every reason it knows of, settled ones too, is passed to ``add_reasons``
when the app starts. A look settles what arose before it; what arises later is new. Nothing else settles a reason, so a
function leaves out what is no longer so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from cms.claims import Verdict
from cms.incidents import Incident
from cms.office_clocks import office_clocks
from cms.pages.answer import Answer, AnsweredIncident, Change

LOOK = "cms.add_secondlook"


class SecondLook(models.Model):
    """That somebody looked at a published answer again and found it still right. Append-only.

    seen_at  until when reasons are settled: when the person was shown them, not when the button was pressed
    """

    page = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="second_looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("what was looked at"), max_length=1000)
    seen_at = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("second look at an answer")
        verbose_name_plural = _("second looks at answers")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["page", "seen_at"], name="second_look_settles")]

    def __str__(self) -> str:
        return f"{self.page_id} {self.at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a second look is written once")
        super().save(*args, **kwargs)


@dataclass(frozen=True)
class Reason:
    """Why an answer needs another look. ``page`` is its id; ``words`` is one short sentence."""

    page: int
    since: datetime
    words: str | Promise


Source = Callable[[], Iterable[Reason]]
sources: list[Source] = []


def add_reasons(*added: Source) -> None:
    """Registers functions that give reasons, each with a constant number of queries; again does nothing."""
    sources.extend(one for one in added if one not in sources)


def standing() -> models.QuerySet[Answer]:
    """What may need another look: published and not retracted. A translation has what is judged from its original."""
    earlier = Answer.objects.order_by().filter(translation_key=OuterRef("translation_key"), pk__lt=OuterRef("pk"))
    return Answer.objects.live().exclude(change_kind=Change.RETRACTION).filter(~Exists(earlier))


def open_reasons(page: int | None = None) -> dict[int, list[Reason]]:
    """Reasons that no look has settled, by page id, the longest waiting page first; those of one page if it is given."""
    looks = SecondLook.objects.order_by().values_list("page").annotate(until=Max("seen_at"))
    settled = dict(looks if page is None else looks.filter(page=page))
    found: dict[int, list[Reason]] = {}
    for source in sources:
        for reason in source():
            is_settled = reason.page in settled and reason.since <= settled[reason.page]
            if not is_settled and page in (None, reason.page):
                found.setdefault(reason.page, []).append(reason)
    there = set(standing().filter(pk__in=found).values_list("pk", flat=True)) if found else set()
    kept = {pk: sorted(each, key=lambda one: one.since) for pk, each in found.items() if pk in there}
    return dict(sorted(kept.items(), key=lambda one: (one[1][0].since, one[0])))


@transaction.atomic
def still_right(page: Answer, by: Any, note: str, seen_at: datetime) -> SecondLook:
    """Settles every reason that arose until ``seen_at``. An incident that spreads again has its answer by that."""
    look = SecondLook.objects.create(page=page, by=by, note=note.strip(), seen_at=min(seen_at, timezone.now()))
    again = Incident.objects.filter(answers__page=page.pk, status=Incident.Status.AGAIN, again_at__lte=look.seen_at)
    for incident in again.exclude(answered_at=None).distinct():
        incident.status = Incident.Status.ANSWERED
        incident.save(update_fields=["status"])
    log(instance=page, action="cms.still_right", user=by, data={"note": look.note})
    return look


# The reasons that cms itself knows ----------------------------------------------------------------------------


def grown_old() -> Iterator[Reason]:
    """Answers that nobody has published or looked at for as many months as the office set."""
    months = office_clocks().review_months
    term = timedelta(days=round(months * 365.25 / 12))
    until = timezone.now() - term
    old = standing().filter(last_published_at__lte=until).exclude(rebuttal__verdict=Verdict.VERIFYING)
    old = old.filter(~Exists(SecondLook.objects.filter(page=OuterRef("pk"), at__gt=until)))
    words = ngettext(
        "Nobody has looked at it for %(count)d month.", "Nobody has looked at it for %(count)d months.", months
    )
    for pk, published, looked in old.annotate(looked=Max("second_looks__at")).values_list(
        "pk", "last_published_at", "looked"
    ):
        yield Reason(pk, max(published, looked or published) + term, words % {"count": months})


def spreading_again() -> Iterator[Reason]:
    """Answers to an incident that spreads again."""
    again = AnsweredIncident.objects.filter(incident__status=Incident.Status.AGAIN, incident__again_at__isnull=False)
    for pk, since in again.values_list("page").annotate(since=Max("incident__again_at")):
        yield Reason(pk, since, _("What it answers is spreading again."))


add_reasons(grown_old, spreading_again)
