"""Files of what is not approved say so on themselves, so that a draft that gets around is seen to be one."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from campaigns.materials.base import FileKind
from cms.cards.typesetting import FONTS, Face

WORDS = "BẢN NHÁP – CHƯA DUYỆT"


def marked(made: bytes, kind: FileKind) -> bytes:
    """``made`` with the mark: a band across pictures, a first line in plain text. What has no place for it stays."""
    if kind.content_type in {"image/png", "image/jpeg"}:
        return _with_band(made, "PNG" if kind.content_type == "image/png" else "JPEG")
    if kind.content_type.startswith("text/plain"):
        return f"{WORDS}\n\n".encode() + made
    return made


def _with_band(made: bytes, form: str) -> bytes:
    picture = Image.open(io.BytesIO(made)).convert("RGB")
    width, height = picture.size
    size = max(12, width // 22)
    font = ImageFont.truetype(FONTS / Face.BOLD, size)
    band = Image.new("RGB", (width, size * 2), (176, 0, 32))
    ImageDraw.Draw(band).text((width / 2, size), WORDS, font=font, fill="white", anchor="mm")
    picture.paste(band, (0, (height - band.height) // 2))
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()
