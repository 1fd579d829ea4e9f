"""``manage.py backup``: database and files of this installation in a folder, the keys apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cms.backing_up import making
from cms.backing_up.manifest import Busy, Manifest, Refused, newest
from cms.watching.backups import last_backup, leave_sign


class Command(BaseCommand):
    help = (
        "Makes a backup in a folder of its own in DIR, while people go on working. With --verify: says whether DIR, or the"
        " newest backup in it, is whole; ends with 1 if not."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", metavar="DIR", type=Path)
        parser.add_argument("--verify", action="store_true", help="check a backup instead of making one")
        parser.add_argument("--keep", type=int, metavar="N", help="afterwards remove all but the N newest")
        parser.add_argument(
            "--without-files", action="store_true", help="the database only, where files are kept otherwise"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        place: Path = options["place"].resolve()
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep takes a number from 1 on.")
        try:
            self._verify(place) if options["verify"] else self._make(place, options)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _make(self, place: Path, options: dict[str, Any]) -> None:
        try:
            made = making.make(place, with_files=not options["without_files"])
        except Busy:
            raise  # that one will say how it ended
        except Exception:
            leave_sign(timezone.now(), ok=False)
            raise
        leave_sign(made.manifest.made_at, ok=True)
        size = sum(kept.size for kept in made.manifest.files.values())
        self.stdout.write(f"{made.folder}: {len(made.manifest.files)} files, {size / 1e6:.1f} MB")
        self.stderr.write(
            f"{made.keys} holds the keys that open it. Keep it elsewhere: whoever has both can post in the office's name, and"
            " without it the channels' credentials are lost."
        )
        if options["keep"]:
            for gone in making.thin_out(place, options["keep"]):
                self.stdout.write(f"{gone} was removed")

    def _verify(self, place: Path) -> None:
        folder = newest(place)
        if found := list(making.check(folder)):
            last = last_backup()
            if last and last.at == Manifest.read(folder).made_at:  # an older one says nothing of last night's
                leave_sign(last.at, ok=False)
            raise CommandError("\n".join([f"{folder} is not whole:", *found]))
        self.stdout.write(f"{folder} is whole.")
