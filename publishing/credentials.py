"""Credentials that run out, renewed in time: by one caller at a time, and stored before anything is sent with them.

A vendor's refresh token may work once only. Two callers that use it together, or one that sends with new tokens before
they are stored, lose the channel until a person connects it again. So the row of the channel stays locked from
before it is read until the new tokens are committed, and the vendor is asked in between. That is the only call to
a network under a lock in this project, and it is bounded: on SQLite, where the lock is the whole database's, others wait
20 seconds before they give up.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from publishing import vault
from publishing.channels import adapters
from publishing.channels.base import Adapter, ChannelError, Outcome
from publishing.channels.http import Http
from publishing.models import Channel

log = logging.getLogger("publishing.credentials")

MARGIN = timedelta(minutes=5)  # beyond the longest call, so that no call outlives its token
CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0

NOT_STORED = _(
    "The channel gave new credentials and they could not be stored. Test the connection; if that fails, connect the channel again."
)


def fresh_adapter(channel: Channel, refused: Adapter | None = None) -> Adapter:
    """The adapter of ``channel`` with credentials that are good for a call, renewed if need be.

    refused  an adapter whose access token the vendor has just refused: it is renewed whatever its time says, unless
             somebody else has done so meanwhile

    Never called inside a transaction: what is renewed must be committed. Raises ChannelError (never UNKNOWN) and
    vault.CannotDecrypt.
    """
    adapter = channel.adapter()
    if refused is None and not _runs_out_soon(adapter):
        return adapter
    is_answered = False
    try:
        with transaction.atomic(durable=True):
            row = Channel.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=channel.pk)
            adapter = row.adapter()
            is_done = not _runs_out_soon(adapter) if refused is None else adapter.secret != refused.secret
            if not is_done and (secrets := _renewed(adapter, may_go_on=refused is None)):
                is_answered = True
                row.set_secrets(secrets)
                row.expires_at = row.adapter().expires_at()
                row.save(update_fields=["sealed", "expires_at"])
    except (ChannelError, vault.CannotDecrypt):
        raise
    except Exception:
        if not is_answered:
            raise
        log.critical("channel %s: new credentials were given and could not be stored", channel.pk, exc_info=True)
        raise ChannelError(Outcome.AUTH, NOT_STORED) from None
    channel.sealed, channel.expires_at = row.sealed, row.expires_at
    return row.adapter()


def known_expiry(channel: Channel) -> datetime | None:
    """When the stored credentials run out, as far as is known without asking anybody. Never raises."""
    try:
        return channel.adapter().expires_at()
    except vault.CannotDecrypt:
        return None
    except Exception:
        log.exception("channel %s: when its credentials run out cannot be told", channel.pk)
        return None


def renews_itself(kind: str) -> bool:
    """Whether credentials of this kind of channel are renewed without a person."""
    adapter = adapters().get(kind)
    return adapter is not None and adapter.refresh is not Adapter.refresh


def _runs_out_soon(adapter: Adapter) -> bool:
    runs_out = adapter.expires_at()
    return runs_out is not None and runs_out <= timezone.now() + MARGIN + timedelta(seconds=adapter.allowance)


def _renewed(adapter: Adapter, may_go_on: bool) -> dict[str, str]:
    """New secrets. {} if the vendor cannot say now and the old ones are good for a while: ``may_go_on``."""
    adapter.http = Http(connect=CONNECT_SECONDS, read=READ_SECONDS)
    try:
        return adapter.refresh()
    except ChannelError as error:
        for secret in filter(None, adapter.secret.values()):
            error.vendor_words = error.vendor_words.replace(secret, "•••")
        if error.outcome == Outcome.UNKNOWN:
            error.outcome = Outcome.TRANSIENT  # nothing was posted: there is nothing to look for
        runs_out = adapter.expires_at()
        is_good = runs_out is not None and runs_out > timezone.now() + timedelta(seconds=adapter.allowance)
        if error.outcome == Outcome.AUTH or not (may_go_on and is_good):
            raise
        log.warning("credentials could not be renewed yet (%s); going on with the old ones", error.outcome)
        return {}


def sweep(**signal: Any) -> None:
    """Renews what runs out, also of channels that have nothing to send: unused for long a refresh token dies as well,
    and a connection that is lost must be known before it is needed."""
    for channel in Channel.objects.usable().filter(kind__in=adapters()).select_related("organisation"):
        # Where the adapter knows of none, what the vendor told when the connection was tested stays.
        expires_at = known_expiry(channel)
        if expires_at is not None and expires_at != channel.expires_at:
            Channel.objects.filter(pk=channel.pk, sealed=channel.sealed).update(expires_at=expires_at)
        if channel.stopped_at or not renews_itself(channel.kind):
            continue
        try:
            fresh_adapter(channel)
        except vault.CannotDecrypt:
            log.error("channel %s: credentials cannot be read", channel.pk)
        except ChannelError as error:
            log.warning("channel %s: credentials could not be renewed (%s)", channel.pk, error.outcome)
            if error.outcome == Outcome.AUTH:
                Channel.objects.filter(pk=channel.pk, stopped_at=None).update(
                    stopped_at=timezone.now(), stopped_words=error.words[:300]
                )
