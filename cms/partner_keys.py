"""Keys of partners, who are organisations: made here, shown once, kept as a hash, read from a request."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TypeVar

from django.contrib.auth.hashers import check_password
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.public import limits

WRONG_KEYS = limits.Limit("partner-key", 20, limits.HOUR)
_FAST = "sha256$"


class Keyed(models.Model):
    """A row with one key. What a partner gets is ``prefix.secret``; of the secret only a hash is kept."""

    prefix = models.CharField(max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=200, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        abstract = True

    def new_key(self) -> str:
        """Gives this row a new key, which replaces any earlier one, and saves. The whole key is not kept."""
        self.prefix = secrets.token_hex(6)
        secret = secrets.token_urlsafe(32)
        self.key_hash = _hashed(secret)
        self.save()
        return f"{self.prefix}.{secret}"

    def note_use(self) -> None:
        """Writes down that the key was used, once an hour at most: a reader must not write at each request."""
        now = timezone.now()
        if self.used_at is None or now - self.used_at > timedelta(hours=1):
            type(self)._default_manager.filter(pk=self.pk).update(used_at=now)

    def has_secret(self, secret: str) -> bool:
        """Whether the secret is this row's."""
        if self.key_hash.startswith(_FAST):
            return hmac.compare_digest(self.key_hash, _hashed(secret))
        return check_password(secret, self.key_hash)  # made by an earlier release


K = TypeVar("K", bound=Keyed)


def _hashed(secret: str) -> str:
    # Nobody guesses 256 random bits, so no slow hash is needed, and each request costs microseconds.
    return _FAST + hashlib.sha256(secret.encode()).hexdigest()


def whose(key: str, rows: models.QuerySet[K]) -> K | None:
    """The row among ``rows`` with this key."""
    prefix, _dot, secret = key.partition(".")
    found = rows.filter(prefix=prefix).first() if secret and len(prefix) <= 12 and "\0" not in prefix else None
    return found if found and found.has_secret(secret) else None


def key_in(request: HttpRequest) -> str:
    """The key of ``Authorization: Bearer <key>``, or an empty string."""
    scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
