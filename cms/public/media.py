"""Pictures at their public address, as Wagtail made them anew, wherever they are stored.

Documents and sound have views of their own, which ask for permissions.
"""

from __future__ import annotations

import posixpath

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import serve, was_modified_since

FOLDER = "images/"
A_DAY = 24 * 3600  # seconds: a picture that is changed gets another name


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """/media/images/…: opened by itself it is a picture and nothing else, whatever somebody managed to put into the file."""
    answer = (
        _from_disk(request, path) if isinstance(default_storage, FileSystemStorage) else _from_bucket(request, path)
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _from_disk(request: HttpRequest, path: str) -> HttpResponseBase:
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


def _from_bucket(request: HttpRequest, path: str) -> HttpResponseBase:
    name = posixpath.normpath(path)
    if not name.startswith(FOLDER):
        raise Http404
    try:
        changed_at = default_storage.get_modified_time(name).timestamp()
        if not was_modified_since(request.headers.get("If-Modified-Since"), changed_at):
            return HttpResponseNotModified()
        answer = FileResponse(default_storage.open(name))
    except (FileNotFoundError, SuspiciousFileOperation):
        raise Http404 from None
    answer["Last-Modified"] = http_date(changed_at)
    answer["Cache-Control"] = f"public, max-age={A_DAY}"
    return answer
