"""What the feeds say: the answers of a language, of one topic or place, and the corrections, newest change first.

Entries are made from the stored story versions, which are what was approved and what every channel got: the same text
everywhere, and no page is rendered. How they are written is in feed_formats.py, their addresses in public/feeds.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, linebreaks
from django.utils.translation import gettext
from wagtail.models import Locale

from cms.corrections import Correction
from cms.incidents import Place, Topic
from cms.pages.answer import Answer, Change
from cms.pages.home import AnswerList, CorrectionsLog
from publishing.models import StoryVersion
from publishing.story import Image, Story

MOST = 50
FORMS = ("atom", "rss", "json")
SCOPES = ("answers", "corrections", "topic", "place")
# When a feed without entries was last changed: it must say a time, and the same one each time it is asked.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """Which feed: its scope, its language, and the slug of the topic or place."""

    scope: str
    language: str
    slug: str = ""

    def path(self, form: str) -> str:
        """The address without the host."""
        named = {"language": self.language, "form": form} | ({"slug": self.slug} if self.slug else {})
        return reverse(f"{self.scope}_feed", kwargs=named)

    def url(self, form: str) -> str:
        return settings.BASE_URL + self.path(form)


@dataclass(frozen=True)
class Entry:
    """One answer or one correction.

    id       ``urn:uuid:``, the same for the life of the answer, whatever its address
    label    the verdict, or the kind of change, as readers know it; also at the start of the title
    html     everything a feed reader shows, cleaned, with absolute addresses
    reason   why it was withdrawn; empty for what stands. Of a withdrawn answer nothing but title and reason is said
    """

    id: str
    url: str
    title: str
    label: str
    summary: str
    html: str
    author: str
    published: datetime
    updated: datetime
    subjects: tuple[str, ...] = ()
    image: Image | None = None
    reason: str = ""


@dataclass(frozen=True)
class Feed:
    """A feed before it is written in one of the forms."""

    source: Source
    title: str
    description: str
    home: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=NEVER)


def feed_of(source: Source) -> Feed | None:
    """The feed as it is now; None for a language, topic or place that is not there. At most seven queries."""
    if not Locale.objects.filter(language_code=source.language).exists():
        return None
    with translation.override(source.language):
        subject: Topic | Place | None = None
        if source.slug:
            named: QuerySet[Any, Any] = Topic.objects.all() if source.scope == "topic" else Place.objects.all()
            subject = named.filter(slug=source.slug).first()
            if subject is None:
                return None
        title = settings.WAGTAIL_SITE_NAME + (f" – {subject}" if subject else "")
        if source.scope == "corrections":
            title += " – " + gettext("Corrections")
            told = gettext("Every correction, update and retraction, newest first.")
            return Feed(source, title, told, _home(CorrectionsLog, source.language), _corrections(source.language))
        told = gettext("Checked claims and verified facts. What was changed last comes first.")
        return Feed(source, title, told, _home(AnswerList, source.language), tuple(_answers(source)))


def _home(model: type[AnswerList | CorrectionsLog], language: str) -> str:
    page = model.objects.live().filter(locale__language_code=language).first()
    return (page.full_url if page else "") or settings.BASE_URL + "/"


# Answers -------------------------------------------------------------------------------------------------------


def _answers(source: Source) -> Iterable[Entry]:
    pages = Answer.objects.live().public().filter(locale__language_code=source.language)
    if source.slug:
        pages = pages.filter(**{f"{source.scope}__slug": source.slug})
    newest = list(pages.select_related("locale", "content_type").order_by("-last_published_at", "-pk")[:MOST])
    stories = stories_of(newest)
    return (answer_entry(page, stories[page.pk]) for page in newest)


def stories_of(pages: Iterable[Answer]) -> dict[int, Story]:
    """The story of each live page, by its key. One query; one more page by page where a crash left none behind."""
    # Pages may come as plain Answers: the key says the kind, and the kind is known without reading the page.
    keys = {f"{page.content_type.model}-{page.translation_key}-{page.locale.language_code}": page for page in pages}
    found = {}
    for version in StoryVersion.objects.filter(key__in=keys):
        page = keys[version.key]
        if version.revision == page.live_revision_id:
            found[page.pk] = version.story
    for page in keys.values():
        if page.pk not in found:
            found[page.pk] = page.specific.story()
    return found


def entry_id(page: Answer, story_key: str, of: str = "") -> str:
    """``urn:uuid:`` from what never changes in the life of an answer."""
    return uuid.uuid5(page.translation_key, story_key + of).urn


def answer_entry(page: Answer, story: Story) -> Entry:
    """The entry of a live answer in the active language, which is the answer's."""
    label = gettext("Retracted") if story.is_retracted else story.verdict or gettext("Verified fact")
    return Entry(
        id=entry_id(page, story.key),
        url=page.full_url or story.url,
        title=f"[{label}] {story.title}",
        label=label,
        summary=gettext("This answer was retracted.") if story.is_retracted else story.short_answer,
        html=_retracted_html(story.change) if story.is_retracted else _answer_html(story, label),
        author=story.office or settings.WAGTAIL_SITE_NAME,
        published=page.first_published_at or story.published_at,
        updated=page.last_published_at or story.modified_at,
        subjects=tuple(filter(None, (*story.topics, story.place))),
        image=story.cards[0] if story.cards else None,
        reason=(story.change or label) if story.is_retracted else "",
    )


