"""``manage.py export_audit``: the chain of the audit, or the piece of a period, as a file on standard output."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms.audit.exporting import FORMATS, lines, piece


class Command(BaseCommand):
    help = "Writes the chain of the audit to standard output. JSON Lines can be verified by itself: docs/audit.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first day")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day")
        parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        for line in lines(piece(options["start"], options["end"]), options["format"]):
            self.stdout.write(line, ending="")
