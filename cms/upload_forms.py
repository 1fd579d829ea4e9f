"""Wagtail's forms for documents and for sound, which look into the file before they take it."""

from __future__ import annotations

from typing import Any

from wagtail.documents.forms import BaseDocumentForm
from wagtailmedia.forms import BaseMediaForm

from cms.uploads import check


class _Checked:
    cleaned_data: dict[str, Any]

    def clean_file(self) -> Any:
        check(self.cleaned_data["file"])
        return self.cleaned_data["file"]


class DocumentForm(_Checked, BaseDocumentForm):
    """For ``WAGTAILDOCS_DOCUMENT_FORM_BASE``."""


class MediaForm(_Checked, BaseMediaForm):
    """For ``WAGTAILMEDIA``."""
