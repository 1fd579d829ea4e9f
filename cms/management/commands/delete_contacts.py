"""``manage.py delete_contacts``: deletes the contact data whose time is over. The worker's sweep does it as well."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cms.sent_in.submissions import delete_contacts


class Command(BaseCommand):
    help = "Deletes the contact data of submissions older than CONTACT_DAYS days."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Contacts deleted: {delete_contacts()}")
