"""What people do with alerts: write, submit, approve, send back, change, take back. Each is logged, and whole or not at all.

What went out is never changed. A new message with other words replaces it, or takes it back; both are approved by a second
person like the first. For taking back one sentence is enough, so that it takes two people a minute.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from campaigns.alerts import wake
from campaigns.alerts.models import Alert
from campaigns.second_person import CHANGED_MEANWHILE, Refused, must_be_allowed, must_be_another
from cms import personal_data
from cms.about import about_site

ADD, CHANGE, APPROVE = "campaigns.add_alert", "campaigns.change_alert", "campaigns.approve_alert"
LONGEST = timedelta(days=14)
# Who takes a warning back is told of it, even if the warning itself would have ended sooner.
CANCEL_STANDS = timedelta(days=1)

NOT_NOW = _("The state of this alert does not allow this any more. Please look at it again.")
NEWER = _("This warning was replaced or taken back already. Please look at the newer message.")
COPIED = ("campaign", "language", "headline", "description", "instruction", "severity", "expires_at", "sends_mail")


def problems(alert: Alert, now: Any = None) -> list[str | Promise]:
    """Why the alert cannot go out as it stands, in words. Empty: nothing stands in the way."""
    now = now or timezone.now()
    found: list[str | Promise] = []
    if not (alert.headline.strip() and alert.description.strip()):
        found.append(_("Say in the headline and in the description what is happening."))
    if not alert.is_cancel:
        if not alert.instruction.strip():
            found.append(_("Say what people should do."))
        if alert.expires_at <= now:
            found.append(_("It would have ended already. Please choose a later end."))
        if alert.expires_at <= alert.starts_at:
            found.append(_("It ends before it begins."))
        elif alert.expires_at - max(alert.starts_at, now) > LONGEST:
            found.append(_("A warning is shown for at most 14 days. One that never ends is not read any more."))
    text = "\n".join([alert.headline, alert.description, alert.instruction])
    words = _("Personal data: %(label)s “%(text)s”. Please remove it.")
    hits = personal_data.find(text, public_numbers(alert))
    found += [words % {"label": hit.label, "text": hit.text} for hit in hits]
    return found


def public_numbers(alert: Alert) -> list[str]:
    """Numbers and addresses that may stand in the alert: the office's own, and where the campaign says to report."""
    about = about_site()
    known = [about.phone, about.email] if about else []
    return [each for each in [*known, *(alert.campaign.public_numbers() if alert.campaign else [])] if each]


