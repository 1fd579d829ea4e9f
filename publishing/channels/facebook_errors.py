"""What the errors of Facebook's Graph API mean: numbers to an outcome and words an editor can act on.

Source: developers.facebook.com/docs/graph-api/guides/error-handling and /docs/graph-api/overview/rate-limiting. Codes
that only users of the API report are marked (field).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from publishing.channels.base import Outcome

UNREACHABLE = _("Facebook could not be reached.")
UNCLEAR = _("Facebook gave no clear answer.")
DOWN = _("Facebook has a disturbance.")
EXPIRED = _("The Page's access has expired. Connect the Page again.")
INVALID = _("The Page's access is no longer valid. Connect the Page again.")
NO_ROLE = _("Who connected the Page no longer has a role there. Somebody who has must connect the Page again.")
LOG_IN = _(
    "Facebook wants the person who connected the Page to log in and confirm something there. Do that, then connect the Page again."
)
NOT_ALLOWED = _(
    "The access does not allow this on the Page. Connect the Page again, as the Page itself and with all permissions."
)
APP_SECRET = _("Facebook did not accept the app secret, or wants one. Check the app secret.")
BUSY = _("Facebook limits how often this Page may be used. It is tried again when the wait is over.")
PAUSED = _("Facebook has paused posting on this Page for a while. It is tried again later.")
ALREADY = _("Facebook says that the same post is already there.")
AGAINST_RULES = _("Facebook judged the text to be against its rules. Change the wording, or ask Facebook for a review.")
REFUSED = _("Facebook did not accept this post. Check the wording and the settings of the channel.")
BAD_LINK = _("Facebook does not accept the link of this post. Check the address of the answer.")
LINK_UNREAD = _("Facebook could not read the page behind the link.")
BAD_IMAGE = _("Facebook does not accept the picture. Use a JPEG or PNG under 4 MB.")
BAD_FILM = _("Facebook does not accept the film, or could not fetch it. Use an MP4 file under 1 GB and 20 minutes.")
NO_PAGE = _("Facebook finds no such Page. Check the Page ID in the settings of the channel.")
GONE = _("The post is no longer on the Page. Somebody may have removed it there.")
OTHER_PAGE = _("The post belongs to another Page than the one that is connected now. Remove it there by hand.")
TOO_MANY = _("The Page has too many new posts to tell whether this one is among them. Please look on the Page.")

MISSING = "100/33"

# What an error means, by (code, subcode) or by either alone. UNKNOWN holds for a call that creates a post: the outbox
# reads back before anything else. For any other call it is TRANSIENT, because that may be repeated safely.
OUTCOMES: dict[int | tuple[int, int], tuple[Outcome, str]] = {
    1: (Outcome.UNKNOWN, DOWN),
    2: (Outcome.UNKNOWN, DOWN),
    3: (Outcome.PERMANENT, REFUSED),
    4: (Outcome.THROTTLED, BUSY),
    10: (Outcome.AUTH, NOT_ALLOWED),
    17: (Outcome.THROTTLED, BUSY),
    32: (Outcome.THROTTLED, BUSY),
    100: (Outcome.PERMANENT, REFUSED),
    (100, 33): (Outcome.PERMANENT, NO_PAGE),  # the object is missing; edit() and delete() say it in their own words
    (100, 1366046): (Outcome.PERMANENT, BAD_IMAGE),
    (100, 1366051): (Outcome.PERMANENT, BAD_IMAGE),
    (100, 1609008): (Outcome.PERMANENT, BAD_LINK),
    (100, 2061006): (Outcome.PERMANENT, BAD_LINK),
    102: (Outcome.AUTH, INVALID),
    104: (Outcome.AUTH, INVALID),  # no token came along (field)
    190: (Outcome.AUTH, INVALID),
    (190, 458): (Outcome.AUTH, INVALID),
    (190, 459): (Outcome.AUTH, LOG_IN),
    (190, 460): (Outcome.AUTH, INVALID),
    (190, 463): (Outcome.AUTH, EXPIRED),
    (190, 464): (Outcome.AUTH, LOG_IN),
    (190, 467): (Outcome.AUTH, INVALID),
    (190, 492): (Outcome.AUTH, NO_ROLE),
    200: (Outcome.AUTH, NOT_ALLOWED),  # and 201 to 299
    324: (Outcome.PERMANENT, BAD_IMAGE),
    341: (Outcome.THROTTLED, PAUSED),
    351: (Outcome.PERMANENT, BAD_FILM),  # this and the next three (field)
    352: (Outcome.PERMANENT, BAD_FILM),
    382: (Outcome.PERMANENT, BAD_FILM),
    389: (Outcome.PERMANENT, BAD_FILM),
    368: (Outcome.THROTTLED, PAUSED),
    (368, 1390008): (Outcome.THROTTLED, PAUSED),
    (368, 4854002): (Outcome.AUTH, LOG_IN),
    (368, 1404082): (Outcome.UNKNOWN, ALREADY),
    (368, 1346003): (Outcome.PERMANENT, AGAINST_RULES),
    (368, 1404102): (Outcome.PERMANENT, AGAINST_RULES),
    506: (Outcome.UNKNOWN, ALREADY),
    613: (Outcome.THROTTLED, BUSY),
    803: (Outcome.PERMANENT, NO_PAGE),
    80001: (Outcome.THROTTLED, BUSY),
    1609005: (Outcome.TRANSIENT, LINK_UNREAD),
    # (field) Subcodes for "service unavailable". Nobody says that nothing was posted, so a create is read back.
    1363047: (Outcome.UNKNOWN, DOWN),
    1609010: (Outcome.UNKNOWN, DOWN),
}
WAIT_SECONDS = 300.0  # where Facebook says "too often" and not how long to wait
LONG_WAIT_SECONDS = 900.0
LONG_WAITS = frozenset({341, 368})  # these last for hours
LONGEST_WAIT_SECONDS = 72 * 3600.0


def meaning(code: int, subcode: int) -> tuple[Outcome, str]:
    """Outcome and words of an error of a create. A code that is not in the table is a refusal that a person reads."""
    if 200 <= code <= 299:
        code = 200
    if (code, subcode) in OUTCOMES:
        return OUTCOMES[code, subcode]
    if subcode > 1_000_000 and subcode in OUTCOMES:
        return OUTCOMES[subcode]
    return OUTCOMES.get(code, (Outcome.PERMANENT, REFUSED))


def wait_seconds(headers: Mapping[str, str], code: int) -> float:
    """Seconds until the next call may be made, by the headers or else by the kind of limit."""
    seconds = 0.0
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage") or "{}")
        seconds = 60 * max(
            float(limit.get("estimated_time_to_regain_access") or 0) for limits in usage.values() for limit in limits
        )
    except (ValueError, TypeError, AttributeError):
        pass  # no such header, or one of another shape
    if not seconds > 0 and (asked := str(headers.get("Retry-After", ""))).isdecimal():
        seconds = float(asked)
    if not seconds > 0:
        seconds = LONG_WAIT_SECONDS if code in LONG_WAITS else WAIT_SECONDS
    return min(seconds, LONGEST_WAIT_SECONDS)


def headroom(usage: str) -> float | None:
    """Share of the app's limit that is left, by the fullest counter of an X-App-Usage header; None if it says nothing."""
    try:
        return max(0.0, 1.0 - max(float(percent) for percent in json.loads(usage).values()) / 100)
    except (AttributeError, TypeError, ValueError):
        return None
