"""``manage.py verify_audit``: whether the chain of the audit is whole, and where it is not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from cms.audit import guard
from cms.audit.verifying import UnknownHead, verify


class Command(BaseCommand):
    help = (
        "Reads the chain of the audit and says where it was altered. Ends with 0 if it is whole, 1 if not. "
        "Prints its head: write that down where the owner of the database cannot change it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since-head", default="", metavar="HASH", help="a head that was written down: it must still be there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = verify(options["since_head"])
        except UnknownHead:
            raise CommandError(
                "This head is not in the chain: the chain was cut off before it, or made anew."
            ) from None
        if not guard.is_in_place(connection):
            self.stderr.write("The database's own guard (triggers of cms_auditentry) is not in place.")
        for words in found.breaks:
            self.stderr.write(words)
        if found.waiting:
            self.stdout.write(f"{found.waiting} events wait to be sealed")
        self.stdout.write(f"{found.checked} entries read")
        self.stdout.write(f"head {found.number} {found.hash}")
        if not found.is_whole:
            raise CommandError("The chain is broken.")
