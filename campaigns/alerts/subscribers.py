"""Who is told by mail. An address is kept only for this, and is deleted with the last click or if it was never confirmed."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.alerts import wake
from campaigns.alerts.models import UNCONFIRMED, Subscriber

# Somebody who asks again got no mail, or is somebody else who fills other people's mailboxes.
AGAIN_AFTER = timedelta(minutes=10)


def ask(address: str, language: str) -> None:
    """Notes that ``address`` asked, and that it is owed the mail with the link. Nothing for one that is confirmed."""
    now = timezone.now()
    known = Subscriber.objects.filter(address=address.lower()).first()
    if known is None:
        try:
            with transaction.atomic():
                Subscriber.objects.create(address=address.lower(), language=language, token=secrets.token_urlsafe(32))
        except IntegrityError:  # a second click that was as fast as the first
            return
    else:
        # The same statement whatever it finds, so that it takes the same time.
        waiting = Subscriber.objects.filter(pk=known.pk, confirmed_at__isnull=True)
        waiting.filter(link_sent_at__lt=now - AGAIN_AFTER).update(
            asked_at=now, language=language, link_sent_at=None, link_tried_at=None
        )
    wake.mails()


def with_token(token: str) -> Subscriber | None:
    """Whose link it is, as long as it holds."""
    found = Subscriber.objects.filter(token=token).first()
    if found and not found.confirmed_at and found.asked_at < timezone.now() - UNCONFIRMED:
        return None
    return found


def confirm(token: str) -> bool:
    """Whether the link holds; the address gets warnings from now on."""
    found = with_token(token)
    if found is None:
        return False
    Subscriber.objects.filter(pk=found.pk, confirmed_at__isnull=True).update(confirmed_at=timezone.now())
    return True


def forget(token: str) -> None:
    """Deletes the address and everything that was noted about mails to it."""
    Subscriber.objects.filter(token=token).delete()


def forget_unconfirmed() -> int:
    """Deletes addresses that were not confirmed in time. Returns how many."""
    late = Subscriber.objects.filter(confirmed_at__isnull=True, asked_at__lt=timezone.now() - UNCONFIRMED)
    return late.delete()[0]
