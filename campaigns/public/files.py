"""Files of approved materials as readers fetch them, counted by day, with nothing about who did.

Caches keep them for minutes, and then ask: what was withdrawn or replaced must not go on being shown by somebody else's.
"""

from __future__ import annotations

import logging
import re
from typing import IO

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from campaigns.materials import files
from campaigns.materials.drawing import NotDrawn
from campaigns.materials.models import DownloadCount
from campaigns.materials.offered import approved_versions
from cms.fresh import kept_for_minutes

log = logging.getLogger("campaigns.public.files")

# Programs that say what they are (Cubot makes phones). What hides is counted: a count is no proof of readers.
_PROGRAM = re.compile(r"(?<!cu)bot\b|crawl|spider|preview|externalhit|slurp|curl|wget|python|monitor", re.IGNORECASE)


@require_safe
def material_file(request: HttpRequest, pk: str, number: str, digest: str, name: str) -> HttpResponseBase:
    """/tai-lieu/<material>/<version>-<digest>/<name>: of the approved version only.

    An address of an earlier version leads to the present one. What is withdrawn, or was never approved, is not there.
    """
    version = approved_versions().filter(material_id=pk).first()
    if version is None:
        raise Http404
    sound = version.sound if name == files.sound_name(version) else None
    kind = files.sound_kind(name) if sound else files.kind_of(version, name)
    if kind is None or not kind.is_public:
        raise Http404
    if (int(number), digest) != (version.number, files.digest_of(version)):
        return kept_for_minutes(redirect(files.address(version, name)))
    etag = f'"{version.pk}-{digest}-{name}"'
    if known := get_conditional_response(request, etag=etag):
        return kept_for_minutes(known, etag)  # nobody downloads what they have
    if is_counted(request):
        count(version.material_id, name)
    answer: HttpResponseBase
    if sound:
        played = files.open_sound(version)
        if played is None:
            raise Http404
        answer = ranged(request, played, played.size, etag)
    else:
        try:
            made = files.kept(version, name)
        except NotDrawn:
            return not_now()
        answer = ranged(request, ContentFile(made), len(made), etag)
    answer["Content-Type"] = kind.content_type
    is_shown = kind.is_picture or kind.content_type.startswith(("audio/", "image/"))
    way = "inline" if is_shown else "attachment"
    answer["Content-Disposition"] = f'{way}; filename="{files.download_name(version.material, name)}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return kept_for_minutes(answer, etag)


def not_now() -> HttpResponse:
    """Instead of a file that could not be made this time: programs are told to ask again, nothing is kept by caches."""
    words = gettext("This file cannot be made at the moment. Please try again in a minute.")
    answer = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = "60"
    answer["Cache-Control"] = "no-store"
    return answer


def ranged(request: HttpRequest, file: IO[bytes], size: int, etag: str = "") -> HttpResponseBase:
    """The file, or the one part of it that is asked for: without that, some phones do not play sound. The whole file too
    where the parts that the reader has are of something else than ``etag``."""
    is_of_this = request.headers.get("If-Range", etag) == etag
    asked = is_of_this and re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", request.headers.get("Range", ""))
    if not asked or not (asked[1] or asked[2]):
        answer: HttpResponseBase = FileResponse(file)
        answer["Content-Length"] = str(size)
    else:
        first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
        last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
        if first > last:
            file.close()
            answer = HttpResponse(status=416)
            answer["Content-Range"] = f"bytes */{size}"
            return answer
        with file:
            file.seek(first)
            answer = HttpResponse(file.read(last - first + 1), status=206)
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Accept-Ranges"] = "bytes"
    return answer


def is_counted(request: HttpRequest) -> bool:
    """Whether a person asks for the file itself: not a program, not a browser that guesses what is wanted next, not a
    page that shows the picture, and of a recording in parts only the first."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return (
        request.method == "GET"
        and "prefetch" not in purpose
        and request.headers.get("Sec-Fetch-Dest") != "image"
        and request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
        and not _PROGRAM.search(request.headers.get("User-Agent", ""))
    )


def count(material_id: int, name: str) -> None:
    """One more today. One row a file and day, changed in place; a count that fails costs nobody the file."""
    today = timezone.localdate()
    try:
        with transaction.atomic():
            rows = DownloadCount.objects.filter(material_id=material_id, on=today, file=name)
            if not rows.update(times=F("times") + 1):
                DownloadCount.objects.get_or_create(material_id=material_id, on=today, file=name)
                rows.update(times=F("times") + 1)
    except DatabaseError:
        log.exception("a download of material %s was not counted", material_id)
