"""Makes a stranger's picture harmless: decoded, turned the right way up, and written anew without anything around it."""

from __future__ import annotations

import io
import secrets
import threading
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
KINDS = ["JPEG", "PNG", "WEBP"]
ACCEPT = "image/jpeg,image/png,image/webp"

NO_PICTURE = _("This is not a picture that we can open. Please choose a JPEG, PNG or WebP picture.")
TOO_LARGE = _("The picture is larger than 10 MB. Please choose a smaller one, or a screenshot of it.")
TOO_MANY_PIXELS = _("The picture has more than 40 million pixels. Please choose a smaller one, or a screenshot of it.")
HEIC = _("Pictures in the HEIC format cannot be opened here. Please send a screenshot of it, or save it as JPEG.")
BROKEN = _("The picture is damaged and cannot be opened. Please choose another, or a screenshot of it.")

# A picture of 40 million pixels takes some 300 MB while it is decoded: one at a time in each process.
_decoding = threading.Lock()


def made_anew(file: IO[bytes]) -> ContentFile[bytes]:
    """The picture as a JPEG with a name by chance: no place, no device, no comment, no thumbnail of what was cut off.

    Raises ValidationError in words for whoever chose the file.
    """
    file.seek(0, io.SEEK_END)
    if file.tell() > MOST_BYTES:
        raise ValidationError(TOO_LARGE)
    file.seek(0)
    if file.read(12)[4:12] in {b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1"}:
        raise ValidationError(HEIC)
    file.seek(0)
    try:
        picture = Image.open(file, formats=KINDS)  # reads the head only: what it is, and how large
    except Image.DecompressionBombError as bomb:
        raise ValidationError(TOO_MANY_PIXELS) from bomb
    except Exception as fault:  # decoders raise whatever a crafted file makes them stumble over
        raise ValidationError(NO_PICTURE) from fault
    if picture.width * picture.height > MOST_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)
    written = io.BytesIO()
    with _decoding:
        try:
            _bare(picture).save(written, "JPEG", quality=88)
        except Exception as fault:
            raise ValidationError(BROKEN) from fault
    return ContentFile(written.getvalue(), name=f"{secrets.token_hex(8)}.jpg")


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels alone, upright, on white where the picture was transparent."""
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode in {"P", "PA", "LA"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    # A new picture, since a copy would carry comments and profiles along.
    bare = Image.new("RGB", picture.size, "white")
    pixels = picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGB")
    bare.paste(pixels, mask=pixels.getchannel("A") if pixels.mode == "RGBA" else None)
    return bare
