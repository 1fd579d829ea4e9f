"""How a translation of an answer is made and kept right.

A translation is an answer of its own: written in the ordinary editor, checked and approved by two other people like
any answer. What is judged is not translated: verdict and evidence are those of the original, and the gate sees to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cms import languages
from cms.pages.answer import Answer


@dataclass(frozen=True)
class Behind:
    """That the original was changed in public after a translation was last published."""

    kind: str
    made_at: datetime
    code: str
    url: str

    @property
    def language(self) -> str:
        return languages.name_of(self.code)


def behind(page: Answer) -> Behind | None:
    """What readers of a translation are told: the latest public change of its original that it cannot know of yet."""
    from cms.corrections import Correction

    original = languages.original_of(page)
    if original is None or not original.live or page.last_published_at is None:
        return None
    change = Correction.objects.filter(page_id=original.pk, made_at__gt=page.last_published_at).first()
    if change is None:
        return None
    return Behind(change.kind, change.made_at, original.locale.language_code, original.url or "")
