"""Facebook Pages over the Graph API: one post of text with a link, pictures or a film, changed in place or removed later.

Source: developers.facebook.com/docs/pages-api/posts, for v25.0. What is known from use only is marked (field).

The marker is the ``utm_id`` of the link. Facebook keeps a post's link card when its message is edited, so a post can be
found again whatever was corrected meanwhile; its text shows the plain address, without the marker. Where pictures or a
film take the place of the card, the link in the text carries the marker: see facebook_media.py.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_noop as _

from publishing.channels import facebook_feed as feed
from publishing.channels import facebook_media as media
from publishing.channels import frame
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Consent, Outcome, Probe, Problem
from publishing.channels.facebook_access import told_end
from publishing.channels.facebook_consent import FacebookConsent
from publishing.channels.facebook_errors import (
    APP_SECRET,
    GONE,
    MISSING,
    NO_PAGE,
    NOT_ALLOWED,
    OTHER_PAGE,
    UNCLEAR,
    UNREACHABLE,
    headroom,
    meaning,
    wait_seconds,
)
from publishing.channels.facebook_form import FacebookForm
from publishing.channels.facebook_metrics import COUNT_FIELDS, INSIGHTS, LEFT_OUT, MEASURES, counts, insight
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.story import Action, Post, Receipt, Story, Way
from publishing.text import clip

WORDING_LENGTH = 600  # people read a screen of a feed, not an article: the evidence is behind the link
FILM_PATIENCE = 6  # times the usual wait for an answer: Facebook may fetch the whole film before it gives one


class Facebook(Adapter):
    """A Facebook Page of ``owner``: text with a link card, pictures or a film. ``pause`` waits between two looks."""

    kind: ClassVar[str] = "facebook"
    label: ClassVar[str] = _("Facebook Page")
    nature: ClassVar[str] = _("social network")
    Form: ClassVar[type[ChannelForm]] = FacebookForm
    secrets: ClassVar[tuple[str, ...]] = ("access_token", "app_secret")
    consent: ClassVar[type[Consent]] = FacebookConsent
    text_limit: ClassVar[int] = 63_206  # (field): known from use, in no document
    finds: ClassVar[bool] = True
    settle_seconds: ClassVar[int] = 60  # the feed lists a new post with some delay
    measures: ClassVar[tuple[str, ...]] = MEASURES
    pause: Callable[[float], None] = staticmethod(time.sleep)

    @property
    def allowance(self) -> float:
        """Longer where pictures or films are sent."""
        return max(self.longest_call, media.ALLOWANCES.get(self._sends, 0.0))

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer and the beginning of the body; for a retraction only that the post no longer stands."""
        if action == Action.RETRACT:
            return frame.phrases(story)["withdrawn"]
        short = clip(frame.nfc(story.short_answer), WORDING_LENGTH)
        body = frame.nfc(story.body_text).removeprefix(short).strip()
        room = WORDING_LENGTH - len(short) - 2
        if not body or room < 80:  # less than a sentence
            return short
        return f"{short}\n\n{clip(body, room)}".strip()

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """Verdict and claim, wording, what was corrected, plain link, owner. ``marker`` must be letters and digits.

        A retraction opens the text: in a feed only the first lines are read, and the verdict that is being withdrawn
        must not be what they say.
        """
        phrases = frame.phrases(story)
        headline = clip(frame.nfc(story.claim or story.title), 500)
        if story.verdict:
            headline = f"[{frame.nfc(story.verdict).upper()}] {headline}"
        parts = [headline, frame.nfc(wording).strip() or self.wording(story, action)]
        if action != Action.POST:
            change = clip(frame.nfc(story.change).strip(), 1000)
            word = story.told_as(action)
            notice = phrases[word] % change if change else phrases[f"{word}_unsaid"]
            parts.insert(0 if action == Action.RETRACT else 2, notice)
        link = frame.marked(story.url, marker)
        film, pictures = media.chosen(self._sends, story)
        has_card = not film and not pictures
        shown = story.url if has_card else link
        ending = [media.credits(pictures, phrases["credit"]), phrases["link"] % shown, frame.nfc(self.owner)]
        parts.append("\n".join(filter(None, ending)))
        is_new = action == Action.POST  # what is out keeps its pictures or film: only its text can be changed
        return Post(
            text="\n\n".join(filter(None, parts)),
            link=link if has_card else "",
            images=pictures if is_new else (),
            videos=film if is_new else (),
            extra={"address": story.url, "shown": shown},
        )

    def problems(self, post: Post) -> list[Problem]:
        """Too long, or with pictures or a film that Facebook does not take."""
        return super().problems(post) + media.problems(post)

    def way(self, action: Action) -> Way:
        """Corrections change the post in place, with its address, comments and shares; so do retractions by notice."""
        if action == Action.POST:
            return Way.SEND
        is_removed = action == Action.RETRACT and self.config.get("on_retraction") == "delete"
        return Way.DELETE if is_removed else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Publishes at once. The permanent link is read afterwards; without it the post is out all the same."""
        if post.videos:
            return self._films.publish(post)
        post_id: object
        if post.images:
            post_id = media.post_pictures(self._call, self._page, post)
        else:
            fields = {"message": post.text, "link": post.link}
            post_id = self._call("POST", f"{self._page}/feed", fields, is_create=True).get("id")
        if not isinstance(post_id, str) or not post_id:
            self.fail(Outcome.UNKNOWN, UNCLEAR, http_status=200)
        try:
            seen = self._call("GET", quote(post_id, safe=""), {"fields": "permalink_url"})
        except ChannelError:
            seen = {}  # an error from here on would read as "not published"
        return self._receipt(post_id, seen)

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Reads the feed back for a week, newest first. Raises UNKNOWN if the Page has too many posts to be sure."""
        for one in feed.listed(self._call, f"{self._page}/feed", "id,message,created_time,permalink_url,attachments"):
            if feed.is_copy(one, post, marker):
                film = feed.film_of(one)
                return self._films.receipt(film, one) if film else self._receipt(str(one["id"]), one)
        return self._films.find(marker) if post.videos else None

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Replaces the text. Link card, pictures and film stay: Facebook does not let them be changed.

        Where no link card carries ``marker``, the link in the text does, so that the post is still found afterwards.
        """
        node, field, is_marked = self._node(receipt), "message", True
        if media.film_in(receipt.remote_id):
            field = "description"
        elif post.extra.get("shown"):
            seen = self._call("GET", node, {"fields": "attachments"}, missing=GONE)
            is_marked = marker not in feed.markers_of_card(seen)
        fields = {field: media.text_for(post, marker, is_marked)}
        answer = self._call("POST", node, fields, missing=GONE)
        if answer.get("success") is not True:
            self.fail(Outcome.TRANSIENT, UNCLEAR, http_status=200)
        return receipt

    def delete(self, receipt: Receipt) -> None:
        """Removes the post. "Not there" counts as removed only if the post was on the Page that is connected now."""
        try:
            answer = self._call("DELETE", self._node(receipt), missing=GONE)
        except ChannelError as error:
            if error.vendor_code != MISSING:
                raise
            if re.split("[_/]", receipt.remote_id)[0] != self._page:
                self.fail(Outcome.PERMANENT, OTHER_PAGE)
            return
        if answer.get("success") is not True:
            self.fail(Outcome.TRANSIENT, UNCLEAR, http_status=200)

    def metrics(self, receipt: Receipt) -> dict[str, int]:
        """Three calls: the post's own counts, and each insights metric alone, so that one that is gone costs no other."""
        node = self._node(receipt)
        if media.film_in(receipt.remote_id):  # figures are those of the post that shows the film (memory)
            shown = self._call("GET", node, {"fields": "post_id"}, missing=GONE).get("post_id")
            number = str(shown or "").rpartition("_")[2]
            node = f"{self._page}_{number}" if number else node
        told = counts(self._call("GET", node, {"fields": COUNT_FIELDS}, missing=GONE))
        for measure, metric in INSIGHTS.items():
            try:
                answer = self._call("GET", f"{node}/insights", {"metric": metric, "period": "lifetime"})
            except ChannelError as error:
                if error.outcome not in LEFT_OUT:
                    raise
            else:
                if (count := insight(answer, metric)) is not None:
                    told[measure] = count
        return told

    def probe(self) -> Probe:
        """Reads the Page's name, and who the token speaks for: it must be the Page itself."""
        page = self._call("GET", self._page, {"fields": "id,name"})
        if self._call("GET", "me", {"fields": "id"}).get("id") != page.get("id"):
            self.fail(Outcome.AUTH, NOT_ALLOWED)
        is_told, end = self._end()
        return Probe(str(page.get("name") or self._page), is_end_told=is_told, expires_at=end)

    def _end(self) -> tuple[bool, datetime | None]:
        """As told_end(). The Page has just answered: what Facebook does not tell here is no fault of the connection."""
        app = f"{self.config.get('app_id') or ''}|{self.secret.get('app_secret') or ''}"
        if app.startswith("|") or app.endswith("|"):
            return False, None
        try:
            answer = self._call("GET", "debug_token", {"input_token": self.secret.get("access_token", "")}, app=app)
        except ChannelError:
            return False, None
        return told_end(answer, datetime.now(UTC))

    # One call ------------------------------------------------------------------------------------------------

    @property
    def _page(self) -> str:
        return str(self.config["page_id"])

    @property
    def _sends(self) -> str:
        return str(self.config.get("sends") or "card")  # a channel from before this setting sends cards

    @property
    def _films(self) -> media.Films:
        return media.Films(self._call, self._page, self._address, self.pause)

    @staticmethod
    def _node(receipt: Receipt) -> str:
        return quote(media.film_in(receipt.remote_id) or receipt.remote_id, safe="")

    def headroom(self) -> float | None:
        """By the fullest of the counters in X-App-Usage, which are percentages."""
        return headroom(self.http.headers.get("X-App-Usage", ""))

    def _call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        is_create: bool = False,
        is_film: bool = False,
        missing: str = NO_PAGE,
        app: str = "",
    ) -> dict[str, Any]:
        """The JSON object of a success. ``missing``: words for "no such object"; ``app``: the app's own token, for calls
        that the app makes and not the Page. Raises ChannelError."""
        token = app or self.secret.get("access_token", "")
        sent = dict(fields or {})
        if (app_secret := self.secret.get("app_secret")) and not app:
            sent["appsecret_proof"] = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        base = self._base
        options: dict[str, Any] = {"data" if method == "POST" else "params": sent}
        if is_film:  # films have a host of their own
            base = re.sub(r"(?<=//)graph\.", "graph-video.", base)
            options["timeout"] = (self.http.timeout[0], self.http.timeout[1] * FILM_PATIENCE)
        try:
            answer = self.http.call(
                method,
                f"{base}/{self.config.get('api_version') or 'v25.0'}/{path}",
                headers={"Authorization": f"Bearer {token}"},
                **options,
            )
        except NotSent:
            self.fail(Outcome.TRANSIENT, UNREACHABLE)
        except NoAnswer:
            self.fail(Outcome.UNKNOWN if is_create else Outcome.TRANSIENT, UNCLEAR)
        told = answer.json if isinstance(answer.json, dict) else {}
        if isinstance(told.get("error"), dict):
            self._refuse(answer, told["error"], is_create, missing)
        if not told or not 200 <= answer.status < 300:
            outcome = Outcome.UNKNOWN if is_create else Outcome.TRANSIENT
            self.fail(outcome, UNCLEAR, vendor_words=self._scrubbed(answer.text[:500]), http_status=answer.status)
        return told

    def _refuse(self, answer: Answer, error: dict[str, Any], is_create: bool, missing: str) -> NoReturn:
        """Raises what an error body means. Decides on the numbers, never on Facebook's words."""
        code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
        outcome, words = meaning(code, subcode)
        if code == 100 and not subcode and error.get("type") == "GraphMethodException":
            outcome, words = Outcome.AUTH, APP_SECRET  # (field) the proof is wrong, or missing and required
        elif words == NO_PAGE:
            words = missing
        if outcome is Outcome.UNKNOWN and not is_create:
            outcome = Outcome.TRANSIENT
        self.fail(
            outcome,
            words,
            vendor_code=f"{code}/{subcode}" if subcode else str(code),
            vendor_words=self._scrubbed(str(error.get("error_user_msg") or error.get("message") or "")),
            http_status=answer.status,
            retry_after=wait_seconds(answer.headers, code) if outcome is Outcome.THROTTLED else None,
        )

    def _scrubbed(self, vendor_words: str) -> str:
        # Facebook quotes a token that it cannot read.
        for secret in filter(None, self.secret.values()):
            vendor_words = vendor_words.replace(secret, "[removed]")
        return vendor_words

    def _receipt(self, post_id: str, seen: Mapping[str, Any]) -> Receipt:
        """With Facebook's permanent link, or else the address that leads there: the API's host, without "graph."."""
        url = seen.get("permalink_url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            url = self._address(f"/{quote(post_id, safe='')}")
        return Receipt(post_id, url)

    @property
    def _base(self) -> str:
        return str(self.config.get("api_base") or "https://graph.facebook.com")

    def _address(self, path: str) -> str:
        """Where people see what is at ``path``: the API's host, without "graph."."""
        parts = urlsplit(self._base)
        return f"{parts.scheme}://{re.sub(r'^graph[.]', 'www.', parts.netloc)}{path}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
