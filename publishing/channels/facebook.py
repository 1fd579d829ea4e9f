"""Facebook Pages over the Graph API: one post of text and a link, changed in place or removed later.

Source: developers.facebook.com/docs/pages-api/posts, for v25.0. What is known from use only is marked (field).

The marker is the ``utm_id`` of the link. Facebook keeps a post's link when its message is edited, so a post can be
found again whatever was corrected meanwhile. The text shows the plain address, without the marker.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote, unquote, urlsplit

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels import frame
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Consent, Outcome, Probe, api_address
from publishing.channels.facebook_consent import FacebookConsent
from publishing.channels.facebook_errors import (
    APP_SECRET,
    GONE,
    MISSING,
    NO_PAGE,
    NOT_ALLOWED,
    OTHER_PAGE,
    TOO_MANY,
    UNCLEAR,
    UNREACHABLE,
    headroom,
    meaning,
    wait_seconds,
)
from publishing.channels.facebook_metrics import COUNT_FIELDS, INSIGHTS, LEFT_OUT, MEASURES, counts, insight
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.story import Action, Post, Receipt, Story, Way
from publishing.text import clip

WORDING_LENGTH = 600  # people read a screen of a feed, not an article: the evidence is behind the link
FIND_DAYS = 7  # a delivery is looked for within days of its last try, or not at all
FIND_PAGES = 20
FIND_PAGE_SIZE = 50


class FacebookForm(ChannelForm):
    """A Page and its access. The token must be the Page's own: a person's token may not post."""

    app_id = forms.RegexField(
        r"^\d{5,30}$",
        required=False,
        label=gettext_lazy("App ID"),
        help_text=gettext_lazy("The number of your app at Meta for Developers. Needed to connect with Facebook."),
        error_messages={"invalid": gettext_lazy("The app ID consists of digits only.")},
    )
    page_id = forms.RegexField(
        r"^\d{3,30}$",
        label=gettext_lazy("Page ID"),
        help_text=gettext_lazy(
            "The Page's number, from its “About” section. Filled in when you connect with Facebook."
        ),
        error_messages={"invalid": gettext_lazy("The Page ID consists of digits only.")},
    )
    api_base = api_address(gettext_lazy("Address of the API"), "https://graph.facebook.com")
    api_version = forms.RegexField(
        r"^v\d{1,3}\.\d{1,2}$",
        label=gettext_lazy("Version of the API"),
        initial="v25.0",
        error_messages={"invalid": gettext_lazy("A version looks like v25.0.")},
    )
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="notice",
        choices=[
            ("notice", gettext_lazy("Replace the text of the post by a notice")),
            ("delete", gettext_lazy("Remove the post")),
        ],
    )
    access_token = forms.RegexField(
        r"^[!-~]+$",  # it travels in an HTTP header: visible ASCII only
        label=gettext_lazy("Page access token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("This is not a token: it has blanks or letters with accents in it.")},
    )
    app_secret = forms.RegexField(
        r"^[!-~]+$",
        required=False,
        label=gettext_lazy("App secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Needed to connect with Facebook, or if the app requires a proof of it with every call."
        ),
        error_messages={
            "invalid": gettext_lazy("This is not an app secret: it has blanks or letters with accents in it.")
        },
    )

    def clean_api_base(self) -> str:
        return self.encrypted(self.cleaned_data["api_base"])


class Facebook(Adapter):
    """A Facebook Page of ``owner``: text with a link card."""

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
        parts.append("\n".join(filter(None, [phrases["link"] % story.url, frame.nfc(self.owner)])))
        return Post(text="\n\n".join(filter(None, parts)), link=frame.marked(story.url, marker))

    def way(self, action: Action) -> Way:
        """Corrections change the post in place, with its address, comments and shares; so do retractions by notice."""
        if action == Action.POST:
            return Way.SEND
        is_removed = action == Action.RETRACT and self.config.get("on_retraction") == "delete"
        return Way.DELETE if is_removed else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Publishes at once. The permanent link is read afterwards; without it the post is out all the same."""
        fields = {"message": post.text, "link": post.link}
        answer = self._call("POST", f"{self._page}/feed", fields, is_create=True)
        post_id = answer.get("id")
        if not isinstance(post_id, str) or not post_id:
            self.fail(Outcome.UNKNOWN, UNCLEAR, http_status=200)
        try:
            seen = self._call("GET", quote(post_id, safe=""), {"fields": "permalink_url"})
        except ChannelError:
            seen = {}  # an error from here on would read as "not published"
        return self._receipt(post_id, seen)

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Reads the feed back for a week, newest first. Raises UNKNOWN if the Page has too many posts to be sure."""
        oldest = datetime.now(UTC) - timedelta(days=FIND_DAYS)
        wanted = {"fields": "id,message,created_time,permalink_url,attachments", "limit": str(FIND_PAGE_SIZE)}
        for _page in range(FIND_PAGES):
            answer = self._call("GET", f"{self._page}/feed", wanted)
            listed = answer.get("data")
            if not isinstance(listed, list):
                self.fail(Outcome.TRANSIENT, UNCLEAR, http_status=200)  # "no data" is not "no such post"
            for one in listed:
                if _is_copy(one, post, marker):
                    return self._receipt(str(one["id"]), one)
            # A post pinned to the top may be old: only a page on which all are old ends the search.
            paging = answer.get("paging") or {}
            if not paging.get("next") or (listed and all(_created_at(one) < oldest for one in listed)):
                return None
            # ``next`` itself is never called: it is a full address with the token in it.
            wanted["after"] = paging.get("cursors", {}).get("after", "")
        raise ChannelError(Outcome.UNKNOWN, TOO_MANY)

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Replaces the message. The link card stays: Facebook does not let it be changed."""
        answer = self._call("POST", quote(receipt.remote_id, safe=""), {"message": post.text}, missing=GONE)
        if answer.get("success") is not True:
            self.fail(Outcome.TRANSIENT, UNCLEAR, http_status=200)
        return receipt

    def delete(self, receipt: Receipt) -> None:
        """Removes the post. "Not there" counts as removed only if the post was on the Page that is connected now."""
        try:
            answer = self._call("DELETE", quote(receipt.remote_id, safe=""), missing=GONE)
        except ChannelError as error:
            if error.vendor_code != MISSING:
                raise
            if receipt.remote_id.partition("_")[0] != self._page:
                self.fail(Outcome.PERMANENT, OTHER_PAGE)
            return
        if answer.get("success") is not True:
            self.fail(Outcome.TRANSIENT, UNCLEAR, http_status=200)

    def metrics(self, receipt: Receipt) -> dict[str, int]:
        """Three calls: the post's own counts, and each insights metric alone, so that one that is gone costs no other."""
        node = quote(receipt.remote_id, safe="")
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
        return Probe(str(page.get("name") or self._page))

    # One call ------------------------------------------------------------------------------------------------

    @property
    def _page(self) -> str:
        return str(self.config["page_id"])

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
        missing: str = NO_PAGE,
    ) -> dict[str, Any]:
        """The JSON object of a success. ``missing``: words for "no such object". Raises ChannelError."""
        token = self.secret.get("access_token", "")
        sent = dict(fields or {})
        if app_secret := self.secret.get("app_secret"):
            sent["appsecret_proof"] = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        base = self.config.get("api_base") or "https://graph.facebook.com"
        try:
            answer = self.http.call(
                method,
                f"{base}/{self.config.get('api_version') or 'v25.0'}/{path}",
                headers={"Authorization": f"Bearer {token}"},
                **{"data" if method == "POST" else "params": sent},
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
            parts = urlsplit(self.config.get("api_base") or "https://graph.facebook.com")
            host = re.sub(r"^graph\.", "www.", parts.netloc)
            url = f"{parts.scheme}://{host}/{quote(post_id, safe='')}"
        return Receipt(post_id, url)


def _is_copy(one: dict[str, Any], post: Post, marker: str) -> bool:
    """Whether a post of the feed is the one planted with ``marker``."""
    # The link may be wrapped once in Facebook's own redirect, and then it is encoded once more.
    attached = set(re.findall(r"utm_id=([A-Za-z0-9_.~-]+)", unquote(json.dumps(one.get("attachments") or {}))))
    message = str(one.get("message") or "")
    if marker in attached or f"utm_id={marker}" in re.findall(r"utm_id=[A-Za-z0-9_.~-]+", message):
        return True
    # A card may be missing for a while. With no marker at all, the same text is the same post.
    return not attached and _normal(message) == _normal(post.text)


def _created_at(one: dict[str, Any]) -> datetime:
    """The time of a listed post; one that cannot be read counts as new."""
    try:
        return datetime.fromisoformat(str(one.get("created_time"))).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _normal(text: str) -> str:
    return " ".join(frame.nfc(text).split())
