"""Secrets of second factors lie in the database encrypted as the credentials of channels do, and follow their keys."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction

from publishing import vault

_SEALED = ("secret", "seed")  # of an app, of recovery codes; a passkey leaves no secret here


def anew() -> list[str]:
    """Seals them under the newest key. Returns the user names of those that none of the keys opens."""
    unreadable = []
    for pk in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", flat=True):
        with transaction.atomic():  # nobody uses up a code between our reading and our writing
            one = Authenticator.objects.select_for_update().select_related("user").get(pk=pk)
            try:
                one.data |= {name: vault.reseal(one.data[name]) for name in _SEALED if name in one.data}
            except InvalidToken:
                unreadable.append(one.user.get_username())
                continue
            one.save(update_fields=["data"])
    return sorted(set(unreadable))
