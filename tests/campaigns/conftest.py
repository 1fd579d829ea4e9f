"""Fixtures for campaigns."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile


@pytest.fixture
def recording(db):
    """A stored sound file; its bytes are no music."""
    from wagtailmedia.models import Media

    file = ContentFile(b"ID3" + bytes(range(256)) * 8, name="loi-doc.mp3")
    return Media.objects.create(title="Lời đọc", type="audio", duration=60, file=file)
