"""A notice to one person, and how each person wants to be told."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.notices.kinds import How, News, kinds, kinds_for, sources
from publishing.models import in_words

log = logging.getLogger("cms.notices")

# What is older is on the first page, if it still waits, and is news to nobody.
LOOKS_BACK = timedelta(days=3)
KEPT = timedelta(days=90)


class NoticeWishes(models.Model):
    """How one person wants to be told; without a row the defaults of the kinds hold.

    hows  {key of a kind: How}; a kind that is not in it has its default
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_wishes")
    hows = models.JSONField(default=dict, blank=True)
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the daily mail"), default=8, validators=[MaxValueValidator(23)]
    )
    is_quiet_at_weekends = models.BooleanField(
        _("no mails on Saturday and Sunday"),
        default=False,
        help_text=_("They come on Monday."),
    )

    class Meta:
        verbose_name = _("wishes about notices")
        verbose_name_plural = _("wishes about notices")
        constraints = [models.CheckConstraint(condition=Q(digest_hour__lte=23), name="digest_hour_of_a_day")]

    def __str__(self) -> str:
        return str(self.person)

    def how(self, key: str) -> str:
        """A value of How; that of a kind which is gone is OFF."""
        kind = kinds.get(key)
        chosen: str = self.hows.get(key, "")
        return chosen if chosen in How.values else (kind.default if kind else How.OFF)


class PersonalNoticeQuerySet(models.QuerySet["PersonalNotice"]):
    def shown_to(self, user: Any) -> Self:
        """The person's own, of kinds that the person may still see."""
        return self.filter(person=user, kind__in=[kind.key for kind in kinds_for(user)])

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


def number_unread(user: Any) -> int:
    """How many notices the person has not read. It stands in the menu of every page, and to build a query set takes ten
    times as long as the answer."""
    keys = [kind.key for kind in kinds_for(user)]
    if not keys:
        return 0
    places = ", ".join(["%s"] * len(keys))
    table = PersonalNotice._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM {table} WHERE person_id = %s AND read_at IS NULL AND kind IN ({places})",  # noqa: S608
            [user.pk, *keys],
        )
        return int(cursor.fetchone()[0])


class PersonalNotice(models.Model):
    """That one person is told of one thing.

    mail        number of the mail it goes out with, empty before; the same when that mail has to be sent again
    claimed_at  when somebody last began to send that mail
    mailed_at   when the mail server had taken it, or nobody was there any more to write to
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=120)
    words = models.CharField(max_length=300)
    values = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    how = models.CharField(max_length=6, choices=How.choices)
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = PersonalNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to a person")
        verbose_name_plural = _("notices to persons")
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "kind", "about"], name="told_once")]
        indexes = [
            models.Index(fields=["person", "-made_at"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["how", "made_at"],
                name="notice_to_mail",
                condition=Q(mailed_at__isnull=True, how__in=["digest", "once"]),
            ),
            models.Index(fields=["kind", "about"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.about}"

    def text(self) -> str:
        """In the active language."""
        return in_words(self.words, self.values)


def tell(news: Iterable[News]) -> int:
    """Notes each for everybody who wants to hear of it and has not yet. Returns how many are new."""
    wanted = {(person, one.kind, one.about): one for one in news for person in one.people}
    if not wanted:
        return 0
    known = PersonalNotice.objects.filter(about__in={one.about for one in wanted.values()})
    told = set(known.values_list("person", "kind", "about"))
    wanted = {key: one for key, one in wanted.items() if key not in told}
    if not wanted:
        return 0
    wishes = {one.person_id: one for one in NoticeWishes.objects.filter(person__in={key[0] for key in wanted})}
    rows = []
    for (person, kind, about), one in wanted.items():
        how = wishes.get(person, NoticeWishes()).how(kind)
        if how != How.OFF:
            rows.append(
                PersonalNotice(
                    person_id=person, kind=kind, about=about, words=one.words, values=one.values, url=one.url, how=how
                )
            )
    if rows:
        # Two sweeps at a time: the unique key decides.
        PersonalNotice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def find(now: datetime | None = None) -> None:
    """Asks every source. One that fails is logged, and holds up no other."""
    since = (now or timezone.now()) - LOOKS_BACK
    for source in sources:
        try:
            with transaction.atomic():
                tell(source(since))
        except Exception:
            log.exception("notices of %s could not be made", getattr(source, "__name__", source))


def forget(now: datetime | None = None) -> None:
    """Deletes what is old."""
    old = PersonalNotice.objects.filter(made_at__lt=(now or timezone.now()) - KEPT)
    if old.exists():  # a look costs no lock on SQLite, a deletion does
        old.delete()
