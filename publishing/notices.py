"""Mails to those who look after a channel, and to nobody else: what they must do, before or soon after it matters.

Sent from the sweep, never from a request. One mail a day at most for each channel and kind, and none twice about the
same event. A mail says nothing that is not on the channel's page: no credential, and no words of the vendor.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.credentials import renews_itself
from publishing.models import Channel, Delivery, Notice, State, local_time

log = logging.getLogger("publishing.notices")

DAYS_BEFORE = (1, 3, 7, 14)  # a mail when this many are left
AFTER = timedelta(minutes=30)  # what mends itself sooner is nobody's work
ONCE_IN = timedelta(days=1)
LISTED = 10  # deliveries in one mail


@dataclass(frozen=True)
class Event:
    """Something that somebody must be told. ``about`` is the same for the same event."""

    kind: Notice.Kinds
    about: str
    subject: str
    text: str


def sweep(**signal: Any) -> None:
    """Sends what is due. A mail that cannot be sent is tried again by the next sweep, and so are those after it."""
    now = timezone.now()
    channels = Channel.objects.usable().exclude(notices_to="").select_related("organisation")
    with translation.override(settings.LANGUAGE_CODE), timezone.override(timezone.get_default_timezone()):
        for channel in channels:
            for event in events(channel, now):
                if not _send_once(channel, event, now):
                    return


def events(channel: Channel, now: datetime) -> Iterator[Event]:
    """What is to be told about the channel now, in the active language."""
    yield from access(channel, now)
    if event := _waiting(channel, now):
        yield event


def access(channel: Channel, now: datetime) -> Iterator[Event]:
    """The same of its access and its answering alone, which needs no query."""
    if event := _expiry(channel, now):
        yield event
    if channel.stopped_at:
        yield Event(
            Notice.Kinds.STOPPED,
            channel.stopped_at.isoformat(),
            _("%(channel)s has stopped: please connect it again"),
            _("The channel has been stopped since %(time)s, and nothing is sent over it. Why: %(why)s")
            % {"time": local_time(channel.stopped_at), "why": channel.stopped_text()}
            + "\n\n"
            + _("What is planned waits, and goes out when somebody has connected it again."),
        )
    elif channel.opened_at and channel.opened_at <= now - AFTER:
        yield Event(
            Notice.Kinds.SILENT,
            channel.opened_at.isoformat(),
            _("%(channel)s does not answer"),
            _("The channel has not answered since %(time)s.") % {"time": local_time(channel.opened_at)}
            + " "
            + _("What is planned waits, and is tried again every ten minutes. Nothing is lost.")
            + "\n\n"
            + _("Please find out whether the other side has a disturbance or its address has changed."),
        )


def _expiry(channel: Channel, now: datetime) -> Event | None:
    if channel.expires_at is None or channel.stopped_at or renews_itself(channel.kind):
        return None
    left = (channel.expires_at - now) / timedelta(days=1)
    step = next((days for days in (0, *DAYS_BEFORE) if left <= days), None)
    if step is None:
        return None
    days = max(0, math.ceil(left))
    if left <= 0:
        subject = _("%(channel)s: the access has run out")
        text = _("The channel's access ran out at %(time)s.") % {"time": local_time(channel.expires_at)}
    else:
        subject = ngettext(
            "%%(channel)s: the access runs out within %(days)d day",
            "%%(channel)s: the access runs out within %(days)d days",
            days,
        ) % {"days": days}
        text = _("The channel's access runs out at %(time)s.") % {"time": local_time(channel.expires_at)}
    text += " " + _(
        "It cannot renew itself: somebody has to connect the channel again. Once it has run out, what is planned waits."
    )
    return Event(Notice.Kinds.EXPIRY, f"{channel.expires_at:%Y-%m-%d} {step}", subject, text)


def _waiting(channel: Channel, now: datetime) -> Event | None:
    """Deliveries that failed, or of which nobody knows whether they are out."""
    waiting = list(
        Delivery.objects.filter(channel=channel, state__in=[State.FAILED, State.UNKNOWN])
        .annotate(since=Coalesce(Max("attempts__ended_at"), "made_at"))
        .filter(since__lte=now - AFTER)
        .select_related("version")
        .order_by("-since", "-pk")[: LISTED + 1]
    )
    if not waiting:
        return None
    lines = [f"- {one.version.title} ({one.get_state_display()}): {one.words_text()}" for one in waiting[:LISTED]]
    if len(waiting) > LISTED:
        lines.append(_("- and more"))
    return Event(
        Notice.Kinds.WAITING,
        waiting[0].since.isoformat(),  # type: ignore[attr-defined]
        _("%(channel)s: deliveries wait for you"),
        _("These deliveries wait until a person has decided. The newest first:") + "\n\n" + "\n".join(lines),
    )


def _send_once(channel: Channel, event: Event, now: datetime) -> bool:
    """False: the mail could not be sent, and the others would not go out either."""
    last, _made = Notice.objects.get_or_create(channel=channel, kind=event.kind)
    if last.about == event.about or (last.at and now - last.at < ONCE_IN):
        return True
    # Taken before it is sent, so that two workers do not both send it.
    mine = Notice.objects.filter(pk=last.pk, about=last.about, at=last.at)
    if not mine.update(about=event.about, at=now):
        return True
    try:
        _mail(channel, event)
    except Exception as error:
        # The text of a mail server's error may name more than is needed; its kind says enough.
        log.warning("notice %s about channel %s could not be sent: %s", event.kind, channel.pk, type(error).__name__)
        Notice.objects.filter(pk=last.pk, about=event.about, at=now).update(about=last.about, at=last.at)
        return False
    return True


# Asked with (channel, kind of event, addresses): which of them hear of it in another way, and get no mail from here.
told_otherwise: list[Callable[[Channel, str, list[str]], set[str]]] = []


def _mail(channel: Channel, event: Event) -> None:
    addresses = [one.strip() for one in channel.notices_to.split(",") if one.strip()]
    for ask in told_otherwise:
        others = ask(channel, event.kind, addresses)
        addresses = [one for one in addresses if one not in others]
    if not addresses:
        return
    # A line break in a name would end the subject.
    subject = event.subject % {"channel": " ".join(channel.name.split())}
    page = settings.WAGTAILADMIN_BASE_URL + reverse("publishing_channel", args=[channel.pk])
    text = "\n\n".join(
        [
            f"{channel.name}, {channel.organisation.name}",
            event.text,
            _("The channel's page:") + f"\n{page}",
            _("You get this because your address is in the settings of this channel. It can be taken out there."),
        ]
    )
    EmailMessage(subject, text, to=addresses).send()
