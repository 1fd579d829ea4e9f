"""What happens to second factors is in the log of the account, and ends what must not go on."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from wagtail.log_actions import log

from cms.accounts import sessions, throttle
from cms.accounts.standing import forget_what_was_shown, has_factor
from cms.audit.rights import login_failed

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def _added(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type not in _FACTORS:
        return
    # Whoever sets it up has it in hand: this session has shown it. All others have not, and end.
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    sessions.end_all(user, but=request.session.session_key)
    log(instance=user, action="cms.second_factor_added", user=user)


def _removed(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type not in _FACTORS:
        return
    if not has_factor(user):
        forget_what_was_shown(request)
    log(instance=user, action="cms.second_factor_removed", user=user)


def _codes_made(sender: Any, user: Any, **signal: Any) -> None:
    log(instance=user, action="cms.recovery_codes_made", user=user)


def _failed(sender: Any, user: Any, **signal: Any) -> None:
    login_failed(user)


def connect() -> None:
    signals.authenticator_added.connect(_added, dispatch_uid="accounts-added")
    signals.authenticator_removed.connect(_removed, dispatch_uid="accounts-removed")
    signals.authenticator_reset.connect(_codes_made, dispatch_uid="accounts-codes")
    signals.authentication_failed.connect(_failed, dispatch_uid="accounts-failed")


def reset(user: Any, *, by: Any = None) -> int:
    """Takes every second factor and all recovery codes away and ends all sessions of ``user``, who sets up a new one at the
    next log-in. ``by`` is who did it; None: somebody at the server. Returns how many factors there were."""
    count = Authenticator.objects.filter(user_id=user.pk, type__in=_FACTORS).count()
    Authenticator.objects.filter(user_id=user.pk).delete()
    throttle.forget(throttle.codes_of(user))
    sessions.end_all(user)
    log(instance=user, action="cms.second_factor_reset", user=by)
    return count
