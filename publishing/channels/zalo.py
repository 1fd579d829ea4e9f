"""Articles of a Zalo Official Account over its Open API: created, verified until Zalo has them, changed, removed.

Source: client libraries and field reports of the API (v2.0 articles, OAuth v4); Zalo's own pages could not be read, and
what is known from use only is marked (field). Zalo answers a refusal with HTTP 200 and an ``error`` that is not 0.

The marker is the ``utm_id`` of the link at the end of the article, which getdetail gives back with the body. An article
is not sent to followers as a message (Zalo's "broadcast"): that cannot be taken back, and needs an approval of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from publishing.channels import frame, tokens
from publishing.channels import zalo_article as article
from publishing.channels import zalo_errors as errors
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Consent, Expired, Outcome, Probe, Problem
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.channels.zalo_consent import ZaloConsent
from publishing.channels.zalo_form import API, OAUTH, ZaloForm
from publishing.story import Action, Post, Receipt, Story, Way
from publishing.text import clip

ACCESS_SECONDS = 3600.0  # if Zalo does not say: the shortest time anybody has reported
POLL_SECONDS = 3.0
VERIFY_SECONDS = 30.0
FIND_DAYS = 7
FIND_PAGES = 30
PAGE_SIZE = 10  # Zalo refuses more


class Zalo(Adapter):
    """An Official Account of ``owner``: an article with cover, body and link. ``pause`` waits between two looks."""

    kind: ClassVar[str] = "zalo"
    label: ClassVar[str] = _("Zalo Official Account")
    nature: ClassVar[str] = _("social network")
    look: ClassVar[str] = "article"
    Form: ClassVar[type[ChannelForm]] = ZaloForm
    secrets: ClassVar[tuple[str, ...]] = ("app_secret", "refresh_token")
    consent: ClassVar[type[Consent]] = ZaloConsent
    text_limit: ClassVar[int] = article.DESCRIPTION_LENGTH
    wording_label: ClassVar[str] = _("Description")
    finds: ClassVar[bool] = True
    settle_seconds: ClassVar[int] = 120  # the list shows an article when its pictures are processed
    longest_call: ClassVar[float] = 60.0
    max_in_flight: ClassVar[int] = 2
    measures: ClassVar[tuple[str, ...]] = ("views",)
    pause: Callable[[float], None] = staticmethod(time.sleep)

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer; for a retraction only that the article no longer stands."""
        return article.lead(story, action)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """Title, verdict and wording as the description, and the body. ``marker`` must be letters and digits."""
        text = article.frame(story, action) + (article.nfc(wording).strip() or self.wording(story, action))
        link = frame.marked(story.url, marker)
        body = article.blocks(story, action, link, self.owner)
        cover = next((image.url for image in story.images), "") or str(self.config.get("cover_url", ""))
        return Post(
            text=text,
            title=article.headline(story, action),
            html=article.as_html(text, body),
            link=link,
            extra={"body": body, "cover": article.ascii_url(cover)},
        )

    def problems(self, post: Post) -> list[Problem]:
        """Too long, or without the picture that Zalo requires."""
        return super().problems(post) + ([] if post.extra.get("cover") else [Problem(errors.NO_PICTURE)])

    def way(self, action: Action) -> Way:
        """A correction changes the article in place; a retraction changes or removes it, as configured."""
        if action == Action.POST:
            return Way.SEND
        return Way.DELETE if action == Action.RETRACT and self.config.get("on_retraction") == "remove" else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Creates the article and waits until Zalo has processed it. Accepted and not processed in time is UNKNOWN."""
        made = self._call("POST", "article/create", json=self._fields(post, marker), doubt=Outcome.UNKNOWN)
        return self._receipt(self._verified(made, Outcome.UNKNOWN))

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Reads back the articles of a week. One that a person has hidden needs a person: PERMANENT."""
        oldest = datetime.now(UTC) - timedelta(days=FIND_DAYS)
        for page in range(FIND_PAGES):
            asked = {"offset": str(page * PAGE_SIZE), "limit": str(PAGE_SIZE), "type": "normal"}
            listed = self._call("GET", "article/getslice", params=asked).get("medias")
            if not isinstance(listed, list):
                self.fail(Outcome.TRANSIENT, errors.UNCLEAR, http_status=200)  # "no list" is not "no such article"
            for one in listed:
                whole = self._whole(str(one.get("id"))) if _created_at(one) >= oldest else None
                if whole and _is_copy(whole, post, marker):
                    if "hide" in {one.get("status"), whole.get("status")}:
                        self.fail(Outcome.PERMANENT, errors.HIDDEN)
                    return Receipt(str(one["id"]), _address(whole.get("link_view") or one.get("link_view")))
            if len(listed) < PAGE_SIZE or all(_created_at(one) < oldest for one in listed):
                return None
        raise ChannelError(Outcome.UNKNOWN, errors.TOO_MANY)

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Replaces title, description, cover and body; the address stays, and so does the first marker."""
        fields = {"id": receipt.remote_id} | self._fields(post, marker)
        try:
            made = self._call("POST", "article/update", json=fields)
        except ChannelError as error:
            if error.vendor_code == str(errors.INVALID) and self._whole(receipt.remote_id) is None:
                self.fail(Outcome.PERMANENT, errors.GONE, vendor_code=error.vendor_code)
            raise
        self._verified(made, Outcome.TRANSIENT)
        return receipt

    def delete(self, receipt: Receipt) -> None:
        """Removes the article. Zalo has one number for every wrong parameter, so "gone already" is looked up."""
        try:
            self._call("POST", "article/remove", json={"id": receipt.remote_id})
        except ChannelError as error:
            if error.vendor_code != str(errors.INVALID) or self._whole(receipt.remote_id) is not None:
                raise

    def metrics(self, receipt: Receipt) -> dict[str, int]:
        """How often the article was opened."""
        views = _number(self._call("GET", "article/getdetail", params={"id": receipt.remote_id}).get("total_view"))
        return {} if views is None else {"views": views}

    def expires_at(self) -> datetime | None:
        """When the access token runs out; long ago if there is only a refresh token yet."""
        return tokens.runs_out_at(self.secret)

    def refresh(self) -> dict[str, str]:
        """A new access token, and the refresh token that replaces the one used. A lost answer needs a person."""
        base = str(self.config.get("oauth_base") or OAUTH)
        sent = {
            "refresh_token": self.secret.get("refresh_token", ""),
            "app_id": str(self.config.get("app_id", "")),
            "grant_type": "refresh_token",
        }
        headers = {"secret_key": self.secret.get("app_secret", "")}
        try:
            answer = self.http.call("POST", f"{base}/v4/oa/access_token", headers=headers, data=sent)
        except NotSent:
            self.fail(Outcome.TRANSIENT, errors.UNREACHABLE)
        except NoAnswer:
            self.fail(Outcome.AUTH, errors.ANSWER_LOST)
        told = answer.json if isinstance(answer.json, dict) else {}
        new = [told.get("access_token"), told.get("refresh_token")]
        if all(isinstance(token, str) and token for token in new):
            seconds = tokens.seconds_of(told.get("expires_in"), ACCESS_SECONDS)
            return tokens.kept(str(new[0]), str(new[1]), seconds)
        code = _number(told.get("error")) or 0
        if errors.meaning(code)[0] == Outcome.THROTTLED:
            raise self._refusal(answer, Outcome.THROTTLED, errors.BUSY, code)
        raise self._refusal(answer, Outcome.AUTH, errors.RECONNECT if code else errors.ANSWER_LOST, code)

    def probe(self) -> Probe:
        """Reads the Official Account's name and whether its articles can be read."""
        account = self._call("GET", "oa/getoa")
        self._call("GET", "article/getslice", params={"offset": "0", "limit": "1", "type": "normal"})
        return Probe(str(account.get("name") or _("Zalo Official Account")))

    # Parts of a call -----------------------------------------------------------------------------------------

    def _fields(self, post: Post, marker: str) -> dict[str, Any]:
        """The article as the API takes it, with ``marker`` planted instead of the one it was rendered with."""
        rendered_with = next(iter(article.markers(post.link)), marker)
        body = json.dumps(post.extra["body"]).replace(f"utm_id={rendered_with}", f"utm_id={marker}")
        return {
            "type": "normal",
            "title": post.title,
            "author": clip(article.nfc(self.owner), article.AUTHOR_LENGTH),
            "description": post.text,
            "cover": {"cover_type": "photo", "photo_url": post.extra["cover"], "status": "show"},
            "body": json.loads(body),
            "tracking_link": article.ascii_url(frame.marked(post.link, marker)),
            "status": "show",
            "comment": "show",
        }

    def _verified(self, made: Mapping[str, Any], doubt: Outcome) -> str:
        """The article's id, once Zalo has processed it. Only "a picture failed" is a refusal; all else stays in doubt."""
        token = made.get("token")
        if not isinstance(token, str) or not token:
            self.fail(doubt, errors.UNCLEAR, http_status=200)
        until = time.monotonic() + VERIFY_SECONDS
        last = ChannelError(doubt, errors.UNCLEAR)
        for look in range(int(VERIFY_SECONDS / POLL_SECONDS)):
            if look:
                self.pause(POLL_SECONDS)
            if time.monotonic() > until:
                break
            try:
                article_id = self._call("POST", "article/verify", json={"token": token}).get("id")
            except ChannelError as error:
                if error.vendor_code == str(errors.MEDIA_FAILED):
                    raise
                last = error
                continue
            if isinstance(article_id, str) and article_id:
                return article_id
        raise ChannelError(doubt, last.words, vendor_code=last.vendor_code, vendor_words=last.vendor_words)

    def _receipt(self, article_id: str) -> Receipt:
        """With the public address. Without it the article is out all the same."""
        try:
            whole = self._whole(article_id) or {}
        except ChannelError:
            whole = {}  # an error from here on would read as "not published"
        return Receipt(article_id, _address(whole.get("link_view")))

    def _whole(self, article_id: str) -> dict[str, Any] | None:
        """The article with its body; None if there is none of that id."""
        try:
            return self._call("GET", "article/getdetail", params={"id": article_id})
        except ChannelError as error:
            if error.vendor_code == str(errors.INVALID):
                return None
            raise

    def _call(self, method: str, path: str, *, doubt: Outcome = Outcome.TRANSIENT, **options: Any) -> dict[str, Any]:
        """``data`` of a success. ``doubt``: the outcome where nobody knows whether it was accepted. Raises ChannelError."""
        base = str(self.config.get("api_base") or API)
        headers = {"access_token": self.secret.get("access_token", "")}
        try:
            answer = self.http.call(method, f"{base}/v2.0/{path}", headers=headers, **options)
        except NotSent:
            self.fail(Outcome.TRANSIENT, errors.UNREACHABLE)
        except NoAnswer:
            self.fail(doubt, errors.UNCLEAR)
        told = answer.json if isinstance(answer.json, dict) else {}
        code = _number(told.get("error"))
        if code is None or (code == 0 and answer.status != 200):
            raise self._refusal(answer, doubt, errors.UNCLEAR)
        if code:
            outcome, words = errors.meaning(code)
            raise self._refusal(answer, doubt if outcome == errors.DOUBT else outcome, words, code)
        data = told.get("data")
        return data if isinstance(data, dict) else {}

    def _refusal(self, answer: Answer, outcome: str, words: str, code: int = 0) -> ChannelError:
        """What a refusal means, with Zalo's own words less our secrets."""
        told = answer.json if isinstance(answer.json, dict) else {}
        said = str(told.get("message") or told.get("error_description") or told.get("error_name") or answer.text[:500])
        for secret in filter(None, self.secret.values()):
            said = said.replace(secret, "[removed]")
        more: dict[str, Any] = {"vendor_code": str(code or ""), "vendor_words": said, "http_status": answer.status}
        if outcome == errors.EXPIRED:
            return Expired(words, **more)
        return ChannelError(Outcome(outcome), words, retry_after=errors.WAIT_SECONDS.get(words), **more)


def _is_copy(whole: Mapping[str, Any], post: Post, marker: str) -> bool:
    """Whether an article is the one planted with ``marker``. One without any marker is, if it has the same title."""
    planted = article.markers(json.dumps([whole.get("body"), whole.get("tracking_link")]))
    same_title = " ".join(article.nfc(str(whole.get("title"))).split()) == " ".join(post.title.split())
    return marker in planted or (not planted and same_title)


def _address(told: object) -> str:
    return told if isinstance(told, str) and urlsplit(told).scheme in {"http", "https"} else ""


def _created_at(one: Mapping[str, Any]) -> datetime:
    """The time of a listed article, milliseconds at Zalo; one that cannot be read counts as new."""
    made = _number(one.get("create_date"))
    return datetime.fromtimestamp(made / 1000, UTC) if made else datetime.now(UTC)


def _number(told: object) -> int | None:
    """A number, also one that is told as text; None for anything else."""
    if isinstance(told, bool):
        return None
    try:
        return int(told)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return None
