"""Requests for consent that are under way, and what they bring: kept in the session, on the server's side, for minutes.

A request is bound to the person, the session and the channel, and answered once. Verifiers and tokens are sealed like
stored credentials, and nothing of either is ever sent to the browser.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from wagtail.log_actions import log

from publishing import vault
from publishing.agencies import run_by
from publishing.channels.base import Account, Asking, ChannelError, Consent, Outcome
from publishing.channels.http import Http
from publishing.credentials import CONNECT_SECONDS, READ_SECONDS, known_expiry
from publishing.desk.connection import Tested, resume_if_it_works, test
from publishing.models import Channel

MINUTES = 10
MOST_REQUESTS = 5  # of one session at a time: tabs
ASKED, FOUND = "publishing_consent_asked", "publishing_consent_found"

STALE = _(
    "This answer belongs to no request of yours, or it came too late or for the second time. Nothing was changed: start again."
)
OTHER_ACCOUNT = _(
    "This channel belongs to another account (%(account)s), and so does what it has posted. Access was given for: "
    "%(names)s. Start again with the right account, or add a new channel for this one."
)


class Stale(Exception):
    """No request of this person, session and channel waits for this."""


def redirect_uri() -> str:
    """Where vendors send people back; to be registered with the vendor's app, letter for letter."""
    return f"{settings.BASE_URL}{reverse('publishing_channel_oauth')}"


def consent_of(channel: Channel) -> Consent | None:
    """With the stored settings; None where the kind knows no consent. Raises vault.CannotDecrypt."""
    adapter = channel.adapter()
    if adapter.consent is None:
        return None
    return adapter.consent(adapter.config, adapter.secret, Http(connect=CONNECT_SECONDS, read=READ_SECONDS))


def is_ready(consent: Consent) -> bool:
    """Whether what the app itself needs is stored."""
    return all(consent.config.get(name) or consent.secret.get(name) for name in consent.needs)


def is_connected(consent: Consent) -> bool:
    """Whether what a consent gives is stored, whoever entered it."""
    return all(consent.config.get(name) or consent.secret.get(name) for name in consent.gives)


def ask(request: HttpRequest, channel: Channel, consent: Consent) -> str:
    """The address of the vendor's page, for a new request."""
    nonce = secrets.token_urlsafe(24)
    asking = Asking(redirect_uri(), _signer().sign(nonce), secrets.token_urlsafe(32))
    waiting = request.session.get(ASKED, {})
    kept = dict(sorted(waiting.items(), key=lambda pair: float(pair[1]["at"]))[-(MOST_REQUESTS - 1) :])
    kept[nonce] = _bound(request, channel, {"verifier": asking.verifier, "redirect_uri": asking.redirect_uri})
    request.session[ASKED] = kept
    return consent.address(asking)


def answered(request: HttpRequest, state: str) -> tuple[Channel, Asking]:
    """The request that ``state`` answers; no second time. Raises Stale."""
    try:
        nonce = _signer().unsign(state, max_age=MINUTES * 60)
    except signing.BadSignature:
        raise Stale from None
    waiting = request.session.get(ASKED, {})
    asked = waiting.pop(nonce, None)
    if asked is None:
        raise Stale
    request.session[ASKED] = waiting
    request.session.save()  # at once: what follows takes seconds
    if not cache.add(f"publishing.consent.{nonce}", True, MINUTES * 60):
        raise Stale  # two copies of the same answer at the same moment
    channel, values = _unbound(request, asked)
    return channel, Asking(values["redirect_uri"], state, values["verifier"])


def accounts(channel: Channel, consent: Consent, asking: Asking, told: Mapping[str, str]) -> list[Account]:
    """What the answer opens, less what the channel must not be connected to. Raises ChannelError, without secrets."""
    try:
        if not told.get("code"):
            raise consent.refusal(told)
        found = consent.accounts(asking, told)
    except ChannelError as error:
        for secret in filter(None, [*consent.secret.values(), told.get("code"), asking.verifier]):
            error.vendor_words = error.vendor_words.replace(secret, "•••")
        raise
    own = str(channel.config.get(consent.account) or "")
    right = [one for one in found if not own or not one.id or one.id == own]
    if not right:
        names = ", ".join(one.name for one in found)
        raise ChannelError(Outcome.AUTH, OTHER_ACCOUNT, values={"account": own, "names": names})
    return right


def keep(request: HttpRequest, channel: Channel, found: list[Account]) -> None:
    """Until the person has chosen one."""
    told = json.dumps([[one.id, one.name, dict(one.secrets)] for one in found])
    request.session[FOUND] = _bound(request, channel, {"accounts": told})


def kept(request: HttpRequest, channel: Channel) -> list[Account]:
    """What the last answer opened. Raises Stale."""
    found, values = _unbound(request, request.session.get(FOUND) or {})
    if found.pk != channel.pk:
        raise Stale
    return [Account(*one) for one in json.loads(values["accounts"])]


def connect(request: HttpRequest, channel: Channel, account: Account) -> Tested:
    """Stores what the account gave, before anything is done with it; then tests it, and opens the channel again."""
    request.session.pop(FOUND, None)
    with transaction.atomic():
        row = Channel.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=channel.pk)
        row.set_secrets(dict(account.secrets))
        consent = row.adapter_class.consent
        if consent is not None and account.id:
            row.config = row.config | {consent.account: account.id}
        row.expires_at = known_expiry(row)
        row.save(update_fields=["config", "sealed", "expires_at"])
    log(instance=row, action="publishing.channel_edit", user=request.user)
    return resume_if_it_works(row, request.user) if row.stopped_at else test(row)


def words(error: ChannelError) -> Tested:
    """As a failed test, in the reader's language."""
    return Tested(False, words=gettext(error.words) % error.values, vendor_words=error.vendor_words[:300])


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="publishing.consent")


def _bound(request: HttpRequest, channel: Channel, values: dict[str, str]) -> dict[str, Any]:
    return {"channel": channel.pk, "user": request.user.pk, "at": time.time(), "sealed": vault.seal(values)}


def _unbound(request: HttpRequest, bound: Mapping[str, Any]) -> tuple[Channel, dict[str, str]]:
    if bound.get("user") != request.user.pk or bound.get("at", 0.0) < time.time() - MINUTES * 60:
        raise Stale
    own = run_by(request.user, Channel.objects.select_related("organisation"))
    channel = own.filter(pk=bound["channel"]).first()
    try:
        if channel is not None:
            return channel, vault.unseal(bound["sealed"])
    except vault.CannotDecrypt:
        pass
    raise Stale
