"""Secrets go apart from the backup: whoever has both can open the channels' credentials.

A manifest names them by a slow fingerprint, which says whether two are the same and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import environ
from django.conf import settings

from cms.backing_up.manifest import Manifest, Refused

# The files of DATA_DIR that settings.py makes where the environment names no secret.
_FILES = {"secret_key": "secret_key", "credential_keys": "credential_key"}
_VARIABLES = {"secret_key": "SECRET_KEY", "credential_keys": "CREDENTIAL_KEYS"}


def fingerprint(secret: str) -> str:
    said = hashlib.scrypt(secret.encode(), salt=b"fact-check-publisher backup", n=2**14, r=8, p=1, dklen=8)
    return said.hex()


def fingerprints() -> tuple[str, list[str]]:
    """(of Django's secret, of the credentials' keys) as they are in use here."""
    return fingerprint(settings.SECRET_KEY), [fingerprint(key) for key in settings.CREDENTIAL_KEYS]


def write(place: Path, secret_key: str, credential_keys: list[str]) -> Path:
    """Writes the keys in use into a file of their own beside the backups, once for each set of keys; returns its path."""
    name = hashlib.sha256(" ".join([secret_key, *credential_keys]).encode()).hexdigest()[:12]
    path = place / f"keys-{name}.json"
    if not path.exists():
        said = {"secret_key": settings.SECRET_KEY, "credential_keys": list(settings.CREDENTIAL_KEYS)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(said, file)
    return path


def check(manifest: Manifest, path: Path | None, without: bool) -> dict[str, list[str]]:
    """The keys that must be put in place before the restored tables can be read: {} if those in use fit already.

    Raises Refused if there are none that fit, unless they are not wanted; and where they would have to come from the
    environment, which only a person can change.
    """
    wanted = {"secret_key": [manifest.secret_key], "credential_keys": manifest.credential_keys}
    secret_key, credential_keys = fingerprints()
    in_use = {"secret_key": [secret_key], "credential_keys": credential_keys}
    missing = [name for name in wanted if not set(wanted[name]) <= set(in_use[name])]
    if not missing or (without and path is None):
        return {}
    if path is None:
        raise Refused(
            "The keys in use here are not those of the backup: the channels' credentials could not be opened. Give the file"
            " with --keys, or say --without-keys and enter the credentials again."
        )
    try:
        said = json.loads(path.read_text())
        held = {
            "secret_key": [str(said["secret_key"])],
            "credential_keys": [str(one) for one in said["credential_keys"]],
        }
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(f"{path} cannot be read, or is no file of keys.") from None
    for name in missing:
        if not set(wanted[name]) <= {fingerprint(key) for key in held[name]}:
            raise Refused(f"{path} holds other keys than those of this backup.")
        if environ.Env()(_VARIABLES[name], default="") or len(held[name]) > 1:
            raise Refused(f"Set {_VARIABLES[name]} in the environment to what {path} has, then restore again.")
    return {name: held[name] for name in missing}


def put_in_place(found: dict[str, list[str]]) -> None:
    """Writes them where settings.py looks for them, and uses them from now on."""
    for name, keys in found.items():
        kept = settings.DATA_DIR / _FILES[name]
        fresh = kept.with_name(kept.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(keys[0])
        fresh.replace(kept)
    if "secret_key" in found:
        settings.SECRET_KEY = found["secret_key"][0]
    if "credential_keys" in found:
        settings.CREDENTIAL_KEYS = found["credential_keys"]
