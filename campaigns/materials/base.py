"""What every form of material is: its fields, how they are drafted from a campaign, what is made of them.

A form is one class in one file of this folder, found by itself. It is pure: it knows words, not rows, and neither the
database nor the settings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise

from campaigns.words import CampaignWords

Content = dict[str, str]  # field name -> text; a field of points has one a line


@dataclass(frozen=True)
class Field:
    """One text that an editor can change. ``is_points``: one point a line."""

    name: str
    label: str | Promise
    max_length: int
    rows: int = 3
    is_points: bool = False
    is_optional: bool = False
    help_text: str | Promise = ""


@dataclass(frozen=True)
class FileKind:
    """One file that a form makes. ``name`` is its last part in addresses, e.g. ``a3-print.pdf``."""

    name: str
    label: str | Promise
    content_type: str
    # Shown to editors as a picture, and offered to readers.
    is_picture: bool = False
    is_public: bool = True


@dataclass(frozen=True)
class Telling:
    """What a channel gets of a material; it becomes a Story.

    pictures  names of the form's files, in order
    spoken    text to be read aloud as it is; empty where the channel makes its own
    """

    title: str
    short_answer: str
    body: str = ""
    pictures: tuple[str, ...] = ()
    pictures_alt: tuple[str, ...] = ()
    spoken: str = ""


class Form(ABC):
    """One form of material."""

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    group: ClassVar[str | Promise]  # the heading it stands under, e.g. "to print"
    order: ClassVar[int] = 100
    fields: ClassVar[tuple[Field, ...]]
    files: ClassVar[tuple[FileKind, ...]]
    # Whether a wave can send it. Otherwise it is only downloaded.
    is_sent: ClassVar[bool] = False
    # Kinds of channel that it is made for: a usual plan of a wave prefers it there.
    made_for: ClassVar[frozenset[str]] = frozenset()
    # Whether a recording may belong to it, and whether it is not approved without one.
    has_sound: ClassVar[bool] = False
    needs_sound: ClassVar[bool] = False
    # Counted up when the same content makes other files than before: their addresses change with it.
    edition: ClassVar[int] = 1

    @abstractmethod
    def draft(self, words: CampaignWords) -> Content:
        """What each field says if nobody edits it; within every limit. The same words give the same draft."""

    def faults(self, content: Content, words: CampaignWords) -> list[str]:
        """Why this content cannot be used, in words an editor can act on: too long to fit, a letter the font lacks."""
        return []

    def counts(self, content: Content, words: CampaignWords) -> list[tuple[str | Promise, str]]:
        """What an editor wants to know of it, as (what, figure in words): how long it takes, how many messages it is."""
        return []

    @abstractmethod
    def make(self, name: str, content: Content, words: CampaignWords) -> bytes:
        """The file ``name``. Raises KeyError for a name that is not one of ``files``. The same input, the same bytes."""

    def telling(self, content: Content, words: CampaignWords) -> Telling:
        """What a channel gets. Only of forms with ``is_sent``."""
        raise NotImplementedError(self.key)
