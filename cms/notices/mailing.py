"""Mails with notices, sent by the worker's sweep: what is wanted at once within a minute, digests at each person's hour.

The notices of one person that are due go into one mail. They are taken by one UPDATE that writes the mail's number, which is
its Message-ID too: a worker that is killed while it sends leaves them taken, and ten minutes later the same mail is sent
once more, with the same Message-ID, by which mail programs know the double.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Count, Min, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from cms.about import about_site
from cms.notices.kinds import How, kinds
from cms.notices.personal import NoticeWishes, PersonalNotice, find, forget

log = logging.getLogger("cms.notices")

MAILS = 40  # in one turn, and
SECONDS = 20.0  # no longer than this: the rest waits for the next turn
LISTED = 30  # notices in one mail
AGAIN_AFTER = timedelta(minutes=10)


def sweep(**signal: Any) -> None:
    """Finds what is new, and sends what is due."""
    now = timezone.now()
    find(now)
    send_due(now)
    forget(now)


def last_digest(wishes: NoticeWishes, now: datetime) -> datetime:
    """The person's hour that came last, in the office's time."""
    at = timezone.localtime(now, timezone.get_default_timezone()).replace(
        hour=wishes.digest_hour, minute=0, second=0, microsecond=0
    )
    return at if at <= now else at - timedelta(days=1)


def send_due(now: datetime) -> None:
    """What cannot be sent now is left for the next turns."""
    broken_off = Q(claimed_at__lte=now - AGAIN_AFTER)
    to_mail = PersonalNotice.objects.filter(mailed_at__isnull=True, how__in=[How.ONCE, How.DIGEST])
    waiting = list(
        to_mail.filter(Q(claimed_at__isnull=True) | broken_off)
        .order_by()
        .values("person")
        .annotate(
            first=Min("made_at"), at_once=Count("pk", filter=Q(how=How.ONCE)), again=Count("pk", filter=broken_off)
        )
    )
    if not waiting:
        return
    known = {one.person_id: one for one in NoticeWishes.objects.filter(person__in=[one["person"] for one in waiting])}
    is_weekend = timezone.localtime(now, timezone.get_default_timezone()).weekday() >= 5
    ends, sent = time.monotonic() + SECONDS, 0
    for one in waiting:
        wishes = known.get(one["person"]) or NoticeWishes(person_id=one["person"])
        is_due = one["at_once"] or one["again"] or one["first"] < last_digest(wishes, now)
        if not is_due or (is_weekend and wishes.is_quiet_at_weekends):
            continue
        if sent >= MAILS or time.monotonic() > ends:
            return
        for number in _take(one["person"], wishes, now):
            if not _send(number, now):
                return  # the mail server is away: the others would not go out either
            sent += 1


def _take(person: int, wishes: NoticeWishes, now: datetime) -> list[str]:
    """Numbers of the mails to this person that are ours to send now."""
    mine = PersonalNotice.objects.filter(person=person, mailed_at__isnull=True)
    numbers = []
    broken_off = mine.exclude(mail="").filter(claimed_at__lte=now - AGAIN_AFTER)
    for number in set(broken_off.values_list("mail", flat=True)):
        if broken_off.filter(mail=number).update(claimed_at=now):
            numbers.append(number)
    # What was read here needs no mail any more.
    due = Q(how=How.ONCE) | Q(how=How.DIGEST, made_at__lt=last_digest(wishes, now))
    fresh = uuid.uuid4().hex
    if mine.filter(due, mail="", read_at__isnull=True).update(mail=fresh, claimed_at=now):
        numbers.append(fresh)
    return numbers


def _send(number: str, now: datetime) -> bool:
    rows = PersonalNotice.objects.filter(mail=number, mailed_at__isnull=True)
    notices = list(rows.select_related("person__wagtail_userprofile").order_by("made_at", "pk"))
    try:
        if notices and (letter := _letter(number, notices)):
            letter.send()
    except Exception as error:
        # The text of a mail server's error may name more than is needed; its kind says enough.
        log.warning("mail %s with notices could not be sent: %s", number, type(error).__name__)
        return False
    rows.update(mailed_at=now)
    return True


def _letter(number: str, notices: list[PersonalNotice]) -> EmailMultiAlternatives | None:
    """None where the person can no longer be written to, or may see none of it any more."""
    person = notices[0].person
    allowed = {key for key, kind in kinds.items() if kind.may(person)}
    notices = [one for one in notices if one.kind in allowed]
    if not (person.is_active and person.email and notices):
        return None
    profile = getattr(person, "wagtail_userprofile", None)
    language = profile.get_preferred_language() if profile else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(timezone.get_default_timezone()):
        return _written(number, person, language, notices)


def _written(number: str, person: Any, language: str, notices: list[PersonalNotice]) -> EmailMultiAlternatives:
    base = settings.WAGTAILADMIN_BASE_URL
    about = about_site()
    if len(notices) == 1:
        subject = notices[0].text()
    else:
        subject = ngettext("%(count)d notice from the desk", "%(count)d notices from the desk", len(notices))
        subject %= {"count": len(notices)}
    context = {
        "lang": language,
        "subject": subject,
        "lines": [(timezone.localtime(one.made_at), one.text(), base + one.url) for one in notices[:LISTED]],
        "more": max(0, len(notices) - LISTED),
        "all_url": f"{base}/admin/notices/",
        "wishes_url": f"{base}/admin/account/#tab-notifications",
        "office": str(about.office) if about and about.office else gettext("The newsroom's desk"),
        "base_url": settings.BASE_URL,
        "is_demo": settings.IS_DEMO,
    }
    letter = EmailMultiAlternatives(
        " ".join(subject.split()),  # a line break in a title would end the subject
        render_to_string("emails/notices.txt", context),
        to=[person.email],
        headers={"Message-ID": f"<notices-{number}@{urlsplit(settings.BASE_URL).hostname}>"},
    )
    letter.attach_alternative(render_to_string("emails/notices.html", context), "text/html")
    return letter
