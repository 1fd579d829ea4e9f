"""What people do with a complaint: decide about it, and put a reply into the draft of its answer. Logged and atomic."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import personal_data
from cms.approval import ever_authors
from cms.complaints.complaint import Complaint
from cms.complaints.letters import ComplaintLetter
from cms.corrections import Correction
from cms.pages.answer import Answer
from cms.pages.replies import Reply

DECIDE = "cms.decide_complaint"
OWN = _("You wrote part of this answer. Somebody else must decide about complaints against it.")
DECIDED = _("This complaint was decided in the meantime.")
SAY_WHY = _("Say why, in words that whoever complained understands: they read it on their page.")
NOT_PUBLIC = _("Whoever has the code reads this. Please leave out %(label)s “%(text)s”.")
LOCKED = _("Somebody has locked this answer, or a step of it is under way. Please ask them first.")
NO_REPLY = _("Only a reply about an answer can be put into it.")


class Refusal(Exception):
    """It was not done. ``words`` say why."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(str(words))
        self.words = words


@transaction.atomic
def decide(complaint: Complaint, by: Any, outcome: str, reason: str, correction: Correction | None = None) -> Complaint:
    """Decides for good, by somebody who wrote nothing of the answer, and queues the letter. Raises Refusal."""
    found = Complaint.objects.select_for_update(of=("self",)).select_related("page").get(pk=complaint.pk)
    reason = reason.strip()
    if found.decided_at is not None:
        raise Refusal(DECIDED)
    if found.page and by.pk in ever_authors(found.page):
        raise Refusal(OWN)
    if not reason:
        raise Refusal(SAY_WHY)
    if hits := personal_data.find(reason):
        raise Refusal(str(NOT_PUBLIC) % {"label": hits[0].label, "text": hits[0].text})
    found.outcome, found.reason, found.decided_by, found.decided_at = outcome, reason, by, timezone.now()
    found.correction = correction if outcome != Complaint.Outcome.REJECTED else None
    found.save(update_fields=["outcome", "reason", "decided_by", "decided_at", "correction"])
    log(instance=found, action=f"cms.complaint_{Complaint.Outcome(outcome).value}", user=by)
    ComplaintLetter.owe(found, ComplaintLetter.About.DECIDED)
    return found


@transaction.atomic
def take_over(complaint: Complaint, by: Any) -> Answer:
    """Puts the reply into the newest draft of the answer; two others pass it like any change. Again does nothing.

    Returns the draft. Raises Refusal.
    """
    page: Any = complaint.page.specific if complaint.page else None
    if not complaint.is_reply or page is None:
        raise Refusal(NO_REPLY)
    draft = page.get_latest_revision_as_object()
    if any(reply.text == complaint.text for reply in draft.replies.all()):
        return draft
    if not page.permissions_for_user(by).can_edit() or draft.locked or page.current_workflow_task is not None:
        raise Refusal(LOCKED)
    draft.replies.add(
        Reply(
            by=complaint.replier,
            is_named=complaint.is_named,
            text=complaint.text,
            received_on=timezone.localdate(complaint.received_at),
        )
    )
    draft.save_revision(user=by, log_action=True)
    log(instance=complaint, action="cms.complaint_taken_over", user=by)
    return draft
