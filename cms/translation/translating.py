"""How a translation of an answer is made and kept right.

A translation is an answer of its own: written in the ordinary editor, checked and approved by two other people like
any answer. What is judged is not translated: verdict and evidence are those of the original, and the gate sees to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cms.pages.answer import Answer
from cms.translation import languages
from publishing.models import StoryVersion
from publishing.text import plain_text


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
    original = next((each for each in page.all_translations if each.pk < page.pk), None)
    if original is None or not original.live or page.last_published_at is None:
        return None
    told = (change for change in page.told_elsewhere if change.page_id == original.pk)
    change = next((change for change in told if change.made_at > page.last_published_at), None)
    if change is None:
        return None
    return Behind(change.kind, change.made_at, original.locale.language_code, original.url or "")


@dataclass(frozen=True)
class Original:
    """What whoever writes a translation sees of the original.

    changes_url  Wagtail's comparison of the version that was translated with today's; empty where they are the same
    untouched    names of the fields in which words of the original still stand
    """

    page: Answer
    language: str
    lang: SafeString
    edit_url: str
    changes_url: str
    untouched: list[str]


def original_for_editor(page: Answer) -> Original | None:
    """The original of a translation; None for an original."""
    found = languages.original_of(page)
    if found is None:
        return None
    original, code = found.specific, found.locale.language_code
    changes = ""
    known = _version_translated(page, original)
    if known and original.live_revision_id and known != original.live_revision_id:
        changes = reverse("wagtailadmin_pages:revisions_compare", args=[original.pk, known, original.live_revision_id])
    edit = reverse("wagtailadmin_pages:edit", args=[original.pk])
    return Original(
        original, languages.name_of(code), languages.lang_attribute(code), edit, changes, _untouched(page, original)
    )


_WRITTEN = ("title", "short_answer", "claim", "why_checked", "reach_attempt", "picture_alt", "search_description")


def _untouched(page: Answer, original: Answer) -> list[str]:
    """Only what is word for word the same: whether the rest is well translated is for people to judge."""
    found = [name for name in _WRITTEN if (mine := getattr(page, name, "")) and mine == getattr(original, name, "")]
    if _paragraphs(page) & _paragraphs(original):
        found.append("body")
    names = [str(page._meta.get_field(name).verbose_name) for name in found]
    titles = {piece.title for piece in original.evidence.all()}
    if any(piece.title in titles for piece in page.evidence.all()):
        names.append(gettext("Evidence"))
    return names


def _paragraphs(page: Answer) -> set[str]:
    texts = (str(block.value) for block in page.body if block.block_type in ("heading", "paragraph", "advice"))
    return {text for text in (plain_text(each).strip() for each in texts) if text}


def _version_translated(page: Answer, original: Answer) -> int | None:
    """The revision of the original that was public when the translation was last published, or else begun."""
    since = page.last_published_at
    if since is None:
        first = page.revisions.order_by("created_at", "id").first()
        since = first.created_at if first else None
    if since is None:
        return None
    versions = StoryVersion.objects.filter(key=original.story_key, made_at__lte=since)
    return versions.order_by("-made_at", "-revision").values_list("revision", flat=True).first()
