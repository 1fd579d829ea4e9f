"""A disk that is full is said in words, wherever it was met: nothing of the request was saved, and who must be told."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults

log = logging.getLogger("cms.full_disk")

_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_FULL = "53100"  # PostgreSQL's own number for it


def is_full_disk(error: BaseException) -> bool:
    """Whether the error, or one that it came from, says that there is no room."""
    return any(_says_so(one) for one in _chain(error))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _NUMBERS
    if getattr(error, "sqlstate", None) == _DISK_FULL:
        return True
    return isinstance(error, Error) and "disk is full" in str(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _depth in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``, called while the error is being handled: 507 in plain words where the disk is full."""
    error = sys.exc_info()[1]
    if error is None or not is_full_disk(error):
        return defaults.server_error(request)
    log.error("the disk is full: %s", type(error).__name__)
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return JsonResponse({"error": "The server's disk is full: nothing was saved."}, status=507)
    return HttpResponse(loader.get_template("507.html").render(), status=507)
