"""``manage.py reset_second_factor USERNAME``: for the day the only administrator has lost it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from cms.accounts import factor_log


class Command(BaseCommand):
    help = "Takes all second factors and recovery codes of an account away and ends its sessions. It is in the log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        model = get_user_model()
        user = model.objects.filter(**{model.USERNAME_FIELD: options["username"]}).first()
        if user is None:
            raise CommandError("There is no such account.")
        count = factor_log.reset(user)
        self.stdout.write(f"{count} second factors taken away. All sessions of {user.get_username()} are ended.")
