"""Sends the mails: to confirm an address, and the warnings themselves. Runs in the worker, never in a request.

Who is owed what stands in AlertMail, one row for each alert and subscriber, made before anything is sent. Before a mail is
handed over its row says that it was tried; afterwards that it is out. A worker that is killed between the two leaves a row
of which nobody knows. Such a mail is sent once more, after a while, with the same Message-ID, by which mailboxes that
compare know it again: of a warning twice is better than not at all. If that call is cut off too it is left alone.
A server that says no for good is asked once; one that says "not now" is asked again, less and less often, as long as the
warning holds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaigns.alerts import letters
from campaigns.alerts.models import Alert, AlertMail, Subscriber
from campaigns.alerts.subscribers import forget_unconfirmed
from cms.mail_outcome import Outcome
from cms.mail_post import Post

log = logging.getLogger("campaigns.alerts")

SECONDS = 20.0  # of one turn: the sweep has other things to do
MOST = 2000  # rows read for one turn
CUT_AFTER = timedelta(minutes=15)  # longer than any call to a mail server
LINK_AGAIN = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=1)

# What a row says, in AlertMail.words. Empty: not tried yet, or a call of which nobody knows how it ended.
ONCE_MORE = gettext_noop("The first call to the mail server was cut off; this is the second.")
NOBODY_KNOWS = gettext_noop("Two calls to the mail server were cut off. Nobody knows whether it went out.")
REFUSED = gettext_noop("The mail server refused the address or the mail for good.")
RESTORED = gettext_noop("The site was restored from a backup. Nobody knows whether it went out; it is not sent again.")
NOT_NOW = gettext_noop("The mail server could not take it; it is tried again.")


def sweep(**signal: Any) -> None:
    """For the worker's sweep: forgets, plans and sends for one turn."""
    forget_unconfirmed()
    turn()


def turn(seconds: float = SECONDS) -> bool:
    """Sends what is due, for at most ``seconds``. True: there is more that could go out now."""
    until = time.monotonic() + seconds
    for alert in Alert.objects.out().filter(sends_mail=True, expires_at__gt=timezone.now()):
        owe(alert)
    post = Post()
    try:
        for step in (_links(post), _warnings(post)):
            for _sent in step:
                if post.is_away:
                    return False
                if time.monotonic() > until:
                    return True
    finally:
        post.close()
    return False


def end_owed(**signal: Any) -> None:
    """After a backup was restored: what was owed by then has most likely gone out, so nobody is sent it again."""
    for alert in Alert.objects.out().filter(sends_mail=True, expires_at__gt=timezone.now()):
        owe(alert)
    owed = AlertMail.objects.filter(sent_at__isnull=True, refused_at__isnull=True)
    owed.update(refused_at=timezone.now(), words=RESTORED)


# Who is owed what ----------------------------------------------------------------------------------------------


def owe(alert: Alert) -> int:
    """Makes the rows of a message that is out; again makes only those that are missing. Returns how many are made.

    A warning goes to everybody who had confirmed before it; that it was taken back, to those who may have got it.
    """
    if alert.follower:
        return 0
    to = Subscriber.objects.filter(confirmed_at__lte=alert.public_at).exclude(mails__alert=alert)
    if alert.is_cancel:
        told = AlertMail.objects.filter(alert__in=_before(alert), tried_at__isnull=False, refused_at__isnull=True)
        to = to.filter(pk__in=told.values("subscriber"))
    else:
        to = to.filter(_reads(alert))
    rows = [AlertMail(alert=alert, subscriber_id=pk) for pk in to.values_list("pk", flat=True)]
    AlertMail.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _before(alert: Alert) -> list[int]:
    found, one = [], alert
    while one.replaces_id:
        one = Alert.objects.get(pk=one.replaces_id)
        found.append(one.pk)
    return found


