"""Keeps what can be found the same as what is live: when something is published, and again with every sweep."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.models import Revision
from wagtail.signals import page_published, page_unpublished

from cms.finding import matching, postings
from cms.finding.search import SearchEntry, fold
from cms.incidents import Appearance, Incident, family
from cms.pages.answer import Answer
from publishing.signals import sweeping
from publishing.text import plain_text

log = logging.getLogger("cms.finding.indexing")


def refresh(page: Answer) -> None:
    """Makes the index say what the live version of ``page`` says, or nothing if it is not public. Idempotent."""
    with transaction.atomic():
        if not findable().filter(pk=page.pk).exists():
            _forget(page.pk)
            return
        entry, _is_new = SearchEntry.objects.update_or_create(page_id=page.pk, defaults=_told_by(page))
        postings.keep(entry.pk, matching.terms_of(entry))


def _forget(entry_id: int) -> None:
    with transaction.atomic():
        postings.keep(entry_id, ())
        SearchEntry.objects.filter(pk=entry_id).delete()


def findable() -> Any:
    """The answers that belong into the index, as Wagtail's query set of pages."""
    return Answer.objects.live().public()


def _told_by(page: Answer) -> dict[str, Any]:
    """The fields of the entry of a specific, live page. Of a retracted one nothing is kept but the title."""
    gone = page.is_retracted
    texts = [page.claim_text, page.short_answer, plain_text(page.body_markup())]
    subject = [str(each.name) for each in (page.topic, page.place) if each]
    return {
        "translation_key": page.translation_key,
        "language": page.locale.language_code,
        "kind": page.kind_name,
        "verdict": "" if gone else getattr(page, "verdict", ""),
        "topic": page.topic,
        "place": page.place,
        "title": page.title,
        "claim": "" if gone else page.claim_text,
        "short_answer": "" if gone else page.short_answer,
        "title_folded": fold(page.title)[:400],
        "text_folded": "" if gone else fold(" ".join([*texts, *subject])),
        "is_retracted": gone,
        "published_at": page.first_published_at or timezone.now(),
        "changed_at": page.last_published_at or page.first_published_at or timezone.now(),
    }


def on_published(sender: type[Any], instance: Any, revision: Revision | None = None, **signal: Any) -> None:
    """Never raises: the page is live by now. What fails here, the sweep does."""
    if not isinstance(instance, Answer):
        return
    try:
        refresh(type(instance).objects.get(pk=instance.pk))
    except Exception:
        log.exception("page %s was not put into the index; the next sweep does it", instance.pk)


def on_register(sender: type[Any], instance: Incident | Appearance, **signal: Any) -> None:
    """What was registered of a claim leads to its answers at once. Never raises."""
    incident = instance.pk if isinstance(instance, Incident) else instance.incident_id
    try:
        for entry in SearchEntry.objects.filter(page__answered__incident__in=family([incident])).distinct():
            with transaction.atomic():
                postings.keep(entry.pk, matching.terms_of(entry))
    except Exception:
        log.exception("incident %s did not reach the index; refresh_search mends it", incident)


def sweep(**signal: Any) -> None:
    """Puts into the index what is missing or older than the live version, and takes out what is no longer public."""
    for gone in SearchEntry.objects.exclude(page__in=findable()).values_list("pk", flat=True):
        _forget(gone)
    stale = Q(search_entry__isnull=True) | Q(search_entry__changed_at__lt=F("last_published_at"))
    for page in findable().filter(stale).specific().iterator():
        try:
            refresh(page)
        except Exception:
            log.exception("page %s could not be put into the index", page.pk)


def connect() -> None:
    """Connects to Wagtail's publishing, to the register and to the worker's sweep."""
    page_published.connect(on_published, dispatch_uid="indexing")
    page_unpublished.connect(on_published, dispatch_uid="indexing")
    sweeping.connect(sweep, dispatch_uid="indexing")
    for model in (Incident, Appearance):
        post_save.connect(on_register, sender=model, dispatch_uid="indexing")
        post_delete.connect(on_register, sender=model, dispatch_uid="indexing")
