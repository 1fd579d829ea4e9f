"""Keeps a copy of what every link of evidence, and every address where a claim was seen, leads to.

Runs beside the worker's sweep (aside.py), for a few seconds a turn. One row for each address says whether a copy is kept, why not, and
when it is tried again. The copy itself is a ``KeptCopy``: private, and handed out to be saved only. A turn takes a row by
moving its next time ahead; killed in the middle, the row is due again later, and what lay half written is removed first.

Screenshots are not taken: that would run strangers' scripts in a browser beside the office's credentials. People upload them.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log as note

from cms.incidents import Appearance
from cms.keeping.archive import packed
from cms.keeping.fetching import NotFetched, Problem, fetch
from cms.kept import KeptCopy
from cms.pages.answer import Answer, Evidence

log = logging.getLogger("cms.keeping")

SECONDS = 15.0  # of one turn, before the last call of it begins
MOST = 50  # rows looked at for one turn
LEASE = timedelta(minutes=10)  # longer than one call with everything around it
PAUSES = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
# To ask such an address again would bring nothing else; a person may.
FINAL = frozenset({Problem.ADDRESS, Problem.PRIVATE, Problem.GONE, Problem.REFUSED, Problem.LARGE, Problem.REDIRECTS})
# A draft is written on; its links are looked at when nobody has saved it for a while.
QUIET, LOOKED_BACK = timedelta(minutes=5), timedelta(hours=3)


class Keeping(models.Model):
    """How it stands with the copy of one address.

    copy    the newest copy; older ones have the same ``source_url``
    due_at  when it is tried next; empty: a copy is kept, or only a person gets any further
    tries   in vain, since it was last asked for
    file    of a copy that is being written; removed if nothing came of it
    """

    url = models.URLField(max_length=600, unique=True)
    copy = models.ForeignKey(KeptCopy, on_delete=models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField(null=True, default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=12, choices=Problem.choices, blank=True)
    file = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("keeping of an address")
        verbose_name_plural = _("keepings of addresses")
        indexes = [models.Index(fields=["due_at"], name="keeping_due")]

    def __str__(self) -> str:
        return f"{self.pk}"


# Which addresses ------------------------------------------------------------------------------------------------


def collect() -> None:
    """Makes rows for addresses that have none. Again does nothing."""
    unknown = ~Exists(Keeping.objects.filter(url=OuterRef("url")))
    found: set[str] = set(_of_drafts())
    for rows in (Evidence.objects.all(), Appearance.objects.all()):
        found |= set(rows.exclude(url="").filter(unknown).order_by().values_list("url", flat=True).distinct()[:500])
    Keeping.objects.bulk_create([Keeping(url=url) for url in sorted(found)], ignore_conflicts=True)


def _of_drafts() -> set[str]:
    """Links of evidence in drafts that were saved a short while ago: those of a live page stand in no table yet."""
    now = timezone.now()
    drafts = Answer.objects.filter(has_unpublished_changes=True, latest_revision_created_at__lte=now - QUIET)
    drafts = drafts.filter(latest_revision_created_at__gt=now - LOOKED_BACK)
    contents = drafts.order_by().values_list("latest_revision__content", flat=True)[:100]
    found = {str(piece.get("url") or "") for content in contents for piece in (content or {}).get("evidence", [])}
    known = set(Keeping.objects.filter(url__in=found).values_list("url", flat=True))
    return found - known - {""}


# A turn ---------------------------------------------------------------------------------------------------------


def turn(seconds: float = SECONDS) -> int:
    """Tries what is due, each site once, and begins nothing after ``seconds``. Returns how many copies were kept."""
    until, kept, asked = time.monotonic() + seconds, 0, set()
    due = Keeping.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
    for keeping in list(due[:MOST]):
        site = _site(keeping.url)
        if time.monotonic() > until:
            break
        if site in asked or not _take(keeping):
            continue
        asked.add(site)
        kept += _keep(keeping)
    return kept


def _storage() -> Any:
    return KeptCopy._meta.get_field("file").storage


def _site(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _take(keeping: Keeping) -> bool:
    """Takes the row for this worker and puts away what an earlier try left lying. False: another was faster."""
    now, left = timezone.now(), keeping.file
    file = f"kept/{now:%Y/%m}/{keeping.pk}-{secrets.token_hex(8)}.zip"
    mine = Keeping.objects.filter(pk=keeping.pk, due_at=keeping.due_at, file=left)
    if not mine.update(due_at=now + LEASE, tried_at=now, file=file):
        return False
    if left and not KeptCopy.objects.filter(file=left).exists():
        _storage().delete(left)
    keeping.due_at, keeping.tried_at, keeping.file = now + LEASE, now, file
    return True


def _keep(keeping: Keeping) -> bool:
    mine = Keeping.objects.filter(pk=keeping.pk, file=keeping.file)
    try:
        found = fetch(keeping.url)
    except NotFetched as failed:
        again = None if failed.problem in FINAL or keeping.tries >= len(PAUSES) else PAUSES[keeping.tries]
        mine.update(
            problem=failed.problem,
            tries=keeping.tries + 1,
            due_at=timezone.now() + again if again is not None else None,
            file="",
        )
        return False
    at = timezone.now()
    body = packed(keeping.url, found, at)
    _storage().save(keeping.file, ContentFile(body))
    with transaction.atomic():
        copy = KeptCopy(title=title_of(keeping.url, at), source_url=keeping.url, kept_at=at)
        copy.file.name, copy.sha256 = keeping.file, hashlib.sha256(body).hexdigest()
        copy.save()
        is_mine = mine.update(copy=copy, problem="", tries=0, due_at=None, file="")
        if not is_mine:  # it took longer than the lease, and another worker is at it
            transaction.set_rollback(True)
    if not is_mine:
        _storage().delete(keeping.file)
    return bool(is_mine)


def title_of(url: str, at: Any) -> str:
    """The site and the day: a page's own title may name somebody."""
    return f"{_site(url)[:150]} {timezone.localtime(at):%d/%m/%Y}"


# By hand --------------------------------------------------------------------------------------------------------


def ask_again(url: str) -> None:
    """A new copy is wanted now. What is kept stays."""
    keeping, _is_new = Keeping.objects.get_or_create(url=url)
    Keeping.objects.filter(pk=keeping.pk, file="").update(due_at=timezone.now(), tries=0, problem="")


@transaction.atomic
def take_upload(url: str, file: Any, by: Any) -> KeptCopy:
    """What a person saved of the address themselves, such as a screenshot."""
    now = timezone.now()
    copy = KeptCopy(title=title_of(url, now), source_url=url, kept_at=now, file=file)
    copy.full_clean()
    copy.save()
    Keeping.objects.get_or_create(url=url)
    Keeping.objects.filter(url=url).update(copy=copy, due_at=None, tries=0, problem="", file="")
    note(instance=copy, action="wagtail.create", user=by)
    return copy


def sweep() -> None:
    """One round."""
    collect()
    turn()
