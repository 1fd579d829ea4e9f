"""Kept copies: what a page or post looked like when it was seen, stored privately with its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.core.validators import FileExtensionValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.uploads import check

EXTENSIONS = ["png", "jpg", "jpeg", "webp", "pdf", "txt", "html", "mhtml", "warc", "zip"]
MOST_BYTES = 20 * 1024 * 1024


def private_storage() -> Storage:
    """Outside MEDIA_ROOT: no URL leads there."""
    return storages["private"]


def _no_larger(file: Any) -> None:
    if file.size > MOST_BYTES:
        raise ValidationError(_("The file is larger than 20 MB."))


class KeptCopy(models.Model):
    """A screenshot or archived copy, with its SHA-256 so that nobody can exchange it unseen.

    Never public: it may show names of people who only passed a rumour on.
    """

    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(
        _("file"),
        upload_to="kept/%Y/%m",
        storage=private_storage,
        validators=[FileExtensionValidator(EXTENSIONS), _no_larger],
        help_text=_("Screenshot, PDF or archived page, at most 20 MB. Stored privately."),
    )
    source_url = models.URLField(_("address it was taken from"), max_length=600, blank=True)
    kept_at = models.DateTimeField(_("kept at"), default=timezone.now, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("kept copy")
        verbose_name_plural = _("kept copies")
        ordering = ["-kept_at"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.file and not self.file._committed:  # type: ignore[attr-defined]  # a new upload
            digest = hashlib.sha256()
            for chunk in self.file.chunks():
                digest.update(chunk)
            self.sha256 = digest.hexdigest()
            self.file.seek(0)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The admin address that shows the copy to people who may see it."""
        return reverse("kept_copy", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        if self.file and not self.file._committed:  # type: ignore[attr-defined]  # a new upload
            try:
                check(self.file)
            except ValidationError as refused:
                raise ValidationError({"file": refused.messages}) from refused

    @property
    def extension(self) -> str:
        return PurePath(self.file.name or "").suffix.lstrip(".").lower()
