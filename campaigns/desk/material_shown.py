"""What the page of one material shows: its texts with their differences, what becomes of them, and its history."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from campaigns.desk.materials import badge
from campaigns.materials import files, history
from campaigns.materials.base import Content, Field, FileKind, Form
from campaigns.materials.models import MaterialVersion

log = logging.getLogger("campaigns.desk.material_shown")

SHOWN_VERSIONS = 15
READABLE = ("text/plain", "text/html", "text/vtt")  # what a person reads as it is


@dataclass(frozen=True)
class Shown:
    """What becomes of the texts: one file, as a picture, as text, as a page, or only to be downloaded."""

    kind: FileKind
    picture: str = ""
    text: str = ""
    page: str = ""


@dataclass(frozen=True)
class Text:
    """One field with everything an editor or approver compares."""

    field: Field
    text: str
    generated: str
    changed_before: str | None
    difference: list[history.Piece]

    @property
    def is_own(self) -> bool:
        return self.text != self.generated

    @property
    def length(self) -> int:
        return len(self.text)

    @property
    def is_over(self) -> bool:
        return self.length > self.field.max_length


@dataclass(frozen=True)
class Step:
    """One line of the history: a version, and what it changed of the one before."""

    version: MaterialVersion
    changes: list[tuple[str | Promise, list[history.Piece]]]

    @property
    def badge(self) -> Any:
        return badge(self.version)


def previewed(version: MaterialVersion, form: Form) -> list[Shown]:
    """Of every file what the page can show. Of a form of pictures the pictures; a text that cannot be drawn costs its
    preview only."""
    has_pictures = any(kind.is_picture for kind in form.files)
    found = []
    for kind in form.files:
        is_shown = kind.is_picture if has_pictures else kind.content_type.startswith(READABLE)
        if not is_shown:
            continue
        try:
            made = files.make(version, kind.name)
        except Exception:
            log.exception("%s of %s cannot be shown", kind.name, version)
            continue
        if kind.is_picture:
            found.append(Shown(kind, picture=f"data:{kind.content_type};base64,{base64.b64encode(made).decode()}"))
        elif kind.content_type.startswith("text/html"):
            found.append(Shown(kind, page=made.decode()))
        else:
            found.append(Shown(kind, text=made.decode().removeprefix("\ufeff")))
    return found


def texts(form: Form, chain: list[MaterialVersion], content: Content, approved: MaterialVersion | None) -> list[Text]:
    """Every field of the newest version of ``chain``; ``content`` is what stands in it now, saved or not."""
    newest = chain[0]
    changed = history.changed_here(chain)
    found = []
    for field in form.fields:
        text = content.get(field.name, "")
        before = str(approved.content.get(field.name, "")) if approved else text
        found.append(
            Text(
                field=field,
                text=text,
                generated=newest.generated.get(field.name, ""),
                changed_before=changed.get(field.name),
                difference=history.difference(before, text) if before != text else [],
            )
        )
    return found


def steps(form: Form, chain: list[MaterialVersion]) -> list[Step]:
    """The newest versions, each with what it changed."""
    found = []
    for version, before in zip(chain[:SHOWN_VERSIONS], [*chain[1:], None], strict=False):
        changes = [
            (
                field.label,
                history.difference(before.content.get(field.name, ""), version.content.get(field.name, "")),
            )
            for field in form.fields
            if before and before.content.get(field.name, "") != version.content.get(field.name, "")
        ]
        found.append(Step(version, changes))
    return found
