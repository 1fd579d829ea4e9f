"""Mastodon accounts: one post with a link and, where the answer has one, a described picture.

Source: github.com/mastodon/documentation at 4.5, and the code of mastodon/mastodon for what an edit does.

The marker is twice planted. As Idempotency-Key it makes sending again harmless for an hour, because the server answers
with the post it already has. As ``utm_id`` of the link it is found in the account's posts for a week.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels import frame
from publishing.channels.addresses import clean_address
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Outcome, Probe
from publishing.channels.http import Answer, NoAnswer, NotPublic, NotSent
from publishing.channels.mastodon_errors import (
    GONE,
    NO_API,
    NOT_ALLOWED,
    OTHER_ACCOUNT,
    PRIVATE,
    SHORTER,
    TOO_MANY,
    UNCLEAR,
    UNREACHABLE,
    refusal,
)
from publishing.channels.mastodon_picture import upload
from publishing.story import Action, Image, Post, Receipt, Story, Way

URL_LENGTH = 23  # what any address counts
FIND_DAYS = 7
FIND_PAGES = 20
FIND_PAGE_SIZE = 40
COUNTS = {"comments": "replies_count", "shares": "reblogs_count", "reactions": "favourites_count"}


class MastodonForm(ChannelForm):
    """A server and the access token of an account on it."""

    instance = forms.URLField(
        label=gettext_lazy("Server address"),
        assume_scheme="https",
        help_text=gettext_lazy("The server the account is on, e.g. https://mastodon.example"),
    )
    text_limit = forms.IntegerField(
        label=gettext_lazy("Longest post"),
        initial=500,
        min_value=500,
        max_value=100_000,
        help_text=gettext_lazy("500 characters, unless the server's “About” page names more."),
    )
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="notice",
        choices=[
            ("notice", gettext_lazy("Replace the text of the post by a notice")),
            ("delete", gettext_lazy("Remove the post")),
        ],
    )
    may_be_private = forms.BooleanField(
        label=gettext_lazy("The server is in our own network"),
        required=False,
        help_text=gettext_lazy(
            "Only for a server of our own or a stand-in: addresses inside a private network are refused."
        ),
    )
    access_token = forms.RegexField(
        r"^[!-~]+$",  # it travels in an HTTP header: visible ASCII only
        label=gettext_lazy("Access token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "From the account's settings, “Development”: with read, write:statuses and write:media."
        ),
        error_messages={"invalid": gettext_lazy("This is not a token: it has blanks or letters with accents in it.")},
    )

    def clean(self) -> dict[str, Any]:
        """The token travels along: encrypted, and not into a private network unless that is meant."""
        given: dict[str, Any] = super().clean() or {}
        if address := given.get("instance"):
            try:
                given["instance"] = clean_address(address, bool(given.get("may_be_private")), plain=True)
            except forms.ValidationError as error:
                self.add_error("instance", error)
        return given


class Mastodon(Adapter):
    """A Mastodon account of ``owner``: public posts in the language of the story."""

    kind: ClassVar[str] = "mastodon"
    label: ClassVar[str] = _("Mastodon account")
    nature: ClassVar[str] = _("social network")
    Form: ClassVar[type[ChannelForm]] = MastodonForm
    secrets: ClassVar[tuple[str, ...]] = ("access_token",)
    text_limit: ClassVar[int] = 500
    counts: ClassVar[str] = "addresses"
    finds: ClassVar[bool] = True
    settle_seconds: ClassVar[int] = 5
    max_in_flight: ClassVar[int] = 2
    measures: ClassVar[tuple[str, ...]] = tuple(COUNTS)

    @property
    def limit(self) -> int:
        return int(self.config.get("text_limit") or self.text_limit)

    def length(self, text: str) -> int:
        """Code points, with 23 for every address. The server counts whole letters, which are never more."""
        return len(re.sub(r"https?://\S+", "x" * URL_LENGTH, text))

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer, and the beginning of the body where the server has room for it."""
        spent = self.length(self._text(story, action, "", story.url))
        return frame.wording(story, action, min(600, self.limit - spent - 2), self.length)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """Verdict and claim, wording, what was corrected, marked link, owner; the first picture with its description."""
        link = frame.marked(story.url, marker)
        words = frame.nfc(wording).strip() or self.wording(story, action)
        images = tuple(_credited(image, story) for image in story.images[:1] if action != Action.RETRACT)
        language = story.language.partition("-")[0]
        return Post(text=self._text(story, action, words, link), link=link, images=images, extra={"language": language})

    def _text(self, story: Story, action: Action, words: str, link: str) -> str:
        is_retraction = action == Action.RETRACT
        head = frame.headline(story, 100 if is_retraction else 160, self.length)
        change = frame.notice(story, action, 140, self.length)
        owner = frame.fit(frame.nfc(self.owner), 80, self.length)
        body = frame.naming_nobody(frame.joined(story, action, (head, words, change), ""))
        label = frame.phrases(story)["link"] % link
        return f"{body}\n\n{label}\n{owner}".strip()

    def way(self, action: Action) -> Way:
        """Corrections change the post in place, and its history stays open to everybody; so do retractions by notice."""
        if action == Action.POST:
            return Way.SEND
        is_removed = action == Action.RETRACT and self.config.get("on_retraction") == "delete"
        return Way.DELETE if is_removed else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Publishes at once. A picture that cannot be put there is left out: the words are what matters."""
        pictures = [upload(self.http, self._ask, image) for image in post.images]
        fields = {
            "status": post.text,
            "visibility": "public",
            "language": post.extra.get("language", ""),
            "media_ids": [picture for picture in pictures if picture],
        }
        key = {"Idempotency-Key": marker}
        return self._receipt(self._call("POST", "/api/v1/statuses", is_create=True, headers=key, json=fields), True)

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Reads the account's posts back for a week, newest first. Raises UNKNOWN if they are too many to be sure."""
        account = self._call("GET", "/api/v1/accounts/verify_credentials").get("id")
        oldest = datetime.now(UTC) - timedelta(days=FIND_DAYS)
        wanted = {"limit": str(FIND_PAGE_SIZE), "exclude_reblogs": "true"}
        path = f"/api/v1/accounts/{quote(str(account), safe='')}/statuses"
        for _page in range(FIND_PAGES):
            listed = self._call("GET", path, shape=list, params=wanted)
            for one in listed:
                if marker in frame.markers_in(unescape(str(one.get("content") or ""))):
                    return self._receipt(one)
            if not listed or _created_at(listed[-1]) < oldest:
                return None
            wanted["max_id"] = str(listed[-1].get("id"))
        raise ChannelError(Outcome.UNKNOWN, TOO_MANY)

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Replaces the text, with the marker that is out. A correction keeps its picture, a retraction does not.

        An edit that does not name its pictures loses them, so they are asked for first.
        """
        path = _path(receipt)
        kept: list[str] = []
        if post.images:
            attached = self._call("GET", path, missing=GONE).get("media_attachments") or []
            kept = [str(one["id"]) for one in attached]
        fields = {
            "status": post.text.replace(post.link, frame.marked(post.link, marker)),
            "language": post.extra.get("language", ""),
            "media_ids": kept,
        }
        return self._receipt(self._call("PUT", path, missing=GONE, json=fields))

    def delete(self, receipt: Receipt) -> None:
        """Removes the post. "Not there" counts as removed only if it is not there for anybody."""
        try:
            self._call("DELETE", _path(receipt), missing=GONE)
        except ChannelError as error:
            if error.words != GONE:
                raise
            if self._ask("GET", _path(receipt), Outcome.TRANSIENT).status == 200:
                self.fail(Outcome.PERMANENT, OTHER_ACCOUNT)

    def metrics(self, receipt: Receipt) -> dict[str, int]:
        """The three counts a post has. Mastodon counts no views."""
        told = self._call("GET", _path(receipt), missing=GONE)
        counts = {measure: told.get(name) for measure, name in COUNTS.items()}
        return {measure: count for measure, count in counts.items() if isinstance(count, int) and count >= 0}

    def probe(self) -> Probe:
        """Asks who we are, how long posts may be, and whether the token may write: by changing what cannot exist."""
        me = self._call("GET", "/api/v1/accounts/verify_credentials")
        for path in ("/api/v1/statuses/0", "/api/v1/media/0"):
            if self._ask("PUT", path, Outcome.TRANSIENT).status == 403:
                self.fail(Outcome.AUTH, NOT_ALLOWED, http_status=403)
        told = self._ask("GET", "/api/v2/instance", Outcome.TRANSIENT).json
        match told:
            case {"configuration": {"statuses": {"max_characters": int(most)}}} if most < self.limit:
                self.fail(Outcome.PERMANENT, SHORTER, vendor_words=f"max_characters: {most}")
        name = f"@{me.get('acct') or me.get('username') or ''}@{urlsplit(self._base).hostname}"
        return Probe(" · ".join(filter(None, [str(me.get("display_name") or ""), name])))

    # One call ------------------------------------------------------------------------------------------------

    @property
    def _base(self) -> str:
        return str(self.config["instance"]).rstrip("/")

    def _ask(self, method: str, path: str, doubt: Outcome, **options: Any) -> Answer:
        """One call, whatever it answers."""
        token = self.secret.get("access_token", "")
        options["headers"] = {"Authorization": f"Bearer {token}"} | options.get("headers", {})
        only_public = not self.config.get("may_be_private")
        try:
            return self.http.call(method, f"{self._base}{path}", only_public=only_public, **options)
        except NotPublic:
            self.fail(Outcome.PERMANENT, PRIVATE)
        except NotSent:
            self.fail(Outcome.TRANSIENT, UNREACHABLE)
        except NoAnswer:
            self.fail(doubt, UNCLEAR)

    def _call(
        self,
        method: str,
        path: str,
        *,
        is_create: bool = False,
        missing: str = NO_API,
        shape: type = dict,
        **options: Any,
    ) -> Any:
        """The JSON of a success, which must be of ``shape``. ``missing``: words for "not there". Raises ChannelError."""
        doubt = Outcome.UNKNOWN if is_create else Outcome.TRANSIENT
        answer = self._ask(method, path, doubt, **options)
        if 200 <= answer.status < 300 and isinstance(answer.json, shape):
            return answer.json
        raise refusal(answer, doubt, missing, self.secret.get("access_token", ""))

    def _receipt(self, made: Mapping[str, Any], is_create: bool = False) -> Receipt:
        """With the post's public address. No id: nobody knows what became of it."""
        if not isinstance(made.get("id"), str) or not made["id"]:
            self.fail(Outcome.UNKNOWN if is_create else Outcome.TRANSIENT, UNCLEAR, http_status=200)
        url = str(made.get("url") or "")
        return Receipt(made["id"], url if url.startswith(("https://", "http://")) else "")


def _credited(image: Image, story: Story) -> Image:
    """The picture with its credit in the description: 500 characters have no line for it."""
    credit = f"({frame.phrases(story)['credit'] % image.credit})" if image.credit else ""
    return replace(image, alt=" ".join(filter(None, [image.alt, credit])))


def _path(receipt: Receipt) -> str:
    return f"/api/v1/statuses/{quote(receipt.remote_id, safe='')}"


def _created_at(one: Mapping[str, Any]) -> datetime:
    """The time of a listed post; one that cannot be read counts as new."""
    try:
        return datetime.fromisoformat(str(one.get("created_at"))).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)
