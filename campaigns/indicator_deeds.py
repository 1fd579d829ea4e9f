"""What people do with indicators and with complaints about them. Logged, atomic, and never by one person alone.

Only hiding needs nobody else: what may be wrong is off the list at once, and can be looked at again afterwards.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from campaigns.indicator_rules import NotListed, normal
from campaigns.indicators import Indicator, ListingComplaint
from campaigns.second_person import Refused, must_be_allowed, must_be_another
from cms import personal_data
from cms.about import about_site
from cms.incidents import names_an_account
from cms.sent_in.receive import tidy

ADD, CHANGE, APPROVE = "campaigns.add_indicator", "campaigns.change_indicator", "campaigns.approve_indicator"
LONGEST = timedelta(days=180)
NOT_NOW = _("The state of this indicator does not allow this any more. Please look at it again.")
DECIDED = _("This complaint was decided already.")
SAY_WHY = _("Please say why: it is kept, and whoever complained can read it.")
State = Indicator.State


def known_numbers(indicator: Indicator) -> list[str]:
    """Published numbers and addresses that are never listed: the office's, and those of the bodies to report to."""
    about = about_site()
    found = [about.phone] if about else []
    for place in indicator.campaign.report_to.all():
        found += [place.phone, place.url]
    return [each for each in found if each]


def problems(indicator: Indicator) -> list[str | Promise]:
    """Why it cannot be listed as it stands, in words. Empty: nothing stands in the way."""
    found: list[str | Promise] = []
    try:
        normal(indicator.kind, indicator.value, known_numbers(indicator))
    except NotListed as wrong:
        found.append(wrong.words)
    if not (indicator.evidence.strip() and (indicator.evidence_url or indicator.kept_copy_id)):
        found.append(_("Say how the office knows, with a link or a kept copy that shows it."))
    if indicator.evidence_url and names_an_account(indicator.evidence_url):
        found.append(_("The link leads to somebody’s account. Please link a source, or keep a copy."))
    words = _("Personal data: %(label)s “%(text)s”. Please remove it.")
    found += [words % {"label": hit.label, "text": hit.text} for hit in personal_data.find(indicator.evidence)]
    today = timezone.localdate()
    if indicator.seen_on > today:
        found.append(_("It cannot have been seen in the future."))
    if indicator.expires_on < today:
        found.append(_("It would have ended already. Please choose a later day."))
    elif indicator.expires_on - today > LONGEST:
        found.append(_("Numbers and addresses change hands: at most 180 days, then look again."))
    return found


def _locked(indicator: Indicator, *states: str) -> Indicator:
    rows = Indicator.objects.select_for_update(of=("self",)).select_related("campaign")
    now = rows.get(pk=indicator.pk)
    if now.state not in states:
        raise Refused(NOT_NOW)
    return now


@transaction.atomic
def write(indicator: Indicator, by: Any) -> Indicator:
    """Saves a draft; ``by`` becomes one of those who wrote it. Raises Refused where it can never be listed."""
    must_be_allowed(by, CHANGE if indicator.pk else ADD)
    if indicator.pk:
        _locked(indicator, State.DRAFT)
    else:
        indicator.made_by = by
    try:
        indicator.normal = normal(indicator.kind, indicator.value, known_numbers(indicator))
    except NotListed as wrong:
        raise Refused(wrong.words) from wrong
    same = Indicator.objects.filter(campaign=indicator.campaign, kind=indicator.kind, normal=indicator.normal)
    if same.exclude(pk=indicator.pk).exists():
        raise Refused(_("This campaign has it on its list already."))
    indicator.changed_by = by
    indicator.save()
    indicator.writers.add(by)
    log(instance=indicator, action="campaigns.indicator_write", user=by)
    return indicator


@transaction.atomic
def submit(indicator: Indicator, by: Any) -> Indicator:
    must_be_allowed(by, ADD, CHANGE)
    indicator = _locked(indicator, State.DRAFT)
    if found := problems(indicator):
        raise Refused(*found)
    return _moved(indicator, State.SUBMITTED, by, "submit")


@transaction.atomic
def approve(indicator: Indicator, by: Any) -> Indicator:
    """It is listed. What waits is not changed by anybody: what was read is what is approved."""
    must_be_allowed(by, APPROVE)
    indicator = _locked(indicator, State.SUBMITTED)
    must_be_another(by, indicator.writers.values_list("pk", flat=True))
    if found := problems(indicator):
        raise Refused(*found)
    indicator.approved_by, indicator.approved_at = by, timezone.now()
    return _moved(indicator, State.APPROVED, by, "approve")


@transaction.atomic
def send_back(indicator: Indicator, by: Any, words: str) -> Indicator:
    must_be_allowed(by, APPROVE, CHANGE)
    if not words.strip():
        raise Refused(_("Please say why."))
    return _moved(_locked(indicator, State.SUBMITTED), State.DRAFT, by, "send_back", words)


@transaction.atomic
def hide(indicator: Indicator, by: Any, words: str) -> Indicator:
    """Off the list at once."""
    must_be_allowed(by, APPROVE)
    if not words.strip():
        raise Refused(SAY_WHY)
    return _moved(_locked(indicator, State.APPROVED), State.HIDDEN, by, "hide", words)


@transaction.atomic
def look_again(indicator: Indicator, by: Any, seen_on: date, expires_on: date) -> Indicator:
    """It was seen once more: waits for a second person like a new one. Until then it is not listed."""
    must_be_allowed(by, CHANGE)
    indicator = _locked(indicator, State.APPROVED, State.HIDDEN)
    indicator.seen_on, indicator.expires_on, indicator.changed_by = seen_on, expires_on, by
    if found := problems(indicator):
        raise Refused(*found)
    indicator.writers.add(by)
    return _moved(indicator, State.SUBMITTED, by, "look_again")


def _moved(indicator: Indicator, state: str, by: Any, verb: str, words: str = "") -> Indicator:
    indicator.state = state
    indicator.save()
    log(instance=indicator, action=f"campaigns.indicator_{verb}", user=by, data={"words": words.strip()})
    return indicator


# Complaints ----------------------------------------------------------------------------------------------------


def complain(indicator: Indicator, reason: str, contact: str = "") -> ListingComplaint:
    """Keeps what somebody says against a listing. Numbers in the reason are partly covered, as everywhere."""
    return ListingComplaint.objects.create(indicator=indicator, reason=tidy(reason), contact=contact.strip())


@transaction.atomic
def decide(complaint: ListingComplaint, by: Any, *, agrees: bool, words: str) -> ListingComplaint:
    """Agreed: the indicator is hidden with the same commit. Refused: by somebody who did not write it. No contact stays."""
    must_be_allowed(by, APPROVE)
    if not words.strip():
        raise Refused(SAY_WHY)
    complaint = (
        ListingComplaint.objects.select_for_update(of=("self",)).select_related("indicator").get(pk=complaint.pk)
    )
    if complaint.state != ListingComplaint.State.OPEN:
        raise Refused(DECIDED)
    indicator = complaint.indicator
    if agrees:
        if indicator.state != State.HIDDEN:
            _moved(indicator, State.HIDDEN, by, "hide", words)
    else:
        must_be_another(by, indicator.writers.values_list("pk", flat=True))
    complaint.state = ListingComplaint.State.AGREED if agrees else ListingComplaint.State.REFUSED
    complaint.decided_by, complaint.decided_at = by, timezone.now()
    complaint.decision, complaint.contact = words.strip(), ""
    complaint.save()
    log(instance=indicator, action="campaigns.indicator_complaint", user=by, data={"words": complaint.decision})
    return complaint
