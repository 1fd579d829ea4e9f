"""Where kept copies lie: outside every folder that a web server shows."""

from __future__ import annotations

from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files without an address. The admin hands them out, one permission check each (``kept_copy``)."""

    def url(self, name: str | None) -> str:
        return ""
