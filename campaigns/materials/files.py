"""The files of versions: where they are, made when first asked for, kept in the default storage, removed when withdrawn.

What a file is follows from its version alone, and so does its address, which has a digest of all that is made: whatever
changes gives new addresses. The folder is not one that a web server shows; files go through a view that knows who may.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from campaigns.materials.base import FileKind
from campaigns.materials.forms import forms
from campaigns.materials.models import Material, MaterialVersion
from cms.finding.search import fold
from publishing.story import Audio

log = logging.getLogger("campaigns.materials.files")

FOLDER = "materials"
SOUND = "sound"
SOUND_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}


def digest_of(version: MaterialVersion) -> str:
    """Twelve hexadecimal digits for all its files are made of."""
    form = forms().get(version.material.kind)
    sound = sound_name(version) + version.sound_sha256
    made_of = [version.material.kind, form.edition if form else 0, version.content, version.words, sound]
    return hashlib.sha256(json.dumps(made_of, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def kinds_of(version: MaterialVersion) -> tuple[FileKind, ...]:
    """The files it has; none of a form that no longer exists."""
    form = forms().get(version.material.kind)
    return form.files if form else ()


def kind_of(version: MaterialVersion, name: str) -> FileKind | None:
    return next((kind for kind in kinds_of(version) if kind.name == name), None)


def sound_name(version: MaterialVersion) -> str:
    """What the recording is called in addresses, e.g. ``sound.mp3``; empty without one."""
    if not version.sound:
        return ""
    ending = PurePosixPath(version.sound.file.name).suffix.lower()
    return SOUND + ending if ending in SOUND_TYPES else ""


def sound_digest(sound: Any) -> str:
    """SHA-256 of a recording's file as it is now; empty without one, or where it cannot be read."""
    if sound is None:
        return ""
    try:
        with default_storage.open(sound.file.name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        log.exception("the recording %s could not be read", sound.pk)
        return ""


def open_sound(version: MaterialVersion) -> File[bytes] | None:
    """The recording this version was written with, open for reading; None if there is none, or no longer.

    It is kept beside the version's other files: who gives the recording another file in the collection changes nothing that
    was approved.
    """
    name, sound = sound_name(version), version.sound
    if not name or sound is None:
        return None
    path = f"{_folder(version)}/{digest_of(version)}-{name}"
    try:
        if default_storage.exists(path):
            return default_storage.open(path)
        with default_storage.open(sound.file.name) as file:
            content = file.read()
    except OSError:
        log.exception("the recording of version %s could not be read", version.pk)
        return None
    if hashlib.sha256(content).hexdigest() != version.sound_sha256:
        log.error("the recording of version %s is not the one it was written with", version.pk)
        return None
    _keep(path, content)
    return ContentFile(content)


def keep_sound(version: MaterialVersion) -> None:
    """Sets the recording aside, once it is approved."""
    if found := open_sound(version):
        found.close()


def lacks_sound(version: MaterialVersion) -> bool:
    """Whether the recording it was written with cannot be had any more."""
    if version.sound_id is None:
        return False
    if found := open_sound(version):
        found.close()
        return False
    return True


def audio(version: MaterialVersion) -> Audio | None:
    """The recording as channels are told of it; None without one."""
    file, sound = open_sound(version), version.sound
    if file is None or sound is None:
        return None
    with file:
        size = file.size
    name = sound_name(version)
    return Audio(
        url=public_url(version, name),
        title=sound.title,
        content_type=sound_kind(name).content_type,
        size=size,
        sha256=version.sound_sha256,
        seconds=round(sound.duration or 0),
        language=version.material.language,
    )


def sound_kind(name: str) -> FileKind:
    """The recording as a file, by the name that sound_name() gave."""
    return FileKind(name, _("Recording"), SOUND_TYPES[PurePosixPath(name).suffix])


def address(version: MaterialVersion, name: str) -> str:
    """Where the public gets the file once this version is approved, without the host."""
    return reverse("material_file", args=[version.material_id, version.number, digest_of(version), name])


def public_url(version: MaterialVersion, name: str) -> str:
    """The same with the host: for networks that fetch it."""
    return settings.BASE_URL + address(version, name)


def make(version: MaterialVersion, name: str) -> bytes:
    """The file as its form makes it, in the material's own language. Raises KeyError for a name it does not have."""
    form, words = forms()[version.material.kind], version.campaign_words
    # A field that came with a later release is empty in what was written before.
    content = {**{field.name: "" for field in form.fields}, **version.content}
    with translation.override(words.language):
        return form.make(name, content, words)


def kept(version: MaterialVersion, name: str) -> bytes:
    """The file from the storage, or made and stored. A storage that fails costs a making, no file. Raises KeyError."""
    path = f"{_folder(version)}/{digest_of(version)}-{name}"
    try:
        if default_storage.exists(path):
            with default_storage.open(path) as file:
                return bytes(file.read())
    except OSError:
        log.exception("the file %s could not be read", path)
    made = make(version, name)
    _keep(path, made)
    return made


def _keep(path: str, content: bytes) -> None:
    try:
        stored = default_storage.save(path, ContentFile(content))
        if stored != path:  # another process was faster
            default_storage.delete(stored)
    except OSError:
        log.exception("the file %s could not be stored", path)


def remove(version: MaterialVersion) -> None:
    """Removes what was stored of a version that is no longer offered."""
    folder = _folder(version)
    try:
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
    except FileNotFoundError:
        pass
    except OSError:
        log.exception("the files of %s could not be removed", folder)


def _folder(version: MaterialVersion) -> str:
    return f"{FOLDER}/{version.material_id}/{version.number}"


def download_name(material: Material, name: str) -> str:
    """What the file is called on the reader's disk: campaign, form and file, in letters every system knows."""
    form = forms().get(material.kind)
    with translation.override(material.language):
        label = slugify(fold(str(form.label))) if form else material.kind
    parts = [material.campaign.slug[:60].strip("-"), label, name]
    if material.language != material.campaign.locale.language_code:
        parts.insert(2, material.language)
    return "-".join(part for part in parts if part)
