"""WebSub: tells a hub that the feeds have something new, so that readers need not ask."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class HubPing(models.Model):
    """Up to when the hub was told about one feed. ``told_up_to`` is the newest change that the hub knows of."""

    feed_url = models.URLField(max_length=300, unique=True)
    told_up_to = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hub ping")
        verbose_name_plural = _("hub pings")

    def __str__(self) -> str:
        return self.feed_url
