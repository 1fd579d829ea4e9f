"""What the Bot API's refusals mean: its words to an outcome and words an editor can act on.

Telegram has no error numbers beyond the HTTP status: its description has to be read. Source: python-telegram-bot's
constants and requests, github.com/TelegramBotAPI/errors; what only users of the API report is marked (field).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from publishing.channels.base import Outcome

UNREACHABLE = _("Telegram could not be reached.")
UNCLEAR = _("Telegram gave no clear answer.")
INVALID = _("Telegram does not accept the bot's token. Ask BotFather for a new one and enter it here.")
NO_CHANNEL = _("The bot sees no such channel. Check its name, and that the bot is an administrator of it.")
NOT_MEMBER = _("The bot is no longer in the channel. Make it an administrator of the channel again.")
NOT_ALLOWED = _("The bot may not post in this channel. Give it the right to post messages there.")
NOT_A_CHANNEL = _("This is a group or a person, not a channel. Enter a channel.")
BUSY = _("Telegram asks us to wait. It is tried again when the wait is over.")
GONE = _("The post is no longer in the channel. Somebody may have removed it there.")
NOT_EDITABLE = _("Telegram does not let this post be changed. Please change it in the channel by hand.")
REFUSED = _("Telegram did not accept this post. Check the wording and the settings of the channel.")
BAD_PICTURE = _("Telegram does not accept the picture.")
CAPTION_FULL = _("The post has a picture, and beside one Telegram takes at most 1024 characters. Shorten the wording.")

NOT_MODIFIED = "message is not modified"
NOT_THERE = "message to delete not found"
NOT_DELETABLE = "message can't be deleted"

# By what the description says, first match first. All of these say that nothing was sent.
MEANINGS: tuple[tuple[str, Outcome, str], ...] = (
    ("chat not found", Outcome.AUTH, NO_CHANNEL),
    ("not enough rights", Outcome.AUTH, NOT_ALLOWED),
    ("need administrator rights", Outcome.AUTH, NOT_ALLOWED),
    ("have no rights", Outcome.AUTH, NOT_ALLOWED),
    ("chat_admin_required", Outcome.AUTH, NOT_ALLOWED),
    ("chat_write_forbidden", Outcome.AUTH, NOT_ALLOWED),
    ("message to edit not found", Outcome.PERMANENT, GONE),
    ("message_id_invalid", Outcome.PERMANENT, GONE),
    ("message can't be edited", Outcome.PERMANENT, NOT_EDITABLE),
    # (field) Telegram fetches a picture from its address, and says in many words that it could not.
    ("failed to get http url content", Outcome.PERMANENT, BAD_PICTURE),
    ("wrong file identifier", Outcome.PERMANENT, BAD_PICTURE),
    ("wrong http url", Outcome.PERMANENT, BAD_PICTURE),
    ("wrong remote file", Outcome.PERMANENT, BAD_PICTURE),
    ("wrong type of the web page content", Outcome.PERMANENT, BAD_PICTURE),
    ("can't upload file by url", Outcome.PERMANENT, BAD_PICTURE),
    ("photo_invalid_dimensions", Outcome.PERMANENT, BAD_PICTURE),
    ("image_process_failed", Outcome.PERMANENT, BAD_PICTURE),
    ("webpage_curl_failed", Outcome.PERMANENT, BAD_PICTURE),
    ("webpage_media_empty", Outcome.PERMANENT, BAD_PICTURE),
    ("file is too big", Outcome.PERMANENT, BAD_PICTURE),
)
WAIT_SECONDS = 30.0  # where Telegram says "too often" and not how long to wait


def meaning(status: int, description: str) -> tuple[Outcome, str]:
    """Outcome and words of a refusal in JSON, for a call that creates. Not for 5xx, which says nothing."""
    if status in {401, 404}:  # a token that is well made and wrong, and one that is not well made
        return Outcome.AUTH, INVALID
    if status == 429:
        return Outcome.THROTTLED, BUSY
    said = description.casefold()
    for words, outcome, told in MEANINGS:
        if words in said:
            return outcome, told
    if status == 403:  # kicked, never a member, channel deactivated
        return Outcome.AUTH, NOT_MEMBER
    return Outcome.PERMANENT, REFUSED


def wait_seconds(told: Mapping[str, Any]) -> float:
    """Exactly what Telegram asks for."""
    asked = (told.get("parameters") or {}).get("retry_after")
    return float(asked) if isinstance(asked, int | float) and asked > 0 else WAIT_SECONDS
