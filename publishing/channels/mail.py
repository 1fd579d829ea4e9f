"""A post as a mail: headers that nobody can smuggle anything into, a text to read, and the files attached.

The same post under the same marker is the same message, byte for byte but for its date: the Message-ID and even the
boundary between the parts come from the marker.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from publishing.channels.newsroom_item import NEWSROOM_ZONE, one_line
from publishing.story import File, Post, Story

_ID = re.compile(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>")


def message_id(story: Story, marker: str, sender: str) -> str:
    """``<key.revision.marker@domain>``: the same for the life of a delivery."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{story.key}").strip("-")[:100]
    domain = re.sub(r"[^A-Za-z0-9.-]+", "-", sender.rpartition("@")[2]) or "localhost"
    return f"<{name}.{story.revision}.{re.sub(r'[^A-Za-z0-9-]+', '-', marker)}@{domain}>"


def mail(post: Post, *, owner: str, sender: str, receiver: str, at: datetime, audio: bytes = b"") -> bytes:
    """The whole message, lines ending in CR LF, 7-bit.

    audio        the bytes of post.audio, where there is one
    post.extra   subject, message_id, text (the part to read), language, is_urgent
    post.follows Message-ID of the mail that this one corrects or withdraws; mail programs show both as one thread
    """
    made = EmailMessage(policy=policy.SMTP)
    made.set_content(post.extra["text"], charset="utf-8", cte="base64")
    for file in post.files:
        _attach(made, file)
    if post.audio:
        main, _slash, sub = post.audio.content_type.partition("/")
        made.add_attachment(audio, maintype=main, subtype=sub, filename=post.audio_name)
    own_id = post.extra["message_id"]
    made.set_boundary(f"=_{hashlib.sha256(own_id.encode()).hexdigest()[:40]}")
    # Put in front by hand: the library may break an identity that is longer than a line.
    head = [
        f"Message-ID: {own_id}",
        f"Date: {format_datetime(at.astimezone(NEWSROOM_ZONE))}",
        f"From: {_encoded(owner)}\r\n <{Address(addr_spec=sender).addr_spec}>",
        f"To: {Address(addr_spec=receiver).addr_spec}",
        f"Subject: {_encoded(post.extra['subject'])}",
        f"Content-Language: {re.sub(r'[^A-Za-z0-9-]', '', post.extra['language'])}",
    ]
    if _ID.fullmatch(post.follows):
        head += [f"In-Reply-To: {post.follows}", f"References: {post.follows}"]
    if post.extra["is_urgent"]:
        head.append("Importance: high")
    return "".join(f"{line}\r\n" for line in head).encode("ascii") + made.as_bytes()


def _encoded(text: str) -> str:
    """Text as encoded words (RFC 2047), always: nothing in it can then be the end of a header."""
    return Header(one_line(text), "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _attach(made: EmailMessage, file: File) -> None:
    content_type = file.content_type.partition(";")[0]
    main, _slash, sub = content_type.partition("/")
    if main == "text":
        made.add_attachment(file.text, subtype=sub, charset="utf-8", cte="base64", filename=file.name)
    else:
        made.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
