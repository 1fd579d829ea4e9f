"""Answers as the interface gives them out: one function from pages to dicts, with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.utils import translation

from cms.cards import cards
from cms.corrections import Correction
from cms.incidents import Named
from cms.pages.answer import Answer, Evidence
from cms.schema_org.claimreview import told_changes
from publishing.models import Organisation, StoryVersion


def dressed(pages: Sequence[Answer]) -> list[dict[str, Any]]:
    """Each page in AnswerShape. Five queries, however many pages.

    Body and picture come from the version that was approved and frozen for the channels; a page whose version is not
    stored yet (the sweep does that within a minute) is rendered.
    """
    ids = [page.pk for page in pages]
    changes: dict[int, list[Any]] = defaultdict(list)
    for change in Correction.objects.filter(page__in=ids):
        changes[change.page_id].append(change)
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    for piece in Evidence.objects.filter(page__in=ids).select_related("document").order_by("sort_order", "pk"):
        evidence[piece.page_id].append(piece)
    keys = [page.story_key for page in pages]
    revisions = [page.live_revision_id for page in pages]
    stories = {
        (version.key, version.revision): version.payload
        for version in StoryVersion.objects.filter(key__in=keys, revision__in=revisions)
    }
    others: dict[Any, list[Answer]] = defaultdict(list)
    same = Answer.objects.live().public().filter(translation_key__in=[page.translation_key for page in pages])
    for other in same.select_related("locale").order_by("locale__language_code"):
        others[other.translation_key].append(other)
    made = []
    for page in pages:
        page.public_corrections = changes[page.pk]
        story: dict[str, Any] = {}
        if not page.is_retracted:
            story = stories.get((page.story_key, page.live_revision_id)) or page.story().to_json()
        made.append(_one(page, story, evidence[page.pk], others[page.translation_key]))
    return made


def _one(page: Answer, story: dict[str, Any], evidence: list[Evidence], same: list[Answer]) -> dict[str, Any]:
    with translation.override(page.locale.language_code):
        stands = not page.is_retracted
        return {
            **reference(page),
            "kind": page.kind_name,
            "claim": page.claim_text if stands else "",
            "verdict": _verdict(page) if stands else None,
            "short_answer": page.short_answer if stands else "",
            "body_html": story.get("body_html", ""),
            "topic": named(page.topic),
            "place": named(page.place),
            "office": office(page.office),
            "published_at": page.first_published_at,
            "changed_at": page.last_published_at,
            "is_holding": page.is_holding,
            "evidence": [_evidence(piece) for piece in evidence] if stands else [],
            "corrections": [change_told(change) for change in told_changes(page)],
            "translations": [
                {"id": other.pk, "language": other.locale.language_code, "url": other.full_url}
                for other in same
                if other.pk != page.pk
            ],
            "image": _image(page, story.get("images", [])) if stands else None,
        }


def reference(page: Answer) -> dict[str, Any]:
    """In short, which answer it is."""
    return {
        "id": page.pk,
        "key": page.story_key,
        "language": page.locale.language_code,
        "url": page.full_url,
        "title": page.title,
        "is_retracted": page.is_retracted,
    }


def named(one: Named | None) -> dict[str, str] | None:
    """A topic or a place in the active language."""
    return {"slug": one.slug, "name": str(one)} if one else None


def office(one: Organisation | None) -> dict[str, str] | None:
    """Who answers."""
    return {"name": one.name, "url": one.website} if one else None


def change_told(change: Correction) -> dict[str, Any]:
    """One change. Of a retracted answer only the retraction keeps its words: earlier ones quote what was withdrawn."""
    return {"kind": change.kind, "note": change.public_note, "made_at": change.made_at}


def _verdict(page: Answer) -> dict[str, Any] | None:
    verdict = getattr(page, "verdict_value", None)
    return {"code": verdict.value, "label": str(verdict.label), "rating": verdict.rating} if verdict else None


def _evidence(piece: Evidence) -> dict[str, Any]:
    return {
        "title": piece.title,
        "kind": piece.kind,
        "stance": piece.stance,
        "url": piece.public_url,
        "quotation": piece.quotation,
        "accessed_on": piece.accessed_on,
    }


def _image(page: Answer, images: list[dict[str, Any]]) -> dict[str, Any]:
    """The picture as it was frozen; without one the card that is drawn of every answer."""
    return images[0] if images else asdict(cards.images(page)[0])