def digest(alert: Alert) -> str:
    """Stands for everything that is approved: who approves sends back the one they read."""
    places = sorted(alert.places.values_list("pk", flat=True))
    said = [*(str(getattr(alert, name)) for name in (*COPIED, "message", "replaces_id", "starts_at")), str(places)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


def _locked(alert: Alert, *states: str) -> Alert:
    """The alert as it stands now, held until the end of the transaction; refused unless it is in one of ``states``."""
    now = Alert.objects.select_for_update(of=("self",)).select_related("campaign", "replaces").get(pk=alert.pk)
    if now.state not in states:
        raise Refused(NOT_NOW)
    return now


def may_be_written(alert: Alert) -> bool:
    return alert.state in (Alert.State.DRAFT, Alert.State.REFUSED)


@transaction.atomic
def write(alert: Alert, by: Any, places: Any = ()) -> Alert:
    """Saves a draft, new or changed; ``by`` becomes one of those who wrote it. One that was sent back is a draft again."""
    must_be_allowed(by, CHANGE if alert.pk else ADD)
    if alert.pk:
        _locked(alert, Alert.State.DRAFT, Alert.State.REFUSED)
    else:
        alert.made_by = by
    alert.state = Alert.State.DRAFT
    alert.save()
    alert.places.set(places)
    alert.writers.add(by)
    log(instance=alert, action="campaigns.alert_write", user=by)
    return alert


@transaction.atomic
def submit(alert: Alert, by: Any) -> Alert:
    """Passes the draft on to whoever approves. Raises Refused with everything that stands in the way."""
    must_be_allowed(by, ADD, CHANGE)
    alert = _locked(alert, Alert.State.DRAFT, Alert.State.REFUSED)
    if found := problems(alert):
        raise Refused(*found)
    alert.state, alert.comment = Alert.State.SUBMITTED, ""
    alert.save()
    log(instance=alert, action="campaigns.alert_submit", user=by)
    return alert


@transaction.atomic
def send_back(alert: Alert, by: Any, comment: str) -> Alert:
    """Back to who wrote it, with the reason. Whoever wrote it may also do this, to change it once more."""
    must_be_allowed(by, APPROVE, CHANGE)
    if not comment.strip():
        raise Refused(_("Please say why."))
    alert = _locked(alert, Alert.State.SUBMITTED)
    alert.state, alert.comment = Alert.State.REFUSED, comment.strip()
    alert.save()
    log(instance=alert, action="campaigns.alert_send_back", user=by, data={"comment": alert.comment})
    return alert


@transaction.atomic
def approve(alert: Alert, by: Any, seen: str = "") -> Alert:
    """It goes out, now or when it begins. ``seen`` is the digest of what was read, where it was read on a page."""
    must_be_allowed(by, APPROVE)
    alert = _locked(alert, Alert.State.SUBMITTED)
    must_be_another(by, alert.writers.values_list("pk", flat=True))
    if seen and seen != digest(alert):
        raise Refused(CHANGED_MEANWHILE)
    if found := problems(alert):
        raise Refused(*found)
    now = timezone.now()
    alert.state, alert.approved_by, alert.approved_at = Alert.State.APPROVED, by, now
    if alert.replaces:  # at once: there must be no time between the two in which nothing is said
        alert.starts_at = now
    if alert.is_cancel:
        alert.expires_at = max(alert.expires_at, now + CANCEL_STANDS)
    alert.save()
    log(instance=alert, action="campaigns.alert_approve", user=by)
    transaction.on_commit(wake.mails)
    return alert


@transaction.atomic
def change(alert: Alert, by: Any) -> Alert:
    """A draft that will replace ``alert``, with its words to start from; the one there is, if somebody began already."""
    must_be_allowed(by, ADD)
    alert = _locked(alert, Alert.State.APPROVED)
    if there := _replacement(alert):
        return there
    draft = _copy(alert, Alert.Message.UPDATE)
    return write(draft, by, alert.places.all())


@transaction.atomic
def take_back(alert: Alert, by: Any, reason: str) -> Alert:
    """Asks to take ``alert`` back: waits at once for the second person. A draft that should have replaced it is dropped."""
    must_be_allowed(by, ADD, CHANGE)
    if not reason.strip():
        raise Refused(_("Please say why: everybody who was warned is told."))
    alert = _locked(alert, Alert.State.APPROVED)
    if there := _replacement(alert):
        if there.is_cancel:
            return there
        log(instance=alert, action="campaigns.alert_drop_change", user=by, data={"headline": there.headline})
        there.delete()
    cancel = _copy(alert, Alert.Message.CANCEL)
    cancel.description, cancel.instruction = reason.strip(), ""
    return submit(write(cancel, by, alert.places.all()), by)


def _replacement(alert: Alert) -> Alert | None:
    """The message that replaces ``alert`` and is not approved yet. Raises Refused where one is."""
    if alert.is_cancel:
        raise Refused(NOT_NOW)
    there = Alert.objects.filter(replaces=alert).first()
    if there and there.state == Alert.State.APPROVED:
        raise Refused(NEWER)
    return there


def _copy(alert: Alert, message: str) -> Alert:
    now = timezone.now()
    copied = {name: getattr(alert, name) for name in COPIED}
    if copied["expires_at"] <= now:
        copied["expires_at"] = now + CANCEL_STANDS
    return Alert(**copied, message=message, replaces=alert, starts_at=now)
