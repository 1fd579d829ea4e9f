"""Brings a backup back. Nothing goes out by itself afterwards: see publishing/restored.py."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Site

from cms.audit.sealing import seal
from cms.audit.verifying import verify
from cms.backing_up import database, files, keys
from cms.backing_up.making import check
from cms.backing_up.manifest import Manifest, Refused
from publishing import restored, vault
from publishing.models import Channel
from publishing.signals import restored as just_restored

logger = logging.getLogger("cms.backing_up")


@dataclass
class Restored:
    """held        deliveries that a person must look at, and channels that were stopped
    files       files put back
    missing     files that rows name and the backup does not have
    sealed_shut channels whose credentials the keys do not open
    breaks      what is wrong with the chain of the audit
    """

    manifest: Manifest
    held: restored.Held
    files: int = 0
    missing: list[str] = field(default_factory=list)
    sealed_shut: list[str] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)


def restore(folder: Path, keys_file: Path | None = None, without_keys: bool = False, force: bool = False) -> Restored:
    """Puts the backup in the place of what is here. Raises Refused before anything was changed."""
    manifest = Manifest.read(folder)
    if found := list(check(folder)):
        raise Refused("The backup is not whole: " + "; ".join(found[:5]))
    if newer := database.unknown(manifest.migrations):
        raise Refused(
            f"The backup is of a newer version of this software ({manifest.version}): it has {', '.join(newer[:3])}. Install that"
            " version first."
        )
    if not force:
        _refuse_if_used(manifest)
    database.may_load(manifest.vendor, manifest.server)
    found_keys = keys.check(manifest, keys_file, without_keys)

    database.load(folder / database.NAMES[manifest.vendor])
    keys.put_in_place(found_keys)
    call_command("migrate", verbosity=0, interactive=False)
    # Before anything else: from here on nothing in the tables sends by itself.
    now = timezone.now()
    done = Restored(manifest, restored.hold(manifest.made_at, now))
    done.files = sum(files.copy_in(label, folder, manifest) for label in manifest.storages)
    Session.objects.all().delete()  # who was signed in then may have been shut out since
    if site := Site.objects.first():
        log(instance=site, action="cms.restored", data={"backup": manifest.made_at.isoformat()})
    _plan_what_fell_due(manifest)
    seal()
    done.missing = files.missing()
    done.sealed_shut = [channel.name for channel in Channel.objects.exclude(sealed="") if not _opens(channel)]
    done.breaks = verify().breaks
    return done


def _refuse_if_used(manifest: Manifest) -> None:
    if database.has_people():
        raise Refused(
            "This installation is in use: its database is not empty. Give --force to put the backup in its place."
        )
    if used := [label for label in manifest.storages if files.holds_any(label)]:
        raise Refused(f"There are files already ({', '.join(used)}). Give --force to put the backup's over them.")


def _plan_what_fell_due(manifest: Manifest) -> None:
    """Pages, waves and corrections whose time came since: planned now, while every channel is stopped, they are held."""
    call_command("publish_due", verbosity=0)
    told = just_restored.send_robust(sender=None, backup_at=manifest.made_at, restored_at=timezone.now())
    for receiver, answer in told:
        if isinstance(answer, Exception):
            logger.error("%s failed after the restore: %r", receiver, answer)


def _opens(channel: Channel) -> bool:
    try:
        vault.unseal(channel.sealed)
    except vault.CannotDecrypt:
        return False
    return True
