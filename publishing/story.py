"""The only data that crosses between what we say (cms) and how it gets there (publishing).

Story   what was approved, neutral of any channel; made by a page's ``story()``
Post    the same, shaped for one channel by its adapter's ``render()``
Receipt what a channel gave back when it accepted a post

All three are frozen and go through JSON unchanged, so that a delivery made today still sends
exactly what was approved, whatever happens to the page meanwhile.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What a delivery does on its channel."""

    POST = "post"
    CORRECT = "correct"
    RETRACT = "retract"


class Way(StrEnum):
    """How a channel carries out an action. NONE: the vendor has no means; a person must act."""

    SEND = "send"  # a new post, a follow-up, or a new version under the same identity
    EDIT = "edit"  # the copy already out is changed in place
    DELETE = "delete"  # the copy already out is removed
    NONE = "none"


@dataclass(frozen=True)
class Image:
    """A picture with its public absolute URL. ``alt`` is never empty unless decorative."""

    url: str
    alt: str
    width: int = 0
    height: int = 0
    credit: str = ""


@dataclass(frozen=True)
class Video:
    """A film with its public absolute URLs. ``seconds`` is its length; chapters are (second, title), the first at 0."""

    url: str
    title: str
    seconds: int = 0
    width: int = 0
    height: int = 0
    content_type: str = "video/mp4"
    poster: Image | None = None
    subtitles_url: str = ""
    chapters: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Audio:
    """A recording with its public absolute URL, as it was approved: a file of another ``sha256`` is not it.

    size is in bytes; seconds is its length, 0 where that is not known; language is that of what is spoken.
    """

    url: str
    title: str
    content_type: str
    size: int
    sha256: str
    seconds: int = 0
    language: str = ""


@dataclass(frozen=True)
class Source:
    """One piece of evidence as the public may see it."""

    title: str
    url: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Story:
    """One approved revision of one answer.

    key       stable for the life of the answer and of one language, e.g. ``rebuttal-7f3a…-vi``
    revision  number of the approved revision; grows with every correction
    verdict   the label as the public reads it; empty for a verified fact
    is_judged   whether the label says what was found about a claim; that of a scam warning says what the story is
    topics    names in the story's language; topic_keys the same in every language
    body_html cleaned HTML of the allow-list in text.py; body_text the same without markup, for posts that may be cut: what
              matters most comes first
    change    what a correction or retraction changed, in the words of the public log; empty for a first post
    change_kind  correction, update, retraction, or verdict: a holding notice has become an answer
    is_holding   it only says that the claim is being verified
    cards     pictures that show the verdict, for people to download and share; no adapter sends them by itself
    spoken    text to be read aloud, as it was approved; empty: a channel that is listened to makes its own
    audio     a person's recording of it; a story that is retracted has none
    series    key of what it is a part of together with other stories, such as a campaign; series_name in words
    is_part   planned, moved and held by whoever plans the series: not offered to be sent anywhere else
    published_at, modified_at  aware datetimes
    """

    key: str
    revision: int
    kind: str
    language: str
    url: str
    slug: str
    title: str
    short_answer: str
    office: str
    published_at: datetime
    modified_at: datetime
    claim: str = ""
    verdict: str = ""
    is_judged: bool = True
    body_html: str = ""
    body_text: str = ""
    topics: tuple[str, ...] = ()
    topic_keys: tuple[str, ...] = ()
    place: str = ""
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    sources: tuple[Source, ...] = ()
    is_urgent: bool = False
    is_retracted: bool = False
    is_holding: bool = False
    change: str = ""
    change_kind: str = ""
    cards: tuple[Image, ...] = ()
    spoken: str = ""
    audio: Audio | None = None
    series: str = ""
    series_name: str = ""
    is_part: bool = False

    @property
    def finding(self) -> str:
        """What was found about the claim, where channels name it so; a warning finds nothing about any."""
        return self.verdict if self.is_judged else ""

    def told_as(self, action: Action) -> str:
        """Which word a channel puts before ``change``: correct, update, verdict or retract (post: none is told)."""
        if action == Action.CORRECT and self.change_kind in {"update", "verdict"}:
            return self.change_kind
        return action.value

    def to_json(self) -> dict[str, Any]:
        """A dict of JSON types; times in ISO 8601 with their offset."""
        made = dict(vars(self))  # asdict() would copy every text and time deeply, and each delivery passes here
        for name in ("published_at", "modified_at"):
            made[name] = made[name].isoformat()
        for name in ("images", "videos", "cards", "sources"):
            made[name] = tuple(asdict(one) for one in made[name])
        made["audio"] = asdict(self.audio) if self.audio else None
        return made

    @classmethod
    def from_json(cls, made: dict[str, Any]) -> Story:
        """The inverse of to_json(). Raises KeyError or TypeError on what to_json() never makes."""
        made = dict(made)
        for name in ("published_at", "modified_at"):
            made[name] = datetime.fromisoformat(made[name])
        made["topics"] = tuple(made.get("topics", ()))
        made["topic_keys"] = tuple(made.get("topic_keys", ()))
        made["images"] = tuple(Image(**image) for image in made.get("images", ()))
        made["videos"] = tuple(_video(video) for video in made.get("videos", ()))
        made["audio"] = Audio(**made["audio"]) if made.get("audio") else None
        made["cards"] = tuple(Image(**card) for card in made.get("cards", ()))
        made["sources"] = tuple(Source(**source) for source in made.get("sources", ()))
        return cls(**made)


def _video(made: dict[str, Any]) -> Video:
    made = dict(made)
    made["poster"] = Image(**made["poster"]) if made.get("poster") else None
    made["chapters"] = tuple((int(second), str(title)) for second, title in made.get("chapters", ()))
    return Video(**made)


@dataclass(frozen=True)
class File:
    """A file that is part of a post, e.g. a read-aloud script. ``name`` has no folder."""

    name: str
    content_type: str
    text: str

    @property
    def content(self) -> bytes:
        return self.text.encode()


@dataclass(frozen=True)
class Post:
    """A story as one channel will show it. Pure output of an adapter's ``render()``.

    text   what a reader of a feed sees, or the script a speaker reads; counted by ``Adapter.length``
    title  headline, where the channel has one
    html   body, where the channel takes HTML (allow-list of text.py)
    link   absolute URL to the answer; carries the marker where the channel reads it back by link
    slug   the channel's own address part, where the marker is planted there
    files  what is uploaded, in upload order
    audio  the recording that goes along as a file called ``audio_name``; none where it is too large, or is not taken
    extra  channel-specific JSON values; nothing outside the adapter reads it
    follows  remote_id of the post that a correction or retraction is about, where one is sent; the outbox fills it in
    earlier  remote_ids of all that went out of this story before it, with ``follows`` among them; likewise
    """

    text: str
    title: str = ""
    html: str = ""
    link: str = ""
    slug: str = ""
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    files: tuple[File, ...] = ()
    audio: Audio | None = None
    audio_name: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    follows: str = ""
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """Proof that a channel accepted a post. ``url`` is public, or empty where the channel has none."""

    remote_id: str
    url: str = ""
