"""Claims and verdicts: which statements can be judged, and with which words and number."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Verdict(models.TextChoices):
    """What checking found. ``rating`` is the number for machines (1 worst to 5 best), None where none may be given."""

    FAKE = "fake", pgettext_lazy("verdict", "Fabricated")
    SCAM = "scam", pgettext_lazy("verdict", "Scam / Impersonation")
    FALSE = "false", pgettext_lazy("verdict", "False")
    MISLEADING = "misleading", pgettext_lazy("verdict", "Misleading / Missing context")
    PARTLY = "partly", pgettext_lazy("verdict", "Partly true")
    TRUE = "true", pgettext_lazy("verdict", "Verified")
    UNPROVEN = "unproven", pgettext_lazy("verdict", "Not enough evidence")
    VERIFYING = "verifying", pgettext_lazy("verdict", "Being verified")

    @property
    def rating(self) -> int | None:
        return _RATINGS.get(self)

    @property
    def mark(self) -> str:
        """The sign beside the label, so that colour alone never carries the verdict."""
        return _MARKS[self]


_RATINGS = {
    Verdict.FAKE: 1,
    Verdict.SCAM: 1,
    Verdict.FALSE: 2,
    Verdict.MISLEADING: 3,
    Verdict.PARTLY: 4,
    Verdict.TRUE: 5,
}
_MARKS = {
    Verdict.FAKE: "✕",
    Verdict.SCAM: "!",
    Verdict.FALSE: "✕",
    Verdict.MISLEADING: "≈",
    Verdict.PARTLY: "◐",
    Verdict.TRUE: "✓",
    Verdict.UNPROVEN: "?",
    Verdict.VERIFYING: "…",
}


class Nature(models.TextChoices):
    """What kind of utterance was spread. Only a statement of fact is ever judged."""

    FACT = "fact", _("statement of fact that can be checked")
    OPINION = "opinion", _("opinion, criticism or value judgement")
    PREDICTION = "prediction", _("prediction or wish")
    SATIRE = "satire", _("satire or joke")


# Words with which people mark an opinion. The gate asks for the checkable fact instead of judging a sentence with them.
OPINION_MARKS = (
    "theo tôi",
    "tôi nghĩ",
    "tôi cho rằng",
    "tôi thấy",
    "theo quan điểm",
    "ý kiến cá nhân",
    "lẽ ra phải",
    "đáng lẽ",
    "thật đáng xấu hổ",
    "quá tệ",
    "quá kém",
    "in my opinion",
    "i think",
    "i believe",
)


def opinion_mark(claim: str) -> str:
    """The first mark of opinion in a claim, or an empty string."""
    lowered = claim.lower()
    return next((mark for mark in OPINION_MARKS if mark in lowered), "")
