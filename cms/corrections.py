"""What was wrong and what holds now: append-only, shown on the page and in the log, sent to every channel."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision
from wagtail.signals import page_published

from cms.incidents import mark_answered
from cms.pages.answer import Answer, Change
from publishing.models import Organisation, StoryVersion
from publishing.outbox import plan_change, plan_first
from publishing.signals import restored, sweeping

log = logging.getLogger("cms.corrections")


class Correction(models.Model):
    """One change of a published answer that its readers are told about. Append-only."""

    page = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="corrections")
    revision = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=Change.choices)
    note = models.TextField(_("what changed"))
    title = models.CharField(max_length=300)
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["page", "revision"], name="correction_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a correction is written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a correction is never deleted")

    @property
    def public_note(self) -> str:
        """What readers are told. Empty for earlier changes of an answer that was retracted since: such a note may quote
        what was withdrawn."""
        is_said = Change(self.kind) is Change.RETRACTION or not self.page.is_retracted
        return self.note if is_said else ""


def record(page: Answer) -> Correction | None:
    """Writes down the change that the live revision of ``page`` carries, if it carries one not yet told. Idempotent."""
    if not page.live_revision_id:
        return None
    if _has_got_its_verdict(page):
        with translation.override(page.locale.language_code):
            words = gettext("The check is finished: %(verdict)s. %(short_answer)s")
            note = words % {"verdict": page.verdict_label, "short_answer": page.short_answer}
        return _write(page, Change.VERDICT, note)
    if not page.change_kind:
        return None
    told = page.corrections.filter(note=page.change_note, kind=page.change_kind)
    if told.exclude(revision=page.live_revision_id).exists():
        return None
    return _write(page, page.change_kind, page.change_note)


def _has_got_its_verdict(page: Answer) -> bool:
    """Whether the version published before the live one was a holding notice, and the live one is an answer."""
    if page.is_holding or page.is_retracted:
        return False
    versions = StoryVersion.objects.filter(key=page.story_key, revision__lt=page.live_revision_id)
    before = versions.order_by("-revision").first()
    return before is not None and bool(before.payload.get("is_holding"))


def _write(page: Answer, kind: str, note: str) -> Correction:
    correction, _is_new = Correction.objects.get_or_create(
        page=page,
        revision=page.live_revision_id,
        defaults={
            "kind": kind,
            "note": note,
            "title": page.title[:300],
            "office": page.office,
            "made_at": page.last_published_at or timezone.now(),
        },
    )
    return correction


def follow(page: Answer) -> None:
    """Hands the live revision to publishing, and, if it tells a change, plans what every channel is owed. Idempotent.

    What was approved is kept even if planning fails: from then on the tables say that every copy owes it.
    """
    with transaction.atomic():
        if not page.is_retracted:
            mark_answered(page, is_holding=page.is_holding)
        is_changed = record(page) is not None
        story = page.story()
        StoryVersion.of(story)
    if is_changed:
        plan_change(story)
    plan_first(story)


def on_published(sender: type[Any], instance: Any, revision: Revision, **signal: Any) -> None:
    """Never raises: Wagtail sends this after the page is live and outside a transaction. What fails here, the sweep does."""
    if not isinstance(instance, Answer):
        return
    try:
        follow(type(instance).objects.get(pk=instance.pk))
    except Exception:
        log.exception("the change of page %s was not followed; the next sweep does it", instance.pk)


def sweep(**signal: Any) -> None:
    """Follows every publication of the last days again: what a crash left undone is done, the rest is found done."""
    since = timezone.now() - timedelta(days=7)
    for page in Answer.objects.live().filter(last_published_at__gte=since).specific().iterator():
        try:
            follow(page)
        except Exception:
            log.exception("the change of page %s could not be followed", page.pk)


def connect() -> None:
    """Connects to Wagtail's publishing and to the worker's sweep."""
    page_published.connect(on_published, dispatch_uid="corrections")
    sweeping.connect(sweep, dispatch_uid="corrections")
    restored.connect(sweep, dispatch_uid="corrections")
