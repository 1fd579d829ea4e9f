"""What a backup says of itself: what is in it, of which state of the code and of which keys."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

NAME = "manifest.json"
FORMAT = 1
_CHUNK = 1024 * 1024


class Refused(Exception):
    """What was asked for cannot be done, or would destroy something; the words are for whoever asked."""


class Busy(Refused):
    """Somebody else is making a backup there right now."""


@dataclass(frozen=True)
class Kept:
    """One file of a backup: bytes, hexadecimal digest, and when its storage last changed it (ISO 8601)."""

    size: int
    sha256: str
    modified_at: str = ""


@dataclass(frozen=True)
class Manifest:
    """vendor        "sqlite" or "postgresql", and server: its major version there, else 0
    migrations       {app: names that were applied}
    files            {path within the backup: Kept}; those of a storage lie below a folder with the storage's name
    storages         names of the storages whose files are in it
    credential_keys  fingerprints of the keys that open the channels' credentials, newest first
    secret_key       fingerprint of Django's secret
    """

    made_at: datetime
    version: str
    vendor: str
    server: int
    migrations: dict[str, list[str]]
    files: dict[str, Kept]
    storages: list[str]
    credential_keys: list[str]
    secret_key: str

    def write(self, folder: Path) -> None:
        said = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        (folder / NAME).write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises Refused where there is none, or one of a later kind."""
        try:
            said = json.loads((folder / NAME).read_text())
        except FileNotFoundError:
            raise Refused(f"{folder} is no backup: it has no {NAME}.") from None
        except ValueError:
            raise Refused(f"{folder / NAME} cannot be read: it is damaged.") from None
        if said.pop("format", None) != FORMAT:
            raise Refused(f"{folder / NAME} was written by another version of this software.")
        said["made_at"] = datetime.fromisoformat(said["made_at"])
        said["files"] = {name: Kept(**kept) for name, kept in said["files"].items()}
        return cls(**said)


def found_in(place: Path) -> list[Path]:
    """The whole backups in a folder of backups, the oldest first. One that was broken off has another name."""
    return sorted(path.parent for path in place.glob(f"*/{NAME}") if not path.parent.name.endswith(".partial"))


def newest(place: Path) -> Path:
    """``place`` itself if it is a backup, else the last one in it. Raises Refused."""
    if (place / NAME).exists():
        return place
    if found := found_in(place):
        return found[-1]
    raise Refused(f"There is no backup in {place}.")


def digest_of(path: Path) -> Kept:
    """Size and SHA-256 of a file on disk."""
    said, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            said.update(chunk)
            size += len(chunk)
    return Kept(size, said.hexdigest())


def broken(folder: Path, manifest: Manifest) -> Iterable[str]:
    """What of a backup is not as it was written, in words."""
    for name, kept in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif path.stat().st_size != kept.size:
            yield f"{name} has {path.stat().st_size} bytes and should have {kept.size}"
        elif digest_of(path).sha256 != kept.sha256:
            yield f"{name} was changed"


def version() -> str:
    """Of this code."""
    said = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(said["project"]["version"])
