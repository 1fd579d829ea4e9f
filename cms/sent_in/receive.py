"""Takes in what the public sends: personal data covered, letters composed, joined to what says the same already."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cms.incidents import Incident
from cms.personal_data import masked
from cms.sent_in.groups import join
from cms.sent_in.sameness import ENOUGH, Said
from cms.sent_in.submissions import Submission

# How far back, and with how many groups, a new submission is compared.
COMPARED_DAYS = 60
COMPARED_GROUPS = 400
OPEN = (Submission.Phase.RECEIVED, Submission.Phase.CHECKING)


def legible(text: str) -> str:
    """Composed letters, one kind of line end, no letter that cannot be seen."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    seen = "".join(letter for letter in composed if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf"})
    return seen.strip()


def tidy(text: str) -> str:
    """As it will be kept: legible, and no personal data."""
    return masked(legible(text))


def receive(**values: Any) -> Submission:
    """Keeps one submission and joins it to its group. ``values`` are the model's fields; ``text`` is tidied already.

    It is saved before its group is looked for: of two that arrive together, each in a process of its own, the later
    one then finds the earlier.
    """
    with transaction.atomic():  # a code that is there already leaves an outer transaction whole
        submission = Submission.objects.create(consent_at=timezone.now(), **values)
    if first := same_before(submission):
        join(submission, first)
    return submission


def same_before(submission: Submission) -> Submission | None:
    """The open first submission, sent earlier, that says the same; the most alike where several do."""
    said = Said(submission.text, submission.url)
    if not said.parts and not said.link:
        return None
    since = submission.received_at - timedelta(days=COMPARED_DAYS)
    firsts = Submission.objects.firsts().filter(phase__in=OPEN, received_at__gte=since, pk__lt=submission.pk)
    return _most_alike(said, firsts.order_by("-pk").only("pk", "text", "url", "same_as")[:COMPARED_GROUPS])


def _most_alike(said: Said, others: Iterable[Submission]) -> Submission | None:
    alike = [(said.likeness(Said(other.text, other.url)), -other.pk, other) for other in others]
    best = max(alike, default=None)
    return best[2] if best and best[0] >= ENOUGH else None


def _likely(said: Said, others: Iterable[tuple[Any, Said]], most: int) -> list[Any]:
    """Those of ``others`` that a person may find to say the same, most alike first, newer before older."""
    alike = [(said.likeness(its), one.pk, one) for one, its in others]
    return [one for likeness, _pk, one in sorted(alike, reverse=True)[:most] if likeness >= ENOUGH / 2]


def like_groups(submission: Submission, most: int = 3) -> list[Submission]:
    """Other new groups that an editor may find to say the same, most alike first."""
    said = Said(submission.text, submission.url)
    others = Submission.objects.firsts().filter(phase=Submission.Phase.RECEIVED).exclude(pk=submission.pk)
    return _likely(said, ((one, Said(one.text, one.url)) for one in others.order_by("-pk")[:COMPARED_GROUPS]), most)


def likely_incidents(submission: Submission, most: int = 3) -> list[Incident]:
    """Registered incidents that seem to be about the same, most alike first: a suggestion to an editor, no more."""
    said = Said(submission.text, submission.url)
    since = timezone.now() - timedelta(days=365)
    incidents = (
        Incident.objects.filter(first_seen_at__gte=since, merged_into__isnull=True)
        .order_by("-pk")
        .only("pk", "claim", "status")
    )
    return _likely(said, ((one, Said(one.claim)) for one in incidents[:COMPARED_GROUPS]), most)