def _reads(alert: Alert) -> Q:
    """Subscribers of the alert's language; of one in the main language all but those who have it in their own."""
    if alert.language != settings.LANGUAGE_CODE:
        return Q(language=alert.language)
    own = Alert.objects.none()
    if alert.campaign:
        same = {"campaign__translation_key": alert.campaign.translation_key}
        own = Alert.objects.current().filter(**same).exclude(language=alert.language)
    return ~Q(language__in=own.values("language"))


# Sending -------------------------------------------------------------------------------------------------------


def _links(post: Post) -> Iterator[None]:
    """The mails that ask for a confirmation. Twice would do no harm; for ever would."""
    now = timezone.now()
    due = Subscriber.objects.filter(confirmed_at__isnull=True, link_sent_at__isnull=True)
    due = due.filter(Q(link_tried_at__isnull=True) | Q(link_tried_at__lt=now - LINK_AGAIN)).order_by("pk")
    for one in due[:MOST]:
        if not post.open():
            return
        mine = Subscriber.objects.filter(pk=one.pk, link_tried_at=one.link_tried_at, link_sent_at__isnull=True)
        if not mine.update(link_tried_at=now):
            continue
        outcome = post.send(letters.confirmation(one))
        if outcome is Outcome.SENT:
            Subscriber.objects.filter(pk=one.pk).update(link_sent_at=timezone.now())
        elif outcome is Outcome.REFUSED:
            Subscriber.objects.filter(pk=one.pk, confirmed_at__isnull=True).delete()
        yield


def pause(tries: int) -> timedelta:
    """How long a letter waits after so many tries that the server put off."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, tries - 1))


def _due(now: datetime) -> QuerySet[AlertMail]:
    """Rows that may be sent by what their message is, those never tried first. When exactly is asked of each row."""
    owed = AlertMail.objects.filter(sent_at__isnull=True, refused_at__isnull=True)
    # A warning that was replaced or taken back, or that has run out, is sent to nobody any more.
    standing = Q(alert__expires_at__gt=now) & ~Q(alert__replaced_by__state=Alert.State.APPROVED)
    return (
        owed.filter(standing, alert__state=Alert.State.APPROVED)
        .select_related("subscriber")
        .order_by(F("tried_at").asc(nulls_first=True), "pk")
    )


def is_due(row: AlertMail, now: datetime) -> bool:
    if row.tried_at is None:
        return True
    if row.words in ("", ONCE_MORE):
        return row.tried_at < now - CUT_AFTER
    return row.tried_at < now - pause(row.tries)


def _warnings(post: Post) -> Iterator[None]:
    now = timezone.now()
    alerts: dict[int, Alert] = {}
    ripe = Q(tried_at__isnull=True) | Q(tried_at__lt=now - FIRST_PAUSE)
    for row in _due(now).filter(ripe)[:MOST]:
        if not is_due(row, now):
            continue
        mine = AlertMail.objects.filter(pk=row.pk, tried_at=row.tried_at, sent_at=None, refused_at=None)
        if row.words == ONCE_MORE:
            mine.update(refused_at=now, words=NOBODY_KNOWS)
            continue
        if not post.open():
            return
        was_cut = row.tried_at is not None and not row.words
        if not mine.update(tried_at=timezone.now(), tries=F("tries") + 1, words=ONCE_MORE if was_cut else ""):
            continue  # another worker was faster
        if row.alert_id not in alerts:
            rows = Alert.objects.select_related("campaign__office", "campaign__locale").prefetch_related("places")
            alerts[row.alert_id] = rows.get(pk=row.alert_id)
        _note(row, post.send(letters.warning(alerts[row.alert_id], row.subscriber)))
        yield


def _note(row: AlertMail, outcome: Outcome) -> None:
    """Writes down how it ended. Of a call that was cut off nothing is known, and nothing is written."""
    mine = AlertMail.objects.filter(pk=row.pk)
    if outcome is Outcome.SENT:
        mine.update(sent_at=timezone.now(), words="")
    elif outcome is Outcome.REFUSED:
        mine.update(refused_at=timezone.now(), words=REFUSED)
    elif outcome in (Outcome.LATER, Outcome.AWAY):
        mine.update(words=NOT_NOW)
