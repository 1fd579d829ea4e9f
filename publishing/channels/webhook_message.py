"""What a signed webhook carries: the message, its signature, and what the receiver's status means.

The shape is described for receivers in docs/webhook.md. A change that an old receiver could not read makes VERSION grow.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_noop as _

from publishing.channels import recording
from publishing.channels.base import Outcome
from publishing.story import Action, Story

VERSION = 1
TEST = "test"  # the action of a probe: check the signature, publish nothing

UNREACHABLE = _("The receiver could not be reached.")
PRIVATE = _("The address of the receiver leads into a private network. Allow that, or check the address.")
UNCLEAR = _("The receiver gave no clear answer.")
SIGNATURE = _(
    "The receiver does not accept our signature. Check that both sides have the same secret and the right time."
)
NO_RECEIVER = _("There is no receiver at this address. Check the address.")
MOVED = _("This address redirects to another one. Enter the final address of the receiver.")
REFUSED = _("The receiver did not accept this message. Ask its operator for the reason.")
BUSY = _("The receiver asks us to wait. It is tried again when the wait is over.")

WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 24 * 3600.0


def message(story: Story, action: Action, marker: str, text: str, owner: str) -> dict[str, Any]:
    """The whole message but for ``original``, which is known only when it is sent. What is withdrawn has no recording."""
    audio = recording.of(story, action)
    return {
        "version": VERSION,
        "id": marker,
        "action": action.value,
        "original": None,
        "owner": owner,
        "text": text,
        "story": replace(story, audio=audio).to_json(),
    }


def encoded(told: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same for the same message."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def headers(marker: str, body: bytes, secrets: list[str], now: float) -> dict[str, str]:
    """Time, id and one signature for every secret, the newest first.

    A signature is ``v1=`` and the hex HMAC-SHA256 of ``timestamp.id.body``. The time makes an overheard message worthless
    after five minutes; the id makes one that came twice the same message.
    """
    stamp = str(int(now))
    signed = f"{stamp}.{marker}.".encode() + body
    signatures = [f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets]
    return {"Webhook-Timestamp": stamp, "Webhook-Id": marker, "Webhook-Signature": ",".join(signatures)}


def meaning(status: int, doubt: Outcome) -> tuple[Outcome, str]:
    """What a status other than 2xx means. 5xx says neither yes nor no; 4xx says by agreement that it was not taken."""
    known = {
        401: (Outcome.AUTH, SIGNATURE),
        403: (Outcome.AUTH, SIGNATURE),
        404: (Outcome.PERMANENT, NO_RECEIVER),
        405: (Outcome.PERMANENT, NO_RECEIVER),
        408: (doubt, UNCLEAR),
        410: (Outcome.PERMANENT, NO_RECEIVER),
        429: (Outcome.THROTTLED, BUSY),
        503: (Outcome.THROTTLED, BUSY),
    }
    if status in known:
        return known[status]
    return {3: (Outcome.PERMANENT, MOVED), 4: (Outcome.PERMANENT, REFUSED)}.get(status // 100, (doubt, UNCLEAR))


def wait_seconds(asked: str) -> float:
    """Seconds by a Retry-After header, if it is a number of them."""
    return min(max(float(asked), 1.0), LONGEST_WAIT_SECONDS) if asked.isdecimal() else WAIT_SECONDS
