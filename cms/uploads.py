"""What people of the office upload: it is what its name says, and a picture is nothing but its pixels.

Told by the first bytes, by a library that knows them; a name can say anything. What the public sends in is made anew in
``sent_in/submitted_picture.py``.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import IO, Any

import filetype
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, ImageSequence

NOT_WHAT_IT_SAYS = _(
    "This file is not what the end of its name says. Please save it again in its program, or choose another."
)
TOO_MUCH_INSIDE = _("This file is small and unpacks to more than 500 MB. It is not taken.")
MOST_UNPACKED = 500 * 1024 * 1024
MOST_PARTS = 10_000
LONGEST_NAME = 150  # folders of Windows and of Linux take more; nobody reads more

# {end of the name: what the library may call the content}
_SEEN = {
    "jpg": {"jpg"}, "jpeg": {"jpg"}, "png": {"png"}, "webp": {"webp"}, "pdf": {"pdf"},
    "mp3": {"mp3"}, "m4a": {"m4a", "mp4"}, "mp4": {"mp4", "m4v", "mov"}, "ogg": {"ogg", "opus"}, "opus": {"ogg", "opus"},
    "wav": {"wav"},
}  # fmt: skip
# {end of the name: a part that must be inside the archive, by its beginning}
_PACKED = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/", "odt": "content.xml", "ods": "content.xml", "zip": ""}
_PLAIN = {"csv", "txt"}


def check(file: Any) -> None:
    """Raises ValidationError in words for whoever chose the file. Endings that are not known here are left alone."""
    name = PurePath(str(file.name)).name
    if len(name) > LONGEST_NAME:
        raise ValidationError(_("The name of the file is too long. Please give it a shorter one."))
    ending = PurePath(name).suffix.removeprefix(".").lower()
    file.seek(0)
    try:
        head: bytes = file.read(8192)
        if ending in _SEEN:
            kind = filetype.guess(head)
            is_right = kind is not None and kind.extension in _SEEN[ending]
        elif ending in _PACKED:
            is_right = _holds(file, _PACKED[ending])
        else:
            # UTF-16, as some programs save it, is full of zeros and begins with its mark.
            is_right = ending not in _PLAIN or b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))
    finally:
        file.seek(0)
    if not is_right:
        raise ValidationError(NOT_WHAT_IT_SAYS)


def _holds(file: IO[bytes], part: str) -> bool:
    file.seek(0)
    if file.read(4) not in {
        b"PK\x03\x04",
        b"PK\x05\x06",
    }:  # an archive that begins with something else is two files in one
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise ValidationError(TOO_MUCH_INSIDE)
    return any(one.filename.startswith(part) for one in parts)


# Pictures -------------------------------------------------------------------------------------------------------

_KEPT_AS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92, "optimize": True}, "PNG": {"optimize": False}, "WEBP": {"quality": 92},
    "AVIF": {"quality": 80}, "GIF": {},
}  # fmt: skip


def bare_picture(file: Any) -> ContentFile[bytes]:
    """The pixels of a picture, upright, in the format it had: no place, device, author or thumbnail, nothing behind its end.

    A picture that moves goes on moving. Raises ValidationError where it cannot be read.
    """
    file.seek(0)
    try:
        picture = Image.open(file)
        kind = picture.format or ""
        options: dict[str, Any] = dict(_KEPT_AS[kind])
        if getattr(picture, "n_frames", 1) > 1:
            frames = [_pixels(frame) for frame in ImageSequence.Iterator(picture)]
            options |= {"save_all": True, "append_images": frames[1:], "loop": picture.info.get("loop", 0)}
            options["duration"] = picture.info.get("duration", 100)
            bare = frames[0]
        else:
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
            bare = _pixels(picture)
        written = io.BytesIO()
        bare.save(written, kind, **options)
    except Exception as fault:  # decoders raise whatever a crafted file makes them stumble over
        raise ValidationError(_("The picture is damaged and cannot be opened. Please choose another.")) from fault
    return ContentFile(written.getvalue(), name=file.name)


def _pixels(picture: Image.Image) -> Image.Image:
    """A new picture, since a copy would carry comments and profiles along."""
    mode = picture.mode
    if mode not in {"RGB", "RGBA", "L", "LA"}:
        mode = "RGBA" if "transparency" in picture.info or mode in {"PA", "RGBa", "La"} else "RGB"
    pixels = picture.convert(mode)
    bare = Image.new(mode, pixels.size)
    bare.paste(pixels)
    return bare
