"""``manage.py seal_audit``: takes everything that happened into the chain of the audit now, without waiting for the sweep."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cms.audit.sealing import seal


class Command(BaseCommand):
    help = "Seals every event that has no entry yet. The worker does the same about once a minute."

    def handle(self, *args: Any, **options: Any) -> None:
        written = seal(seconds=float("inf"))
        if options["verbosity"]:
            self.stdout.write(f"{written} events sealed")
