"""Asks again, about once a week, whether the evidence of published answers still stands where its links lead.

A link counts as dead when the site says that the page is gone, its name leads nowhere, or its certificate is broken, several
times over days. A site that refuses programs, is slow or has a fault says nothing about the page. Alive again, it is alive.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.keeping.copies import Keeping
from cms.keeping.fetching import NotFetched, Problem, fetch
from cms.pages.answer import Change, Evidence
from cms.re_review import Reason

log = logging.getLogger("cms.keeping")

SECONDS = 10.0  # of one turn, before the last call of it begins
MOST = 50
LEASE = timedelta(minutes=10)
EVERY, SOONER = timedelta(days=7), timedelta(days=1)  # usually; after a failure
DEAD_AFTER_TIMES, DEAD_AFTER = 3, timedelta(days=3)
DYING = frozenset({Problem.GONE, Problem.NO_NAME, Problem.TLS})


class WatchedLink(models.Model):
    """How it stands with one link.

    etag, modified       what the server said, for asking whether anything changed
    problem              of the last time; empty: it was there
    fails, failing_since times in a row, and since when, it said that the page is gone
    dead_at              since when it counts as dead
    """

    url = models.URLField(max_length=600, unique=True)
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=12, choices=Problem.choices, blank=True)
    fails = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("watched link")
        verbose_name_plural = _("watched links")
        indexes = [
            models.Index(fields=["due_at"], name="watched_link_due"),
            models.Index(fields=["dead_at"], condition=models.Q(dead_at__isnull=False), name="watched_link_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


def watched() -> QuerySet[Evidence]:
    """Evidence with a link, of what is published and not retracted."""
    return Evidence.objects.exclude(url="").filter(page__live=True).exclude(page__change_kind=Change.RETRACTION)


def _share(url: str) -> float:
    """A number from 0 to 1, always the same for this address: so that not all are asked on one day."""
    return int(hashlib.sha256(url.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


def collect() -> None:
    """Begins to watch links that are new, spread over a week. Again does nothing."""
    unknown = watched().filter(~Exists(WatchedLink.objects.filter(url=OuterRef("url"))))
    now = timezone.now()
    urls = unknown.order_by().values_list("url", flat=True).distinct()[:500]
    rows = [WatchedLink(url=url, due_at=now + EVERY * _share(url)) for url in urls]
    WatchedLink.objects.bulk_create(rows, ignore_conflicts=True)


def turn(seconds: float = SECONDS) -> int:
    """Asks for what is due and begins nothing after ``seconds``. Returns how many were asked."""
    until, asked = time.monotonic() + seconds, 0
    due = list(WatchedLink.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")[:MOST])
    needed = set(watched().filter(url__in=[link.url for link in due]).values_list("url", flat=True))
    for link in due:
        if time.monotonic() > until:
            break
        if link.url not in needed:
            link.delete()  # should an answer lead there again, it is watched again
            continue
        now = timezone.now()
        if WatchedLink.objects.filter(pk=link.pk, due_at=link.due_at).update(due_at=now + LEASE):
            link.due_at = now + LEASE
            _look(link)
            asked += 1
    return asked


def _look(link: WatchedLink) -> None:
    problem, before = "", link.asked_at
    try:
        link.etag, link.modified = _ask(link)
    except NotFetched as failed:
        problem = failed.problem
    take_down(link, problem, timezone.now())
    names = ("due_at", "asked_at", "etag", "modified", "problem", "fails", "failing_since", "dead_at")
    mine = WatchedLink.objects.filter(pk=link.pk, asked_at=before)
    mine.update(**{name: getattr(link, name) for name in names})


def _ask(link: WatchedLink) -> tuple[str, str]:
    """HEAD, and GET where that was not answered well. Returns (etag, modified) as the server says now."""
    headers = {"If-None-Match": link.etag} if link.etag else {}
    if link.modified:
        headers["If-Modified-Since"] = link.modified
    try:
        found = fetch(link.url, "HEAD", headers)
    except NotFetched as failed:
        if not failed.status:
            raise  # nobody answered, and nobody would answer a GET
        found = fetch(link.url, "GET", headers)
    if found.status == 304:
        return link.etag, link.modified
    return found.headers.get("etag", "")[:200], found.headers.get("last-modified", "")[:60]


def take_down(link: WatchedLink, problem: str, now: datetime) -> None:
    """Notes how it was this time; ``problem`` is empty where it was there. Does not save."""
    link.asked_at, link.problem = now, problem
    if problem in DYING:
        link.fails += 1
        link.failing_since = link.failing_since or now
        if link.fails >= DEAD_AFTER_TIMES and now - link.failing_since >= DEAD_AFTER:
            link.dead_at = link.dead_at or now
    elif not problem:
        link.fails, link.failing_since, link.dead_at = 0, None, None
    is_usual = not problem or link.dead_at is not None
    link.due_at = now + (EVERY * (0.9 + 0.2 * _share(link.url)) if is_usual else SOONER)


# What follows ---------------------------------------------------------------------------------------------------


def died() -> Iterator[Reason]:
    """Answers with evidence whose link is dead. Three queries."""
    dead = dict(WatchedLink.objects.filter(dead_at__isnull=False).values_list("url", "dead_at"))
    if not dead:
        return
    urls = WatchedLink.objects.filter(dead_at__isnull=False).values("url")
    kept = set(Keeping.objects.filter(url__in=urls, copy__isnull=False).values_list("url", flat=True))
    for page, url, title, copy in watched().filter(url__in=urls).values_list("page", "url", "title", "kept_copy"):
        if url not in dead:
            continue  # it died between the questions; the next time it is told
        has_copy = url in kept or copy is not None
        words = (
            _("The link of “%(title)s” is dead; a copy is kept.")
            if has_copy
            else _("The link of “%(title)s” is dead, and no copy was kept.")
        )
        since = dead[url]
        assert since is not None
        yield Reason(page, since, words % {"title": title})


def links_of(urls: Iterable[str]) -> dict[str, WatchedLink]:
    """What is known of links, by address. One query."""
    return {link.url: link for link in WatchedLink.objects.filter(url__in=set(urls))}


def sweep() -> None:
    """One round."""
    collect()
    turn()
