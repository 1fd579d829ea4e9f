"""What Mastodon's refusals mean: a status and an error in JSON to an outcome and words an editor can act on.

Source: github.com/mastodon/documentation, methods/statuses.md, methods/media.md and api/rate-limits.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Answer

UNREACHABLE = _("The Mastodon server could not be reached.")
PRIVATE = _("The address of the Mastodon server leads into a private network. Check the address.")
UNCLEAR = _("The Mastodon server gave no clear answer.")
NO_API = _("There is no Mastodon server at this address. Check the address.")
MOVED = _("The Mastodon server has moved to another address. Enter the final address.")
INVALID = _("The access token is no longer valid. Make a new one in the account's settings and enter it here.")
NOT_ALLOWED = _("The access token does not allow this. Make one with the rights read, write:statuses and write:media.")
GONE = _("The post is no longer there. Somebody may have removed it.")
OTHER_ACCOUNT = _("The post belongs to another account than the one that is connected now. Remove it there by hand.")
REFUSED = _("The Mastodon server did not accept this post. Check the wording and the limit in the settings.")
BUSY = _("The Mastodon server asks us to wait. It is tried again when the wait is over.")
TOO_MANY = _("The account has too many new posts to tell whether this one is among them. Please look at the account.")
SHORTER = _("This server takes shorter posts than the settings say. Enter the limit that the server names.")

WAIT_SECONDS = 300.0  # the window of the limit, where no header says when it ends
LONGEST_WAIT_SECONDS = 3600.0


def refusal(answer: Answer, doubt: Outcome, missing: str, token: str) -> ChannelError:
    """What an answer means that is not a success. ``doubt``: where it says neither yes nor no; ``missing``: for a 404."""
    said: Mapping[str, Any] = answer.json if isinstance(answer.json, dict) else {}
    outcome, words = _meaning(answer.status, missing, "error" in said, doubt)
    told = " ".join(str(said[name]) for name in ("error", "error_description") if said.get(name)) or answer.text[:500]
    return ChannelError(
        outcome,
        words,
        vendor_code=str(answer.status),
        vendor_words=told.replace(token, "[removed]") if token else told,
        http_status=answer.status,
        retry_after=wait_seconds(answer.headers, datetime.now(UTC)) if outcome is Outcome.THROTTLED else None,
    )


def _meaning(status: int, missing: str, is_said: bool, doubt: Outcome) -> tuple[Outcome, str]:
    if 300 <= status < 400:
        return Outcome.PERMANENT, MOVED
    if not is_said:  # a web page: of a proxy before the server, or of no Mastodon at all
        return (Outcome.PERMANENT, NO_API) if status == 404 and doubt is Outcome.TRANSIENT else (doubt, UNCLEAR)
    known = {
        401: (Outcome.AUTH, INVALID),
        403: (Outcome.AUTH, NOT_ALLOWED),
        404: (Outcome.PERMANENT, missing),
        408: (doubt, UNCLEAR),
        410: (Outcome.PERMANENT, GONE),
        429: (Outcome.THROTTLED, BUSY),
    }
    return known.get(status) or ((Outcome.PERMANENT, REFUSED) if 400 <= status < 500 else (doubt, UNCLEAR))


def wait_seconds(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds until the next call may be made, by the headers; at least one, at most an hour."""
    asked = str(headers.get("Retry-After") or "")
    if asked.isdecimal():
        seconds = float(asked)
    else:
        try:
            reset = datetime.fromisoformat(str(headers.get("X-RateLimit-Reset")))
            seconds = ((reset if reset.tzinfo else reset.replace(tzinfo=UTC)) - now).total_seconds()
        except ValueError:
            seconds = WAIT_SECONDS
    return min(max(seconds, 1.0), LONGEST_WAIT_SECONDS)
