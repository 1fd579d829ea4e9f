"""How often a password or a code may be tried. Counted in the database, so that all web processes count together.

Each try is written down before it is checked and taken away again if it was right: tries that come at the same moment
see each other, and none slips through between counting and writing. What is kept is a keyed hash of whom it was about,
for an hour at most. Nobody is locked out by others for long: every limit is a window that slides, a refused try does not
prolong it, and a browser in which this person has logged in before has a count of its own (``known_browser.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

KEPT = timedelta(hours=1)


class CountedTry(models.Model):
    """One try that was wrong, or is being checked. ``key`` says what it counts against, and tells nobody who it was."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="counted_try"),
            models.Index(fields=["at"], name="counted_at"),
        ]
        verbose_name = "counted try"
        verbose_name_plural = "counted tries"

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%H:%M:%S}"


@dataclass(frozen=True)
class Limit:
    """At most ``most`` wrong tries of what ``name`` says within ``seconds``, which are an hour at most."""

    name: str
    most: int
    seconds: int


# One office may have one address, so this one is generous; the others stop whoever guesses.
OF_ADDRESS = Limit("address", 40, 600)
OF_ACCOUNT_AT_ADDRESS = Limit("account-at-address", 5, 300)
OF_ACCOUNT = Limit("account", 25, 600)
OF_KNOWN_BROWSER = Limit("known-browser", 8, 300)
OF_CODE = Limit("code", 5, 300)
# Mails with a link for a new password: so that nobody fills a colleague's letter box, or asks for all the office's at once.
OF_RESETS_TO = Limit("resets-to", 3, 3600)
OF_RESETS_FROM = Limit("resets-from", 20, 3600)


def codes_of(user: Any, known_browser: str = "") -> tuple[Limit, str]:
    """Codes and keys of this person: in a browser that is known, or in all others together. Who has stolen a password does not
    hold the owner up with wrong codes."""
    return OF_CODE, f"second factor {user.pk} {known_browser}"


def password_of(username: str) -> tuple[Limit, str]:
    """The password of this person, who is logged in and asked again who it is."""
    return OF_CODE, f"password {username}"


@dataclass(frozen=True)
class Try:
    """``wait``  seconds until it is worth trying again; 0: it may be checked now. Call ``right()`` if it was."""

    wait: int
    rows: tuple[int, ...] = ()

    def right(self) -> None:
        """It does not count. What was counted before stays: one right try must not make room for more wrong ones."""
        CountedTry.objects.filter(pk__in=self.rows).delete()

    @property
    def minutes(self) -> int:
        return max(1, math.ceil(self.wait / 60))


def begin(*counted: tuple[Limit, str]) -> Try:
    """Counts a try against every limit, for the one whom the string names. A refused try is not counted."""
    now = timezone.now()
    keys = [(limit, _key(limit, who)) for limit, who in counted]
    rows = tuple(CountedTry.objects.create(key=key, at=now).pk for _limit, key in keys)
    wait = max(_wait(limit, key) for limit, key in keys)
    if wait:
        CountedTry.objects.filter(pk__in=rows).delete()
        return Try(wait)
    return Try(0, rows)


def forget(*counted: tuple[Limit, str]) -> None:
    """What was counted does not count any more: somebody who may has decided so."""
    CountedTry.objects.filter(key__in=[_key(limit, who) for limit, who in counted]).delete()


def tidy(sender: Any, **signal: Any) -> None:
    """What is too old to count goes, also when nobody tries anything any more."""
    over = CountedTry.objects.filter(at__lt=timezone.now() - KEPT)
    if over.exists():
        over.delete()


def _key(limit: Limit, who: str) -> str:
    return salted_hmac(f"cms.accounts.throttle.{limit.name}", who, algorithm="sha256").hexdigest()


def _wait(limit: Limit, key: str) -> int:
    now = timezone.now()
    within = CountedTry.objects.filter(key=key, at__gt=now - timedelta(seconds=limit.seconds))
    # The newest first: when the one that is too many leaves the window, there is room again.
    newest = list(within.order_by("-at", "-pk").values_list("at", flat=True)[: limit.most + 1])
    if len(newest) <= limit.most:
        return 0
    return max(1, math.ceil(limit.seconds - (now - newest[-1]).total_seconds()))
