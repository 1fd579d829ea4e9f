"""``manage.py rotate_credentials``: encrypts every channel's credentials anew under the newest key."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from publishing import vault
from publishing.models import Channel


class Command(BaseCommand):
    help = "Encrypts every channel's credentials under the first of CREDENTIAL_KEYS. Afterwards older keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = []
        for channel in Channel.objects.exclude(sealed=""):
            try:
                Channel.objects.filter(pk=channel.pk).update(sealed=vault.reseal(channel.sealed))
            except InvalidToken:
                unreadable.append(channel.name)
        if unreadable:
            raise CommandError(f"None of the keys opens the credentials of: {', '.join(unreadable)}. Enter them again.")
        self.stdout.write("All credentials are under the newest key.")
