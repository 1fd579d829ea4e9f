"""The recording of a material, as an editor gives it."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _
from wagtailmedia.models import Media
from wagtailmedia.widgets import AdminAudioChooser

from campaigns.materials import files
from cms.uploads import check

MOST_SOUND = 20 * 1024 * 1024  # bytes


class SoundForm(django_forms.Form):
    """The recording: chosen among those there are, or uploaded here, which needs no JavaScript."""

    sound = django_forms.ModelChoiceField(
        Media.objects.filter(type="audio"), required=False, widget=AdminAudioChooser, label=_("Recording")
    )
    upload = django_forms.FileField(
        required=False,
        label=_("Upload a recording"),
        help_text=_("MP3 is played by every phone. At most 20 MB."),
        validators=[FileExtensionValidator([ending.removeprefix(".") for ending in files.SOUND_TYPES])],
        widget=django_forms.FileInput(attrs={"accept": "audio/*"}),
    )

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload and upload.size > MOST_SOUND:
            raise django_forms.ValidationError(_("The file is larger than 20 MB."))
        if upload:
            check(upload)
        return upload
