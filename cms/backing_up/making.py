"""Makes a backup, and says whether one is whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.utils import timezone

from cms.backing_up import database, files, keys
from cms.backing_up.manifest import Busy, Kept, Manifest, Refused, broken, digest_of, found_in, version


@dataclass(frozen=True)
class Made:
    folder: Path
    keys: Path
    manifest: Manifest


def make(place: Path, with_files: bool = True) -> Made:
    """A new backup in a folder of its own in ``place``, named by its time (UTC). Raises Refused.

    It is there under its name when it is whole; what was broken off ends in ".partial", and the next one takes it away.
    """
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place):
        for left in place.glob("*.partial"):
            shutil.rmtree(left)
        earlier = found_in(place)
        before = (earlier[-1], Manifest.read(earlier[-1])) if earlier else None
        made_at = timezone.now()
        folder = place / made_at.strftime("%Y-%m-%dT%H%M%SZ")
        if folder.exists():
            raise Refused(f"{folder} is there already.")
        partial = folder.with_name(folder.name + ".partial")
        old_mask = os.umask(0o077)
        try:
            partial.mkdir()
            migrations = database.migrations()
            kept: dict[str, Kept] = {}
            dumped = database.dump(partial)  # first: see files.py
            kept[dumped.name] = digest_of(dumped)
            labels = list(files.STORAGES) if with_files else []
            for label in labels:
                kept.update(files.copy_out(label, partial, before))
            secret_key, credential_keys = keys.fingerprints()
            manifest = Manifest(
                made_at,
                version(),
                connection.vendor,
                database.server(),
                migrations,
                kept,
                labels,
                credential_keys,
                secret_key,
            )
            manifest.write(partial)
            key_file = keys.write(place, secret_key, credential_keys)
            os.sync()
            partial.rename(folder)
        finally:
            os.umask(old_mask)
    return Made(folder, key_file, manifest)


def thin_out(place: Path, keep: int) -> list[Path]:
    """Removes all but the ``keep`` newest backups; returns what went."""
    gone = found_in(place)[:-keep]
    for folder in gone:
        shutil.rmtree(folder)
    return gone


def check(folder: Path) -> Iterable[str]:
    """What is wrong with a backup, in words; nothing if it is whole. Raises Refused if it is none."""
    manifest = Manifest.read(folder)
    found = list(broken(folder, manifest))
    name = database.NAMES[manifest.vendor]
    if name not in manifest.files:
        found.append("it has no database")
    elif not any(words.startswith(f"{name} ") for words in found) and not database.is_readable(folder / name):
        found.append(f"{name} cannot be read by its database")
    return found


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One at a time: a timer and a person may start it together. Raises Busy."""
    with (place / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another backup is being made in {place}.") from None
        yield
