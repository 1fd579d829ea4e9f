"""The storages' files, copied out and back. Works on any of Django's storages, on disk or not.

Copied after the database: a file is stored before its row, so whatever the rows of that moment name is there by then. What
was stored later comes along and belongs to nobody, which does no harm. What was deleted meanwhile is missing, and was meant to
be gone (a contact's picture whose time was over) or is made anew (a share card).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.apps import apps
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import models

from cms.backing_up.manifest import Kept, Manifest

STORAGES = {"media": "default", "private": "private"}  # {folder of the backup: name in settings.STORAGES}
_CHUNK = 1024 * 1024


def names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every file of a storage."""
    try:
        folders, found = storage.listdir(folder)
    except FileNotFoundError:
        return
    inside = PurePosixPath(folder)
    yield from (str(inside / name) for name in sorted(found) if name)
    for name in sorted(folders):
        yield from names(storage, str(inside / name))


def copy_out(label: str, folder: Path, before: tuple[Path, Manifest] | None) -> Iterator[tuple[str, Kept]]:
    """Copies a storage into ``folder``/``label``; yields (path within the backup, what was copied).

    What the backup ``before`` has already, unchanged, is the same file on disk a second time (a hard link) and takes no room.
    """
    storage = storages[STORAGES[label]]
    for name in names(storage):
        kept_as = f"{label}/{name}"
        path = folder / kept_as
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            modified_at, size = storage.get_modified_time(name).isoformat(), storage.size(name)
            if before and (old := before[1].files.get(kept_as)) and (old.size, old.modified_at) == (size, modified_at):
                try:
                    os.link(before[0] / kept_as, path)
                except OSError:  # gone, or on another disk
                    pass
                else:
                    yield kept_as, old
                    continue
            yield kept_as, _copied(storage, name, path, modified_at)
        except FileNotFoundError:  # deleted since it was listed
            path.unlink(missing_ok=True)


def _copied(storage: Storage, name: str, path: Path, modified_at: str) -> Kept:
    said, size = hashlib.sha256(), 0
    with storage.open(name) as file, path.open("wb") as copy:
        for chunk in file.chunks(_CHUNK):
            said.update(chunk)
            size += len(chunk)
            copy.write(chunk)
    return Kept(size, said.hexdigest(), modified_at)


def copy_in(label: str, folder: Path, manifest: Manifest) -> int:
    """Puts the files of a backup into their storage, over what has the same name; returns how many."""
    storage, count = storages[STORAGES[label]], 0
    for kept_as in manifest.files:
        if not kept_as.startswith(f"{label}/"):
            continue
        name = kept_as.removeprefix(f"{label}/")
        storage.delete(name)
        with (folder / kept_as).open("rb") as file:
            stored = storage.save(name, File(file))
        if stored != name:
            raise RuntimeError(f"{name} was stored as {stored}")
        count += 1
    return count


def holds_any(label: str) -> bool:
    """Whether a storage has a file."""
    return next(names(storages[STORAGES[label]]), None) is not None


def missing() -> list[str]:
    """Files that rows name and no storage has, as "app.model.field: name"."""
    found = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.FileField) or model._meta.proxy or field.model is not model:
                continue
            rows = model._default_manager.exclude(**{field.name: ""}).exclude(**{f"{field.name}__isnull": True})
            for name in rows.values_list(field.name, flat=True).iterator():
                if not field.storage.exists(name):
                    found.append(f"{model._meta.label_lower}.{field.name}: {name}")
    return found
