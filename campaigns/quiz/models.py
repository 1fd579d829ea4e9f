"""How the quiz went, in numbers of a day. Nothing about who played."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign


class QuizCount(models.Model):
    """How often the quiz of a campaign (or, without one, of the site) was finished on a day with so many right."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="quiz_counts")
    on = models.DateField(default=timezone.localdate)
    right = models.PositiveSmallIntegerField()
    asked = models.PositiveSmallIntegerField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("quiz results of a day")
        verbose_name_plural = _("quiz results of days")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "on", "right", "asked"], name="quiz_counts_of_a_day"),
            models.UniqueConstraint(
                fields=["on", "right", "asked"], condition=models.Q(campaign=None), name="site_quiz_counts_of_a_day"
            ),
            models.CheckConstraint(name="quiz_right_of_asked", condition=models.Q(right__lte=models.F("asked"))),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.right}/{self.asked}"
