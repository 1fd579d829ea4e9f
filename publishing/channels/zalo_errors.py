"""What the error numbers of Zalo's Official Account API mean: an outcome, and words an editor can act on.

Zalo answers nearly every refusal with HTTP 200 and a number. Its own list could not be read; the numbers come from
client libraries and from people who run the API, and those that only one of them reports are marked (field). The
numbers of Zalo's business messages (ZNS) mean other things.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from publishing.channels.base import Outcome

UNREACHABLE = _("Zalo could not be reached.")
UNCLEAR = _("Zalo gave no clear answer.")
NO_ACCESS = _("Zalo no longer accepts this access. Connect the Official Account again.")
RECONNECT = _("Zalo no longer accepts the refresh token. Connect the Official Account again with a new one.")
ANSWER_LOST = _(
    "Zalo's answer to the renewal of the access was lost, and a refresh token works only once. "
    "Test the connection; if that fails, connect the Official Account again."
)
NOT_ALLOWED = _(
    "The app may not manage articles of this Official Account. Check at Zalo that it is linked and has that permission."
)
PACKAGE = _("The Official Account's package at Zalo does not include this, or has run out. Renew it at Zalo.")
BUSY = _("Zalo limits how often this Official Account may be used. It is tried again when the wait is over.")
QUOTA = _(
    "The Official Account has used up its articles for this month. Remove an old article at Zalo or take a larger package; it is tried again every few hours."
)
REFUSED = _("Zalo did not accept this article. Check the wording, the pictures and the settings of the channel.")
BAD_PICTURE = _("Zalo could not take over a picture. It must be a JPEG or PNG under 1 MB that anybody can open.")
PROCESSING = _("Zalo is still working on the article.")
GONE = _("The article is no longer on the Official Account. Somebody may have removed it there.")
HIDDEN = _("The article is on the Official Account but hidden. Show it there, or remove it and retry.")
NO_PICTURE = _("An article on Zalo needs a picture: add one to the answer, or set one in the settings of the channel.")
TOO_MANY = _(
    "The Official Account has too many new articles to tell whether this one is among them. Please look there."
)

DOUBT = "doubt"  # UNKNOWN for a call that creates an article; TRANSIENT for any other, which may be repeated safely
EXPIRED = "expired"  # the access token: one renewal may mend it

IN_WORK = -214
MEDIA_FAILED = -200
INVALID = -201

OUTCOMES: dict[int, tuple[str, str]] = {
    -1: (DOUBT, UNCLEAR),  # (field)
    -100: (DOUBT, UNCLEAR),  # (field)
    -32: (Outcome.THROTTLED, BUSY),  # (field)
    -49: (Outcome.THROTTLED, BUSY),  # (field)
    -124: (EXPIRED, NO_ACCESS),
    -200: (Outcome.PERMANENT, BAD_PICTURE),
    -201: (Outcome.PERMANENT, REFUSED),
    -202: (Outcome.AUTH, NOT_ALLOWED),
    -203: (Outcome.PERMANENT, REFUSED),
    -204: (Outcome.AUTH, NOT_ALLOWED),
    -205: (Outcome.AUTH, NOT_ALLOWED),
    -206: (Outcome.AUTH, NOT_ALLOWED),
    -209: (Outcome.AUTH, NOT_ALLOWED),
    -210: (Outcome.PERMANENT, REFUSED),
    -211: (Outcome.THROTTLED, QUOTA),
    -214: (Outcome.TRANSIENT, PROCESSING),
    -216: (EXPIRED, NO_ACCESS),
    -223: (Outcome.THROTTLED, QUOTA),
    -224: (Outcome.AUTH, PACKAGE),
}
# Zalo says no times: a rate comes back within the minute, an allowance with the month or a removed article.
WAIT_SECONDS = {BUSY: 60.0, QUOTA: 6 * 3600.0}


def meaning(code: int) -> tuple[str, str]:
    """An outcome, DOUBT or EXPIRED, and words. A number that is not in the table is a refusal that a person reads."""
    return OUTCOMES.get(code, (Outcome.PERMANENT, REFUSED))
