"""What the errors of YouTube's Data API mean: the ``reason`` to an outcome, and words an editor can act on.

Source: developers.google.com/youtube/v3/docs/errors and the guides on quota. Known from use only: (field).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from publishing.channels.base import Outcome

UNREACHABLE = _("YouTube could not be reached.")
UNCLEAR = _("YouTube gave no clear answer.")
NO_ACCESS = _("YouTube no longer accepts this access. Connect the channel again.")
RECONNECT = _("Google no longer accepts the refresh token. Connect the channel again with a new one.")
BAD_CLIENT = _("Google does not know this client ID with this client secret. Check both.")
NOT_ALLOWED = _("The access does not allow this on the channel. Connect it again with the permission to manage videos.")
NO_CHANNEL = _("The Google account that was connected has no YouTube channel. Connect one that has.")
SUSPENDED = _("YouTube has suspended or closed this channel. Somebody who manages it must look into it there.")
NO_API = _("The YouTube Data API is not switched on for this project at Google. Switch it on there.")
BUSY = _("YouTube limits how often this channel may be used. It is tried again when the wait is over.")
QUOTA = _("Today's allowance at YouTube is used up. It is tried again after midnight in California.")
UPLOADS = _("YouTube takes no more films of this channel today. It is tried again tomorrow.")
REFUSED = _("YouTube did not accept this film. Check the wording and the settings of the channel.")
GONE = _("The film is no longer on the channel. Somebody may have removed it there.")
LOCKED = _(
    "The film is on the channel and not public. YouTube keeps films private that come through an app it has not reviewed. Publish it there, or remove it and retry."
)
REJECTED = _("YouTube took the film and then rejected it. The reason is shown on the channel: look there.")
NO_FILM = _("This answer has no film. Add one to it, or leave YouTube out.")
FILM_AWAY = _("The film of this answer cannot be opened at its address. Check that the film is public.")
FILM_BROKE_OFF = _("The film of this answer could not be read to its end. It is tried again.")
TOO_SLOW = _("The film could not be handed over within %(minutes)s minutes. It is tried again.")
TOO_MANY = _("The channel has too many new films to tell whether this one is among them. Please look there.")

DOUBT = "doubt"  # UNKNOWN where a film may have been taken; TRANSIENT otherwise
EXPIRED = "expired"  # the access token: one renewal may mend it

OUTCOMES: dict[str, tuple[str, str]] = {
    "authError": (EXPIRED, NO_ACCESS),
    "youtubeSignupRequired": (Outcome.AUTH, NO_CHANNEL),
    "insufficientPermissions": (Outcome.AUTH, NOT_ALLOWED),
    "forbidden": (Outcome.AUTH, NOT_ALLOWED),
    "accessNotConfigured": (Outcome.AUTH, NO_API),
    "accountDelegationForbidden": (Outcome.AUTH, NOT_ALLOWED),
    "authenticatedUserAccountClosed": (Outcome.AUTH, SUSPENDED),
    "authenticatedUserAccountSuspended": (Outcome.AUTH, SUSPENDED),
    "channelClosed": (Outcome.AUTH, SUSPENDED),
    "channelSuspended": (Outcome.AUTH, SUSPENDED),
    # (field) These refuse what was asked for, not who asks.
    "forbiddenPrivacySetting": (Outcome.PERMANENT, REFUSED),
    "forbiddenLicenseSetting": (Outcome.PERMANENT, REFUSED),
    "quotaExceeded": (Outcome.THROTTLED, QUOTA),
    "dailyLimitExceeded": (Outcome.THROTTLED, QUOTA),
    "uploadLimitExceeded": (Outcome.THROTTLED, UPLOADS),  # although with status 400
    "rateLimitExceeded": (Outcome.THROTTLED, BUSY),
    "userRateLimitExceeded": (Outcome.THROTTLED, BUSY),
    "videoNotFound": (Outcome.PERMANENT, GONE),
    "backendError": (DOUBT, UNCLEAR),
    "internalError": (DOUBT, UNCLEAR),
}
BY_STATUS: dict[int, tuple[str, str]] = {
    401: (EXPIRED, NO_ACCESS),
    403: (Outcome.AUTH, NOT_ALLOWED),
    408: (DOUBT, UNCLEAR),
    429: (Outcome.THROTTLED, BUSY),
}
PACIFIC = ZoneInfo("America/Los_Angeles")  # where YouTube's day begins


def meaning(reason: str, status: int) -> tuple[str, str]:
    """An outcome, DOUBT or EXPIRED, and words. An unknown 4xx is a refusal that a person reads."""
    if reason in OUTCOMES:
        return OUTCOMES[reason]
    if 400 <= status < 500:
        return BY_STATUS.get(status, (Outcome.PERMANENT, REFUSED))
    return DOUBT, UNCLEAR


def wait_seconds(words: str, now: datetime) -> float | None:
    """How long to wait, by the words of a THROTTLED; None for any other. ``now`` is aware."""
    if words == QUOTA:
        local = now.astimezone(PACIFIC)
        midnight = datetime.combine(local.date() + timedelta(days=1), time(0, 1), PACIFIC)
        return (midnight - now).total_seconds()
    return {UPLOADS: 24 * 3600.0, BUSY: 60.0}.get(words)
