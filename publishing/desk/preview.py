"""How a post will look on its channel, and why it cannot go out as it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from publishing.models import Channel
from publishing.story import Action, Image, Post, Story, Way
from publishing.text import clean_html, reading_seconds

log = logging.getLogger("publishing.desk")

SAMPLE_MARKER = "xxxxxxxxxx"  # a delivery gets its own when it is planned


@dataclass(frozen=True)
class Preview:
    """``look`` is feed, article or script; ``html`` is cleaned; ``length`` and ``limit`` are in the channel's own units,
    which ``counts`` names for the counter on the board."""

    story: Story
    post: Post
    look: str
    channel: str
    owner: str
    length: int
    limit: int
    counts: str
    problems: tuple[str, ...]
    keeps_audio: bool  # the story has a recording that this channel does not take

    @property
    def html(self) -> SafeString:
        return mark_safe(clean_html(self.post.html))  # noqa: S308 - reduced to the allow-list one line before

    @property
    def pictures(self) -> tuple[Image, ...]:
        """Those to be drawn by themselves: a film shows its own poster."""
        posters = {film.poster for film in self.post.videos}
        return tuple(image for image in self.post.images if image not in posters)

    @property
    def domain(self) -> str:
        return urlsplit(self.post.link or self.story.url).hostname or ""

    @property
    def initial(self) -> str:
        return self.owner[:1].upper()

    @property
    def seconds(self) -> int:
        return reading_seconds(self.post.text)

    @property
    def is_too_long(self) -> bool:
        return self.length > self.limit


def preview(
    channel: Channel, story: Story, action: Action = Action.POST, marker: str = SAMPLE_MARKER, wording: str = ""
) -> Preview | None:
    """None where nothing is shown, or the adapter cannot make a post of it: one broken channel must not take the whole
    board with it. What a person must do by hand is shown: it is what they print, read out or type."""
    try:
        adapter = channel.bare_adapter()
        if adapter.way(action) == Way.DELETE:
            return None
        post = adapter.render(story, action, marker, wording)
        problems = tuple(gettext(one.words) % dict(one.values) for one in adapter.problems(post))
        length = adapter.length(post.text)
    except Exception:
        log.exception("no preview of %s on channel %s", story.key, channel.pk)
        return None
    return Preview(
        story,
        post,
        adapter.look,
        str(channel),
        channel.organisation.name,
        length,
        adapter.limit,
        adapter.counts,
        problems,
        bool(story.audio) and not adapter.takes_audio,
    )


def automatic_wording(channel: Channel, story: Story, action: Action = Action.POST) -> str:
    """What the channel says if the publisher changes nothing; empty where that cannot be told."""
    try:
        return channel.bare_adapter().wording(story, action)
    except Exception:
        log.exception("no wording of %s on channel %s", story.key, channel.pk)
        return ""
