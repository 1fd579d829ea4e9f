"""The publish gate: every reason why an answer cannot go out, in words an editor can act on. Reads only.

Asked when an answer is submitted, at each approval, and shown in the editor's side panel.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cms import personal_data
from cms.claims import Nature, opinion_mark
from cms.pages.answer import JUDGED, Answer, Change, Evidence
from cms.pages.rebuttal import Rebuttal
from cms.translation import languages


@dataclass(frozen=True)
class Reason:
    """Why not, and what to do. ``code`` is for tests and logs."""

    code: str
    words: str | Promise


def reasons(page: Answer) -> list[Reason]:
    """Why ``page``, with the content it has now, cannot be published. Empty: nothing stands in the way.

    A retraction must always be possible: of it only the note and the personal data are asked.
    """
    found = list(_about_change(page))
    if not page.is_retracted:
        found += _about_translation(page)
        found += _about_answer(page)
        if isinstance(page, Rebuttal):
            found += _about_claim(page)
        found += [Reason(code, words) for code, words in page.own_reasons()]
        found += _about_pictures(page)
    return found + _about_personal_data(page)


# What the field advises for claims, so that lists of fact checks elsewhere can show them whole.
GOOD_CLAIM = 75


def notices(page: Answer) -> list[str | Promise]:
    """What could be better and stops nothing."""
    if len(page.claim_text) <= GOOD_CLAIM:
        return []
    words = _(
        "The claim has %(count)d characters. At most %(most)d are best, so that lists of fact checks can show it whole."
    )
    return [words % {"count": len(page.claim_text), "most": GOOD_CLAIM}]


def _about_answer(page: Answer) -> list[Reason]:
    found = []
    if not page.short_answer.strip():
        found.append(Reason("no_short_answer", _("The short answer is missing.")))
    if page.office is None:
        found.append(Reason("no_office", _("No office is named that answers for this.")))
    if page.topic is None:
        found.append(Reason("no_topic", _("The topic is missing.")))
    if not page.why_checked.strip():
        found.append(Reason("no_why", _("“Why this was checked” is empty: readers are told.")))
    kinds = {piece.kind for piece in page.evidence.all()}
    if not page.is_holding and Evidence.Kind.PRIMARY not in kinds:
        found.append(
            Reason(
                "no_primary_evidence", _("There is no primary evidence. Add at least one source that knows first-hand.")
            )
        )
    return found


def _about_translation(page: Answer) -> list[Reason]:
    """A translation says what its original says: the judgement and the sources are not the translator's to change."""
    found = []
    if taken := languages.page_at_same_address(page):
        words = _("“%(title)s” has this address in another language already. Choose another one.")
        found.append(Reason("address_taken", words % {"title": taken.title}))
    first = languages.original_of(page)
    if first is None:
        return found
    original: Any = first.specific
    if not original.live:
        words = _("The original, “%(title)s”, is not public yet.")
        return [*found, Reason("original_not_public", words % {"title": original.title})]
    if original.is_retracted:
        return [*found, Reason("original_retracted", _("The original was retracted. Retract the translation as well."))]
    if page.title == original.title or page.short_answer == original.short_answer:
        words = _("Title or short answer are still in the language of the original.")
        found.append(Reason("not_translated", words))
    if any(getattr(page, name, None) != getattr(original, name, None) for name in JUDGED):
        words = _("The verdict is not that of the original, “%(label)s”. Open this form and save it: it is taken over.")
        found.append(Reason("verdict_differs", words % {"label": original.verdict_label}))
    if _sources(page) != _sources(original):
        words = _("The evidence is not that of the original: each piece with its kind, its link and its document.")
        found.append(Reason("evidence_differs", words))
    return found


def _sources(page: Answer) -> Counter[tuple[Any, ...]]:
    return Counter((piece.kind, piece.stance, piece.url, piece.document_id) for piece in page.evidence.all())


