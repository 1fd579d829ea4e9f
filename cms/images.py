"""Pictures, with the credit and the description every published picture needs."""

from __future__ import annotations

from typing import Any

from django.core.files import File
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from cms.uploads import bare_picture


class Picture(AbstractImage):
    """A picture. ``description`` (Wagtail's) is the text read aloud to people who do not see it."""

    credit = models.CharField(_("credit"), max_length=200, blank=True, help_text=_("Who took or made the picture."))

    admin_form_fields = (*Image.admin_form_fields, "credit")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new file is kept as its pixels alone: where and with what a picture was taken is nobody's business."""
        file: Any = self.file  # type: ignore[has-type]
        if file and not file._committed:
            self.file = File(bare_picture(file), name=file.name)
            self._set_image_file_metadata()
        super().save(*args, **kwargs)

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")


class PictureRendition(AbstractRendition):
    """A picture in one size."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("image", "filter_spec", "focal_point_key"), name="rendition_once")
        ]
