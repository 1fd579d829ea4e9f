"""An invented recording for the demonstration: a chime in the place of a voice, made here so that it belongs to nobody."""

from __future__ import annotations

import io
import math
import struct
import wave
from typing import Any

from django.core.files.base import ContentFile
from wagtailmedia.models import Media

RATE = 8_000  # samples a second
NOTES = (523, 659, 784, 1047)  # hertz
NOTE_SECONDS = 0.75


def chime() -> bytes:
    """A WAV file of a few seconds; always the same bytes."""
    length = int(RATE * NOTE_SECONDS)
    samples = [
        int(12_000 * (1 - place / length) * math.sin(2 * math.pi * note * place / RATE))
        for note in NOTES
        for place in range(length)
    ]
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return made.getvalue()


def recording(by: Any) -> Media:
    """The chime, as an editor would have uploaded the announcer's voice."""
    file = ContentFile(chime(), name="loi-doc-mau.wav")
    title = "Lời đọc mẫu (tiếng chuông thay cho giọng đọc, hư cấu)"
    seconds = len(NOTES) * NOTE_SECONDS
    return Media.objects.create(title=title, type="audio", duration=seconds, file=file, uploaded_by_user=by)
