"""The chain: one entry an event, numbered, each bound to the one before it by its hash.

What is hashed is a JSON object of everything an entry says but the hash itself (``canonical``). Nothing secret and nobody's
personal data goes in, since nothing can be taken out again: see ``cms/audit/sources.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64  # what the first entry follows

# Everything that is hashed, in the order in which an export shows it.
HASHED = (
    "number at sealed_at by by_name deed subject_type subject_id subject story data source source_id previous".split()
)


@dataclass(frozen=True)
class Event:
    """Something that happened, as its source tells it, before it has a place in the chain.

    by             id of the person; None: nobody in particular did it
    deed           machine name, e.g. ``wagtail.publish`` or ``delivery.send.ok``; in words: cms/audit/words.py
    subject_type   ``app.model``; a page is always ``wagtailcore.page``
    story          key of the story it belongs to; empty where it belongs to none, or to none yet
    data           small: texts, whole numbers, true and false only
    """

    source: str
    source_id: int
    at: datetime
    deed: str
    by: int | None = None
    subject_type: str = ""
    subject_id: str = ""
    subject: str = ""
    story: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class AppendOnly(TypeError):
    """An entry was to be changed or deleted."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnly("entries of the audit are neither changed nor deleted")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    update = delete = bulk_update = update_or_create = _refuse

    def told(self) -> Iterator[dict[str, Any]]:
        """Every entry as it was hashed, with its hash, by number. Reads in pieces: the chain may be long."""
        for row in self.order_by("number").values(*HASHED, "hash").iterator(chunk_size=2000):
            row["at"], row["sealed_at"] = moment(row["at"]), moment(row["sealed_at"])
            yield row


class AuditEntry(models.Model):
    """One event in the chain. Append-only, here and by triggers of the database (``cms/audit/guard.py``).

    by is no foreign key: an entry outlives the account of whoever did it, and says their name as it was then.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"))
    sealed_at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(_("person"), max_length=320, blank=True)
    deed = models.CharField(_("deed"), max_length=120)
    subject_type = models.CharField(max_length=120, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject = models.CharField(_("about"), max_length=300, blank=True)
    story = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict)
    source = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the audit")
        verbose_name_plural = _("entries of the audit")
        ordering = ["-number"]
        default_permissions = ("view",)
        permissions = [("see_history", _("Can read how a story was handled"))]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="audit_event_once"),
            models.UniqueConstraint(fields=["previous"], name="audit_one_follows_each"),
        ]
        indexes = [
            models.Index(fields=["story", "at"], name="audit_story", condition=~models.Q(story="")),
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_subject"),
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["by", "at"], name="audit_by"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.deed}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse()


class AuditMark(models.Model):
    """How far the sealer has come in one source.

    sealed_to     every row up to this id is in the chain, or never came to be
    candidate     up to here everything that could be seen was sealed at candidate_at; it becomes sealed_to once every
                  transaction that was open then is over, because one of them may hold a lower id
    """

    source = models.CharField(max_length=40, primary_key=True)
    sealed_to = models.BigIntegerField(default=0)
    candidate = models.BigIntegerField(null=True)
    candidate_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mark of the audit")
        verbose_name_plural = _("marks of the audit")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source}: {self.sealed_to}"


def moment(at: datetime) -> str:
    """A time as it is hashed: UTC, microseconds, always the same length."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(told: dict[str, Any]) -> bytes:
    """The bytes that are hashed: JSON in UTF-8, keys sorted, no blanks. Keys other than those of ``HASHED`` are left out."""
    said = {name: told[name] for name in HASHED}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(told: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(told)).hexdigest()


def head() -> tuple[int, str]:
    """(number, hash) of the last entry; (0, GENESIS) while there is none."""
    last = AuditEntry.objects.order_by("-number").values_list("number", "hash").first()
    return last or (0, GENESIS)


def people(ids: set[int]) -> dict[int, str]:
    """Names of people by id, as of now. One query."""
    from django.contrib.auth import get_user_model

    found = get_user_model().objects.in_bulk(ids) if ids else {}
    return {pk: str(user)[:320] for pk, user in found.items()}
