"""The recording that belongs to a text to be read aloud: what it is called, whether it goes along, what is said of it.

A station gets the very file that was approved or none: it is fetched from its public address when it is sent, and its
digest must be the one the story was approved with. A withdrawal never carries one.
"""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_noop as _

from publishing.channels import own_files
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http
from publishing.story import Action, Audio, Post, Story

ENDINGS = {"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/wav": ".wav"}
MOST_ATTACHED = 5 * 1024 * 1024  # bytes; a third more in a mail, and many mail servers take no more than ten MB
MOST_LAID = 20 * 1024 * 1024  # bytes; what is uploaded here is no larger
SLOWEST = 128 * 1024  # bytes a second that a receiver's line must take; slower, and the call ends and is tried again

WORDS = own_files.Words(
    away=_("The recording could not be fetched from this site. It is tried again."),
    gone=_("The recording is no longer at its address. Approve the text with its recording again."),
    too_large=_("The recording is larger than %(limit)s MB. Make a smaller file of it."),
)
CHANGED = _("The file of the recording is not the one that was approved. Approve the text with its recording again.")

# Words of the sheet itself, in the story's language (the interface's own words go through gettext).
PHRASES: dict[str, dict[str, str]] = {
    "vi": {
        "along": "Bản ghi âm đã được duyệt: tệp {name} gửi kèm ({about}). Đề nghị phát nguyên văn.",
        "fetch": "Bản ghi âm đã được duyệt ({about}) không gửi kèm; tải về tại: {url}",
        "replaced": "Bản ghi âm này thay cho mọi bản ghi âm đã nhận trước đây của tin này; không phát lại bản cũ.",
        "void": "Không phát lại bản ghi âm đã nhận trước đây của tin này.",
        "comma": ",",
    },
    "en": {
        "along": "Approved recording: the file {name} comes with this ({about}). Please play it as it is.",
        "fetch": "The approved recording ({about}) does not come with this; fetch it at: {url}",
        "replaced": "It replaces every recording of this item received before; do not play those again.",
        "void": "Do not play again any recording of this item received before.",
        "comma": ".",
    },
}


def of(story: Story, action: Action) -> Audio | None:
    """The recording that belongs to what is told."""
    return None if action == Action.RETRACT or story.is_retracted else story.audio


def carried(story: Story, action: Action, most_bytes: int) -> Audio | None:
    """The recording, if it goes along as a file."""
    audio = of(story, action)
    return audio if audio and 0 < audio.size <= most_bytes and audio.content_type in ENDINGS else None


def name(base: str, audio: Audio | None) -> str:
    """``base`` is the name of the text's file, without suffix. Empty without a recording."""
    return base + ENDINGS[audio.content_type] if audio else ""


def note(story: Story, action: Action, file_name: str) -> str:
    """What the announcer must know of the recording, one or two lines; empty if there is nothing to say.

    ``file_name`` is what it is called where it goes along, else empty. A correction and a withdrawal speak of what may have
    been received before, whoever recorded it.
    """
    say = PHRASES["vi"] if story.language.partition("-")[0].lower() != "en" else PHRASES["en"]
    audio = of(story, action)
    lines = []
    if audio:
        megabytes = f"{max(audio.size / 1024 / 1024, 0.1):.1f} MB".replace(".", say["comma"])
        length = f"{audio.seconds // 60}:{audio.seconds % 60:02d}, " if audio.seconds else ""
        known = {"name": file_name, "about": length + megabytes, "url": audio.url}
        lines.append(say["along" if file_name else "fetch"].format(**known))
    if action != Action.POST:
        lines.append(say["replaced" if audio else "void"])
    return "\n".join(lines)


def fetched(http: Http, audio: Audio) -> bytes:
    """The file that was approved. Raises ChannelError: TRANSIENT if it cannot be had now, PERMANENT if it is gone or another."""
    body = own_files.fetch(http, audio.url, WORDS, MOST_LAID)
    if hashlib.sha256(body).hexdigest() != audio.sha256:
        raise ChannelError(Outcome.PERMANENT, CHANGED)
    return body


def allowance(post: Post) -> float:
    """Seconds that a call may take longer for its recording: fetched, and handed over on a slow line."""
    return own_files.FETCH_SECONDS + own_files.TIMEOUT[1] + upload_seconds(post) if post.audio else 0.0


def upload_seconds(post: Post) -> float:
    """Seconds that handing it over may take, with a third more for a mail."""
    return post.audio.size * 4 / 3 / SLOWEST if post.audio else 0.0


def names_of(receipt_ids: tuple[str, ...]) -> tuple[str, ...]:
    """What recordings beside the files of earlier receipts may be called."""
    return tuple(one.rpartition(".")[0] + ending for one in receipt_ids if "." in one for ending in ENDINGS.values())
