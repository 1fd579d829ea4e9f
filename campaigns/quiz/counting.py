"""Counts finished rounds by day and result: one row a result, nothing about who played."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns.campaign import Campaign
from campaigns.quiz.models import QuizCount


@transaction.atomic
def count(right: int, asked: int, campaign: Campaign | None = None) -> None:
    """One more round of today with this result. Without a campaign it is the quiz of the whole site."""
    same: dict[str, Any] = {"campaign": campaign, "on": timezone.localdate(), "right": right, "asked": asked}
    row, _is_new = QuizCount.objects.get_or_create(**same)
    QuizCount.objects.filter(pk=row.pk).update(times=F("times") + 1)
