"""``manage.py restore``: a backup in the place of what is here. Nothing goes out until a person has looked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.backing_up.manifest import Refused, newest
from cms.backing_up.restoring import restore


class Command(BaseCommand):
    help = (
        "Brings back DIR, or the newest backup in it. Stop the site, the workers and beat first. What was not yet sent when the"
        " backup was made is held for a person, and every channel is stopped until somebody connects it again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", metavar="DIR", type=Path)
        parser.add_argument("--keys", type=Path, metavar="FILE", help="the file of keys that was kept elsewhere")
        parser.add_argument("--without-keys", action="store_true", help="the channels' credentials are entered again")
        parser.add_argument("--force", action="store_true", help="overwrite an installation that is in use")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder = newest(options["place"].resolve())
            done = restore(folder, options["keys"], options["without_keys"], options["force"])
        except Refused as refused:
            raise CommandError(str(refused)) from None
        made_at = done.manifest.made_at
        self.stdout.write(f"Restored as of {made_at:%Y-%m-%d %H:%M:%S} UTC, with {done.files} files.")
        self.stdout.write(
            f"{done.held.deliveries} deliveries are held and {done.held.channels} channels stopped: nobody here knows what went out"
            " since. Publishers look through them at the desk (docs/backup.md)."
        )
        for name in done.missing[:20]:
            self.stderr.write(f"missing: {name}")
        if more := len(done.missing) - 20:
            self.stderr.write(f"missing: {more} more") if more > 0 else None
        for name in done.sealed_shut:
            self.stderr.write(f"The keys do not open the credentials of {name}: enter them again.")
        if done.breaks:
            raise CommandError("\n".join(["Restored, but the chain of the audit is broken:", *done.breaks]))
