"""How a session stands: whether whoever holds it has shown the second factor that the account has, or must have.

What was shown is written in the session by allauth when it was shown, with the account it belongs to. So whichever way
somebody came in, by a view that nobody thought of too, a session without that record goes nowhere.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from cms.accounts.roles import must_have_second_factor

OWES = "owes_second_factor"  # in the session of who logged in without showing the factor that the account has
LATELY = 300  # seconds for which somebody who has just shown who it is is not asked again


class Standing(Enum):
    IN = "in"
    SHOW = "show"  # has a second factor and has not shown it: as good as not logged in
    SET_UP = "set up"  # must have one and has none


def has_factor(user: Any) -> bool:
    """Recovery codes alone are none."""
    from allauth.mfa.models import Authenticator

    return bool(Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def has_shown(request: HttpRequest, user: Any) -> bool:
    """A factor of ours, or the word of the identity provider where the office relies on that."""
    methods = {record.get("method") for record in get_authentication_records(request, user)}
    return "mfa" in methods or (settings.OIDC_SECOND_FACTOR and "socialaccount" in methods)


def standing(request: HttpRequest, user: Any) -> Standing:
    """Asks the database only for a session without second factor whose holder must have one."""
    if has_shown(request, user):
        return Standing.IN
    if request.session.get(OWES):
        return Standing.SHOW
    if must_have_second_factor(user):
        return Standing.SHOW if has_factor(user) else Standing.SET_UP
    return Standing.IN


def has_lately_shown(request: HttpRequest, user: Any) -> bool:
    """Whether it is too soon to ask again who it is. An account with a second factor is asked for that one."""
    records = get_authentication_records(request, user)
    if has_factor(user):
        records = [record for record in records if record.get("method") == "mfa"]
    return bool(records) and time.time() - float(records[-1].get("at", 0)) < LATELY


def forget_what_was_shown(request: HttpRequest) -> None:
    """After the last factor was taken away: this session has shown none that counts."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [one for one in records if one.get("method") != "mfa"]


def note(sender: Any, request: HttpRequest, user: Any, **signal: Any) -> None:
    """Django's signal after every log-in, whichever view it came through."""
    if has_factor(user) and not has_shown(request, user):
        request.session[OWES] = True
    else:
        request.session.pop(OWES, None)
