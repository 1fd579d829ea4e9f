"""Claims and verdicts: which statements can be judged, and with which words and number."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
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

    @property
    def meaning(self) -> str | Promise:
        """One sentence for readers: what this verdict says, and what it does not."""
        return _MEANINGS[self]


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
_MEANINGS: dict[str, str | Promise] = {
    Verdict.FAKE: _("It was made up: what it tells of did not happen or does not exist."),
    Verdict.SCAM: _("Somebody poses as a body, a brand or a person, or promises a gain, to get at money or data."),
    Verdict.FALSE: _("The evidence shows that it is not so. Whether it was made up on purpose is not judged."),
    Verdict.MISLEADING: _("Something real is told so that it gives a wrong picture: old, cut, or out of its context."),
    Verdict.PARTLY: _("Some of it holds, and something that matters does not."),
    Verdict.TRUE: _("The evidence shows that it is so."),
    Verdict.UNPROVEN: _("The evidence found so far neither shows that it is so nor that it is not."),
    Verdict.VERIFYING: _("The check is not finished. Its result will stand at the same address."),
}


class Nature(models.TextChoices):
    """What kind of utterance was spread. Only a statement of fact is ever judged."""

    FACT = "fact", _("statement of fact that can be checked")
    OPINION = "opinion", _("opinion, criticism or value judgement")
    PREDICTION = "prediction", _("prediction or wish")
    SATIRE = "satire", _("satire or joke")

    @property
    def is_judged(self) -> bool:
        return self == Nature.FACT

    @property
    def meaning(self) -> str | Promise:
        """One sentence for readers: how to tell it, and why it is judged or not."""
        return _NATURES[self]


_NATURES: dict[str, str | Promise] = {
    Nature.FACT: _("Evidence can show that it is so, or that it is not. Only this gets a verdict."),
    Nature.OPINION: _("It says what somebody thinks of something. Everybody may think so, or otherwise."),
    Nature.PREDICTION: _("It is about what has not happened yet: there is no evidence to weigh."),
    Nature.SATIRE: _(
        "It is meant as a joke. Where a joke is passed on as news, the news can be checked, not the joke."
    ),
}


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
