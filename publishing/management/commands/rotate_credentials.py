"""``manage.py rotate_credentials``: encrypts every channel's credentials, and what else is sealed, under the newest key."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from wagtail.log_actions import log

from publishing import vault
from publishing.models import Channel


class Command(BaseCommand):
    help = "Encrypts every channel's credentials and all second factors under the first of CREDENTIAL_KEYS. Afterwards older keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = []
        for pk in Channel.objects.exclude(sealed="").values_list("pk", flat=True):
            with transaction.atomic():  # nobody renews them between our reading and our writing
                channel = Channel.objects.select_for_update().get(pk=pk)
                try:
                    channel.sealed = vault.reseal(channel.sealed)
                except InvalidToken:
                    unreadable.append(channel.name)
                    continue
                channel.save(update_fields=["sealed"])
                log(instance=channel, action="publishing.channel_rekey")
        for anew in vault.others:
            unreadable += anew()
        if unreadable:
            raise CommandError(f"None of the keys opens the credentials of: {', '.join(unreadable)}. Enter them again.")
        self.stdout.write("All credentials are under the newest key.")
