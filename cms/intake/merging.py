"""Two incidents that are one: a person merges them, everything goes on at the kept one, the other leads there.

Where it was seen and what the public sent in move. What was published stays as it was approved: an answer keeps the
incident that it names, and is read through the pointer (``cms.incidents.told_of``). So is the life of the other one.
Undoing brings back what moved; what was decided about the kept one meanwhile stays.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms.incidents import Appearance, Incident

# Which status the kept one has after: the later of both, so that no open work and no answer is lost.
_LATER = [Incident.Status.REPORTED, Incident.Status.VERIFYING, Incident.Status.ANSWERED, Incident.Status.AGAIN]


class NotMergeable(Exception):
    """The two are one already, or one of them is a pointer, or gone. ``args[0]`` are words for an editor."""


class IncidentMerge(models.Model):
    """That somebody merged two incidents, and what moved by it. Append-only but for being undone.

    moved  {"appearances": ids, "submissions": ids, "pointers": ids, "status": of the merged one before}
    """

    kept = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="was_merged")
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("merging of incidents")
        verbose_name_plural = _("mergings of incidents")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at__isnull=True), name="incident_merged_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


def _locked(*keys: int) -> list[Incident]:
    """The rows in the order asked for, locked in one order until the transaction ends. Raises NotMergeable."""
    found = {one.pk: one for one in Incident.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if len(found) < len(keys):
        raise NotMergeable(_("Please choose another incident than this one."))
    return [found[key] for key in keys]


def merge(kept_pk: int, merged_pk: int, user: Any) -> IncidentMerge:
    """Makes the second a pointer to the first. Raises NotMergeable."""
    from cms.sent_in.submissions import Submission

    with transaction.atomic():
        kept, gone = _locked(kept_pk, merged_pk)
        if Incident.Status.MERGED in {kept.status, gone.status}:
            raise NotMergeable(_("One of the two has been merged already. Please look at it again."))
        moving = {
            "appearances": Appearance.objects.filter(incident=gone),
            "submissions": Submission.objects.filter(incident=gone),
            "pointers": Incident.objects.filter(merged_into=gone),
        }
        moved: dict[str, Any] = {name: list(rows.values_list("pk", flat=True)) for name, rows in moving.items()}
        for name, rows in moving.items():
            rows.update(**{_FIELD[name]: kept})
        moved["status"] = gone.status
        kept.first_seen_at = min(kept.first_seen_at, gone.first_seen_at)
        kept.urgency = min(kept.urgency, gone.urgency)
        kept.status = _status_of_both(kept.status, gone.status)
        gone.status, gone.merged_into = Incident.Status.MERGED, kept
        gone.save()
        kept.save()
        made = IncidentMerge.objects.create(kept=kept, merged=gone, moved=moved, by=user)
        log(instance=kept, action="cms.incident_merge", user=user, data={"merged": gone.pk})
        log(instance=gone, action="cms.incident_merged", user=user, data={"kept": kept.pk})
    return made


_FIELD = {"appearances": "incident", "submissions": "incident", "pointers": "merged_into"}


def _status_of_both(kept: str, gone: str) -> str:
    if kept == Incident.Status.CLOSED:
        return gone
    if gone == Incident.Status.CLOSED:
        return kept
    return max(kept, gone, key=[one.value for one in _LATER].index)


def undo(merge_pk: int, user: Any) -> IncidentMerge:
    """Makes the merged one an incident of its own again, with what it brought. Raises NotMergeable."""
    from cms.sent_in.submissions import Submission

    with transaction.atomic():
        made = IncidentMerge.objects.select_for_update().filter(pk=merge_pk, undone_at__isnull=True).first()
        if made is None:
            raise NotMergeable(_("This was undone already."))
        kept, gone = _locked(made.kept_id, made.merged_id)
        if gone.merged_into_id != kept.pk:  # the kept one was itself merged into a third: undo that first
            raise NotMergeable(_("The kept incident was merged into another since. Undo that first."))
        rows = {"appearances": Appearance.objects, "submissions": Submission.objects, "pointers": Incident.objects}
        for name, all_rows in rows.items():
            field = _FIELD[name]
            # Only what is still where it was put: an editor may have moved it on.
            all_rows.filter(pk__in=made.moved[name], **{field: kept}).update(**{field: gone})
        gone.status, gone.merged_into = made.moved["status"], None
        gone.save()
        kept.save()  # so that the search index learns what has left it
        made.undone_by, made.undone_at = user, timezone.now()
        made.save(update_fields=["undone_by", "undone_at"])
        log(instance=kept, action="cms.incident_part", user=user, data={"merged": gone.pk})
        log(instance=gone, action="cms.incident_parted", user=user, data={"kept": kept.pk})
    return made
