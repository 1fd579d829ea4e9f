"""Tests the connection of a channel, and opens a stopped one again once it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from wagtail.admin import messages
from wagtail.log_actions import log as log_action

from publishing import by_hand, probing
from publishing.models import Channel


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
    """One call to the channel that publishes nothing; its result is kept. Never raises."""
    found = probing.test(channel)
    if found.probe is None:
        return Tested(False, words=gettext(found.words), vendor_words=found.vendor_words)
    return Tested(True, name=found.probe.name, words=gettext(found.words))


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