def _retracted_html(reason: str) -> str:
    said = format_html("<p>{}</p>", gettext("This answer was retracted."))
    return said + linebreaks(reason, autoescape=True)


def _answer_html(story: Story, label: str) -> str:
    made: str = format_html("<p><strong>{}</strong></p>", label)
    if story.claim:
        words = gettext("What was spread")
        made += format_html("<blockquote><p><strong>{}:</strong> “{}”</p></blockquote>", words, story.claim)
    made += linebreaks(story.short_answer, autoescape=True)
    if story.change:
        made += format_html("<p><strong>{}</strong></p>", _change_label(story.change_kind))
        made += linebreaks(story.change, autoescape=True)
    return made + story.body_html  # cleaned against the allow-list of publishing/text.py


def _change_label(kind: str) -> str:
    names = {
        Change.CORRECTION: gettext("Correction"),
        Change.UPDATE: gettext("Update"),
        Change.RETRACTION: gettext("Retraction"),
        Change.VERDICT: gettext("Verdict"),
    }
    return names.get(Change(kind), kind)


# Corrections ---------------------------------------------------------------------------------------------------


def _corrections(language: str) -> tuple[Entry, ...]:
    public = Answer.objects.live().public().order_by()
    log = Correction.objects.filter(page__locale__language_code=language, page__in=public)
    # Earlier changes of an answer that was retracted since may quote what was withdrawn: they are not said again.
    withdrawn = Q(page__change_kind=Change.RETRACTION) & ~Q(kind=Change.RETRACTION)
    log = log.exclude(withdrawn).select_related("page__locale", "page__content_type", "office")
    entries = []
    for made in log.order_by("-made_at", "-pk")[:MOST]:
        label = _change_label(made.kind)
        author = made.office.name if made.office else settings.WAGTAIL_SITE_NAME
        entries.append(
            Entry(
                id=entry_id(made.page, f"correction-{language}-{made.revision}"),
                url=made.page.full_url or "",
                title=f"[{label}] {made.title}",
                label=label,
                summary=made.note,
                html=linebreaks(made.note, autoescape=True),
                author=author,
                published=made.made_at,
                updated=made.made_at,
            )
        )
    return tuple(entries)


# For those who watch all feeds ---------------------------------------------------------------------------------


def newest_changes() -> dict[Source, datetime]:
    """Each feed that has entries, with its newest change. Two queries."""
    found: dict[Source, datetime] = {}
    by: QuerySet[Answer, dict[str, object]] = Answer.objects.live().public().order_by()
    rows = by.values_list("locale__language_code", "topic__slug", "place__slug").annotate(at=Max("last_published_at"))
    for language, topic, place, at in rows:
        for scope, slug in (("answers", ""), ("topic", topic), ("place", place)):
            if at and slug is not None:
                source = Source(scope, language, slug)
                found[source] = max(at, found.get(source, at))
    log = Correction.objects.filter(page__in=Answer.objects.live().public().order_by()).order_by()
    for language, at in log.values_list("page__locale__language_code").annotate(at=Max("made_at")):
        found[Source("corrections", language)] = at
    return found