def _about_claim(page: Rebuttal) -> list[Reason]:
    found = []
    if not page.answered.all():
        found.append(Reason("no_incident", _("No incident is chosen that this answers.")))
    if page.nature != Nature.FACT:
        found.append(
            Reason(
                "not_a_fact",
                _(
                    "Only statements of fact get a verdict. Opinion, criticism, predictions and satire are never judged."
                ),
            )
        )
    if mark := opinion_mark(page.claim):
        words = _(
            "The claim reads like an opinion (“%(mark)s”). Write down the fact that can be checked, or leave it unjudged."
        )
        found.append(Reason("reads_like_opinion", words % {"mark": mark}))
    if not page.verdict:
        found.append(Reason("no_verdict", _("There is no verdict yet.")))
    if not page.is_holding and not page.reach_attempt.strip():
        found.append(
            Reason(
                "no_reach_attempt", _("Say how the office tried to reach the source of the claim, or why it could not.")
            )
        )
    lowered = page.claim.lower()
    if any(word in lowered for word in VERDICT_WORDS):
        found.append(
            Reason(
                "verdict_in_claim",
                _("The claim contains words of judgement. Repeat what was claimed, without judging it."),
            )
        )
    return found


VERDICT_WORDS = ("tin giả", "sai sự thật", "bịa đặt", "fake news", "không đúng sự thật", "xuyên tạc")


def _about_pictures(page: Answer) -> list[Reason]:
    used = [(page.picture, page.picture_alt)] if page.picture else []
    for block in page.body:
        picture = block.value["image"] if block.block_type == "picture" else None
        if picture:
            used.append((picture, "decorative" if picture.decorative else picture.contextual_alt_text or ""))
    found = []
    if missing := sum(not alt.strip() for _picture, alt in used):
        words = ngettext(
            "%(count)d picture has no description for people who do not see it.",
            "%(count)d pictures have no description for people who do not see them.",
            missing,
        )
        found.append(Reason("no_alt_text", words % {"count": missing}))
    for picture, _alt in used:
        if not picture.file.storage.exists(picture.file.name):
            gone = _("The file of the picture “%(title)s” is gone. Choose another picture or upload it again.")
            found.append(Reason("picture_gone", gone % {"title": picture.title}))
    return found


def _about_personal_data(page: Answer) -> list[Reason]:
    public = [detail.text for detail in page.public_details.all() if detail.reason.strip()]
    public += page.public_numbers()
    words = _("Personal data: %(label)s “%(text)s”. Remove it, or say under “Personal data” why it is public.")
    hits = personal_data.find("\n".join(page.public_texts()), public)
    return [Reason("personal_data", words % {"label": hit.label, "text": hit.text}) for hit in hits]


# What a reader goes by. When one of these changes on a published answer, the change is told.
_SUBSTANCE = ("title", "short_answer", "claim", "verdict")


def _about_change(page: Answer) -> list[Reason]:
    live: Any = type(page).objects.filter(pk=page.pk, live=True).first() if page.pk else None
    if live is None:
        if page.is_retracted:
            return [Reason("nothing_to_retract", _("Only a published answer can be retracted."))]
        return []
    if live.is_holding and not page.is_holding and not page.is_retracted:
        return []  # the check is finished: corrections.record() tells it
    if page.change_kind and not page.change_note.strip():
        return [Reason("no_change_note", _("Say what changed: readers and every channel are told."))]
    is_told = bool(page.change_kind) and not page.corrections.filter(note=page.change_note).exists()
    differs = [name for name in _SUBSTANCE if getattr(page, name, None) != getattr(live, name, None)]
    if differs and not is_told and page.change_kind != Change.RETRACTION:
        return [
            Reason(
                "change_not_told",
                _(
                    "Title, claim, verdict or short answer differ from what is published. Fill in “Correction”: kind of change and what changed."
                ),
            )
        ]
    return []
