"""Tests the connection of a channel, and opens a stopped one again once it works."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from wagtail.admin import messages
from wagtail.log_actions import log as log_action

from publishing import by_hand
from publishing.channels.base import ChannelError
from publishing.credentials import fresh_adapter
from publishing.models import Channel
from publishing.turn import UNREADABLE
from publishing.vault import CannotDecrypt

log = logging.getLogger("publishing.desk")

UNTESTED = _("The connection could not be tested. This is a fault of the software: please report it.")


@dataclass(frozen=True)
class Tested:
    """``name`` is the account of a connection that works; else ``words`` say why it does not, in the reader's language.

    ``vendor_words`` are the vendor's own, without secrets.
    """

    works: bool
    name: str = ""
    words: str = ""
    vendor_words: str = ""

    @property
    def text(self) -> str:
        if self.works:
            return gettext("%(words)s Posts appear as “%(name)s”.") % {"words": self.words, "name": self.name}
        if self.vendor_words:
            return gettext("%(words)s The other side said: “%(said)s”") % {
                "words": self.words,
                "said": self.vendor_words,
            }
        return self.words


def test(channel: Channel) -> Tested:
    """One call to the channel that publishes nothing. Never raises."""
    secrets: list[str] = []
    try:
        adapter = fresh_adapter(channel)
        secrets = [value for value in adapter.secret.values() if value]
        found = adapter.probe()
    except CannotDecrypt:
        return Tested(False, words=gettext(UNREADABLE))
    except ChannelError as error:
        said = error.vendor_words
        for secret in secrets:
            said = said.replace(secret, "•••")
        return Tested(False, words=gettext(error.words), vendor_words=said[:300])
    except Exception:
        log.exception("channel %s could not be tested", channel.pk)
        return Tested(False, words=gettext(UNTESTED))
    return Tested(True, name=found.name, words=gettext(found.words))


def resume_if_it_works(channel: Channel, user: Any) -> Tested:
    """Opens a channel again after a successful test only."""
    tested = test(channel)
    if tested.works:
        by_hand.resume(channel)
        log_action(instance=channel, action="publishing.resume", user=user)
    return tested


def tell(request: HttpRequest, channel: Channel, tested: Tested) -> None:
    """The result as a message that names the channel."""
    words = f"{channel}: {tested.text}"
    (messages.success if tested.works else messages.error)(request, words)
