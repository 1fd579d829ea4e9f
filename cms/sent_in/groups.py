"""What an office decides about submissions, for a whole group at once: one answer serves everybody who asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cms.incidents import Appearance, Incident
from cms.sent_in.submissions import Submission, SubmissionChange, decide

MOST_APPEARANCES = 20
# Hosts whose platform is known without being told.
_PLATFORMS = {
    "facebook.com": Appearance.Platform.FACEBOOK,
    "fb.watch": Appearance.Platform.FACEBOOK,
    "tiktok.com": Appearance.Platform.TIKTOK,
    "youtube.com": Appearance.Platform.YOUTUBE,
    "t.me": Appearance.Platform.TELEGRAM,
    "zalo.me": Appearance.Platform.ZALO,
}


class OfAnother(Exception):
    """The two belong to different incidents: joining them would take one of them away unseen."""


class Taken(Exception):
    """Somebody else was faster: the group belongs to an incident, or is decided, by now."""


def _locked(first: Submission) -> list[Submission]:
    """The group, the first in front, locked until the transaction ends."""
    group = Submission.objects.select_for_update().group_of(first).order_by("pk")
    return sorted(group, key=lambda one: one.pk != first.pk)


def end(first: Submission, phase: str, user: Any) -> None:
    """Decides that a group gets no answer: cannot be checked, or closed. Raises Taken."""
    with transaction.atomic():
        group = _locked(first)
        if not group or group[0].incident_id or group[0].phase != Submission.Phase.RECEIVED:
            raise Taken
        decide(group, phase)
        log(instance=group[0], action=f"cms.submission_{phase}", user=user, data={"sent": len(group)})


def take_up_again(first: Submission, user: Any) -> None:
    """Puts a group back among the new ones, away from its incident if it had one."""
    with transaction.atomic():
        group = _locked(first)
        decide(group, Submission.Phase.RECEIVED)
        log(instance=group[0], action="cms.submission_again", user=user, data={"sent": len(group)})


def assign(first: Submission, incident: Incident, user: Any) -> None:
    """Says which incident a group is about. It is being verified from now on. Raises Taken."""
    with transaction.atomic():
        group = _locked(first)
        if not group or group[0].incident_id:
            raise Taken
        incident = incident.merged_into or incident
        decide(group, Submission.Phase.CHECKING, incident)
        log(
            instance=group[0],
            action="cms.submission_incident",
            user=user,
            data={"sent": len(group), "incident": incident.pk},
        )


def register(first: Submission, incident: Incident, user: Any) -> Incident:
    """Saves a new ``incident``, with every place where the group saw it, and assigns the group to it. Raises Taken."""
    with transaction.atomic():
        group = _locked(first)
        incident.first_seen_at = min(one.received_at for one in group)
        incident.origin = Incident.Origin.PUBLIC
        incident.save()
        seen: dict[tuple[str, str], datetime] = {}
        for one in group:
            if one.url or one.seen_on:
                seen.setdefault((one.url, _platform(one)), one.received_at)
        for (url, platform), at in list(seen.items())[:MOST_APPEARANCES]:
            incident.appearances.add(Appearance(platform=platform, url=url, seen_at=at))
        incident.save()
        log(instance=incident, action="wagtail.create", user=user)
        assign(first, incident, user)
    return incident


def _platform(submission: Submission) -> str:
    return submission.seen_on or platform_of(submission.url)


def platform_of(url: str) -> Appearance.Platform:
    """Where an address leads to, as far as its host tells."""
    from cms.finding.links import same_address

    unknown = Appearance.Platform.WEBSITE if url else Appearance.Platform.OTHER
    return _PLATFORMS.get(same_address(url).split("/")[0], unknown)


def join_by_hand(submission: Submission, first: Submission, user: Any) -> None:
    """Joins what an editor sees to be the same. Raises OfAnother."""
    with transaction.atomic():
        if submission.incident_id and submission.incident_id != first.first.incident_id:
            raise OfAnother
        join(submission, first)
        log(instance=submission, action="cms.submission_join", user=user, data={"with": first.code})


def part_by_hand(submission: Submission, user: Any) -> None:
    """Takes out what an editor sees not to be the same. It is new again, whatever became of its group."""
    with transaction.atomic():
        part(submission)
        decide([submission], Submission.Phase.RECEIVED)
        log(instance=submission, action="cms.submission_part", user=user)


def remove(submission: Submission, user: Any) -> None:
    """Deletes one submission and its picture for good, at its sender's wish or because the law forbids to keep it."""
    with transaction.atomic():
        log(instance=submission, action="wagtail.delete", user=user, deleted=True)
        part(submission)
        picture = submission.picture
        submission.delete()
        if picture:
            transaction.on_commit(lambda: picture.delete(save=False))


def join(submission: Submission, first: Submission) -> None:
    """Puts a submission, with everything that repeats it, into the group of ``first``, whose fate it shares from now on.

    Both rows are locked in one order, so that two that join each other's groups at once still end one level deep.
    """
    with transaction.atomic():
        rows = Submission.objects.select_for_update().filter(pk__in=[submission.pk, first.pk]).order_by("pk")
        found = {one.pk: one for one in rows}
        if len(found) < 2:  # one of them was deleted
            return
        target = found[first.pk].first  # it may have been joined to another in the meantime
        if target.pk == submission.pk:
            return
        moved = [*Submission.objects.filter(same_as=submission.pk), found[submission.pk]]
        for one in moved:
            if one.phase != target.phase:
                SubmissionChange.objects.create(submission=one, phase=target.phase)
            one.same_as, one.phase, one.incident_id = target, target.phase, target.incident_id
            one.save(update_fields=["same_as", "phase", "incident"])
    submission.refresh_from_db()


def part(submission: Submission) -> None:
    """Takes one out of its group. Of a first, the earliest repeat takes its place. It keeps phase and incident."""
    with transaction.atomic():
        repeats = list(Submission.objects.select_for_update().filter(same_as=submission).order_by("pk"))
        if repeats:
            Submission.objects.filter(pk=repeats[0].pk).update(same_as=None)
            Submission.objects.filter(pk__in=[one.pk for one in repeats[1:]]).update(same_as=repeats[0])
        Submission.objects.filter(pk=submission.pk).update(same_as=None)
    submission.refresh_from_db()
