"""What a kept copy holds: one ZIP with the page as it came, its text to read, and where it came from when."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime

from cms.keeping.fetching import Fetched
from cms.keeping.readable import decoded, readable

_ENDINGS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "application/json": "json",
}


def packed(asked: str, found: Fetched, at: datetime) -> bytes:
    """``page.*`` is the answer byte for byte, ``text.txt`` what a person reads in it, ``about.txt`` the rest.

    What a page says may name people, so it stands in here and in no column that is searched or shown.
    """
    said = found.headers.get("content-type", "")
    ending = _ENDINGS.get(said.partition(";")[0].strip().lower(), "bin")
    files = {f"page.{ending}": found.body}
    if ending == "html":
        files["text.txt"] = readable(decoded(found.body, said)).encode()
    lines = [
        f"asked: {asked}",
        f"answered by: {found.address}",
        f"at: {at.isoformat(timespec='seconds')}",
        f"status: {found.status}",
        *(f"{name}: {' '.join(value.split())[:300]}" for name, value in found.headers.items() if name in _TOLD),
        *(f"sha256 of {name}: {hashlib.sha256(body).hexdigest()}" for name, body in files.items()),
    ]
    files["about.txt"] = ("\n".join(lines) + "\n").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        for name, body in files.items():
            box.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()


_TOLD = frozenset({"content-type", "date", "last-modified", "etag", "server"})
