"""Newspapers and other sites that run WordPress, over its REST API with an application password.

Source: the code of WordPress 6.1.9 (Debian), and its answers: tests/publishing/test_wordpress_real.py runs against it.

The marker is the end of the slug. WordPress never refuses a slug that is taken, it appends ``-2``: so the answer to
every create is compared with what was asked for, and a second copy is taken back at once. A post in the bin is listed
under ``<slug>__trashed`` only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape, unescape
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from publishing.channels import wordpress_article as article
from publishing.channels import wordpress_media as media
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Outcome, Probe
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.channels.wordpress_article import nfc
from publishing.channels.wordpress_form import WordPressForm
from publishing.story import Action, Post, Receipt, Story, Way
from publishing.text import clip

STATUSES = "publish,future,draft,pending,private,trash"

UNREACHABLE = _("The newspaper's site could not be reached.")
UNCLEAR = media.UNCLEAR
LOGIN = _(
    "The site does not accept the username and application password. Ask the newspaper for a new application password."
)
NOT_ALLOWED = _("This user may not publish posts at the newspaper. Ask for an account with the role Author or Editor.")
FIREWALL = _(
    "Something in front of the site, such as a firewall, refuses us. Ask the newspaper to let our server through."
)
NO_API = _("There is no WordPress REST API at this address. Check the site address.")
MOVED = _(
    "This address redirects to another one. Enter the final address of the site, with https:// and www. if it has that."
)
REFUSED = _("The newspaper's site did not accept this post. Check the wording and the settings of the channel.")
BUSY = _("The newspaper's site is asking us to wait. It is tried again when the wait is over.")
GONE = _("The post is no longer at the newspaper. Somebody there may have deleted it.")
BINNED = _("Somebody at the newspaper has moved this post to the bin. Talk to them: they can restore it there.")
WITHHELD = _("The post is at the newspaper but not published, for example waiting for review. Ask them to publish it.")
TWINS = _("This post is out more than once at the newspaper. Remove the newer copy there, then retry.")
NO_CATEGORY = _("The site has no such category, and this user may not create one. Ask the newspaper to create it.")

DOUBT = "doubt"  # UNKNOWN for a call that creates a post; TRANSIENT for any other, which may be repeated safely

# What an answer means: by WordPress' code; else by status, if the body is JSON; else by status, if it is a web page.
BY_CODE: dict[str, tuple[str, str]] = {
    "rest_forbidden_status": (Outcome.AUTH, LOGIN),  # what a list answers an unknown user, with status 400
    "rest_no_route": (Outcome.PERMANENT, NO_API),
    "rest_post_invalid_id": (Outcome.PERMANENT, GONE),
    "rest_upload_unknown_error": (Outcome.PERMANENT, REFUSED),  # a forbidden kind of file, although with status 500
    "db_insert_error": (DOUBT, UNCLEAR),
    "db_update_error": (DOUBT, UNCLEAR),
}
BY_STATUS: dict[int, tuple[str, str]] = {
    401: (Outcome.AUTH, LOGIN),
    403: (Outcome.AUTH, NOT_ALLOWED),
    408: (DOUBT, UNCLEAR),
    429: (Outcome.THROTTLED, BUSY),
    503: (Outcome.THROTTLED, BUSY),
}
BY_STATUS_OF_A_PAGE: dict[int, tuple[str, str]] = {
    401: (Outcome.AUTH, LOGIN),
    403: (Outcome.AUTH, FIREWALL),
    404: (Outcome.PERMANENT, NO_API),
    408: (DOUBT, UNCLEAR),
    429: (Outcome.THROTTLED, BUSY),
}
BY_FAMILY: dict[int, tuple[str, str]] = {3: (Outcome.PERMANENT, MOVED), 4: (Outcome.PERMANENT, REFUSED)}


class WordPress(Adapter):
    """A newspaper's article with the answer, published by a WordPress user of the newspaper."""

    kind: ClassVar[str] = "wordpress"
    label: ClassVar[str] = _("Newspaper (WordPress)")
    nature: ClassVar[str] = _("newspaper")
    look: ClassVar[str] = "article"
    Form: ClassVar[type[ChannelForm]] = WordPressForm
    secrets: ClassVar[tuple[str, ...]] = ("application_password",)
    text_limit: ClassVar[int] = 500
    wording_label: ClassVar[str] = _("Standfirst")
    finds: ClassVar[bool] = True
    settle_seconds: ClassVar[int] = 2
    max_in_flight: ClassVar[int] = 2  # one PHP process each, on sites that may have few

    @property
    def allowance(self) -> float:
        """Longer where pictures are uploaded."""
        return max(self.longest_call, media.ALLOWANCE if self._uploads else 0.0)

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer; for a retraction only that the article no longer stands."""
        return article.standfirst(story, action, self.text_limit)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """An article: notice, standfirst, claim and verdict, body, pictures, evidence, source.

        The headline stays through a correction, as newspapers do it. A retraction marks the headline, because it is
        read alone in lists, and leaves nothing of the article but the notice. A picture that is uploaded becomes the
        article's own and is not shown in the text again.
        """
        text = nfc(wording).strip() or self.wording(story, action)
        images = story.images[:1] if self._uploads and action != Action.RETRACT else ()
        return Post(
            text=text,
            title=article.headline(story, action),
            html=article.body(story, action, text, self.owner, own=images),
            link=story.url,
            slug=article.slug(story.slug, marker),
            images=images,
        )

    def way(self, action: Action) -> Way:
        """A correction changes the article; a retraction changes or removes it, as configured."""
        if action == Action.POST:
            return Way.SEND
        return Way.DELETE if action == Action.RETRACT and self.config.get("on_retraction") == "trash" else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Creates the article, published. Accepted without being published is UNKNOWN: find() tells what became of it."""
        body = _body(post) | {
            "slug": post.slug,
            "status": "publish",
            "comment_status": "closed",
            "ping_status": "closed",
        }
        if self.config.get("category"):
            body["categories"] = [self._category(may_create=True)]
        if post.images:
            body["featured_media"] = media.media_id(self._call, self.http, post.images[0])
        made = self._call("POST", "/wp/v2/posts", creates=True, json=body)
        if not isinstance(made.get("id"), int):
            self.fail(Outcome.UNKNOWN, UNCLEAR)
        if made.get("slug") == post.slug:
            with _in_doubt():  # find() sees it, and says the same in time
                return self._receipt(made)
        with _in_doubt():
            if earlier := self._earlier(made, post.slug):
                self.delete(Receipt(str(made["id"])))
                return self._choose(earlier)
        return self._receipt(made)  # not withheld as UNKNOWN: find() would not see it, and it would be sent again

    def find(self, post: Post, marker: str) -> Receipt | None:
        """The published copy. One that was binned or withheld, or two of them, need a person: PERMANENT."""
        listed = self._listed(post.slug)
        return self._choose(listed) if listed else None

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Changes headline, standfirst and body, and then its picture if that is ours. Address, status and category, and
        a picture of the newspaper's own choice, are the newspaper's to change.

        The text comes first: a correction does not wait for a picture.
        """
        route = f"/wp/v2/posts/{int(receipt.remote_id)}"
        changed = self._receipt(self._call("POST", route, json=_body(post)))
        if self._uploads:
            shown = self._call("GET", route, params={"context": "edit", "_fields": "featured_media"})
            number = int(shown.get("featured_media") or 0)
            if not number or media.is_ours(self._call, number):
                wanted = media.media_id(self._call, self.http, post.images[0]) if post.images else 0
                if wanted != number:
                    self._call("POST", route, json={"featured_media": wanted})
        return changed

    def delete(self, receipt: Receipt) -> None:
        """Moves the article to the bin, from where the newspaper can restore it; deletes it where there is no bin.

        Its picture stays in the newspaper's library: other articles may show it, and there is no bin for pictures.
        """
        route = f"/wp/v2/posts/{int(receipt.remote_id)}"
        try:
            self._call("DELETE", route)
        except ChannelError as error:
            if error.vendor_code == "rest_trash_not_supported":
                self._call("DELETE", route, params={"force": "true"})
            elif error.vendor_code not in {"rest_already_trashed", "rest_post_invalid_id"}:
                raise

    def probe(self) -> Probe:
        """Asks who we are and what we may do. The name is the site's and the user's, as readers see them."""
        me = self._call("GET", "/wp/v2/users/me", params={"context": "edit", "_fields": "name,capabilities"})
        allowed = me.get("capabilities") or {}
        if not allowed.get("publish_posts"):
            self.fail(Outcome.AUTH, NOT_ALLOWED)
        if self._uploads and not allowed.get("upload_files"):
            self.fail(Outcome.AUTH, media.NO_UPLOAD)
        if self.config.get("category") and not allowed.get("manage_categories"):
            self._category(may_create=False)
        site = self._call("GET", "/", params={"_fields": "name"})
        return Probe(" · ".join(unescape(name) for name in (site.get("name"), me.get("name")) if name))

    @property
    def _uploads(self) -> bool:
        return self.config.get("pictures") == "upload"  # not for a channel from before this setting

    def _earlier(self, made: dict[str, Any], slug: str) -> list[dict[str, Any]]:
        """What else has the address we asked for. We got another one: it is taken, or the site words its own.

        The marker is ours alone, so an earlier copy is this very delivery, accepted by a call whose answer was lost.
        It stays, and what was made now is taken back.
        """
        return [one for one in self._listed(slug) if one["id"] != made["id"] and one["status"] != "trash"]

    def _listed(self, slug: str) -> list[dict[str, Any]]:
        """Our copies in every state, oldest first, a second and third one included."""
        slugs = ",".join([slug, f"{slug}-2", f"{slug}-3", f"{slug}__trashed"])
        query = {"slug": slugs, "status": STATUSES, "context": "edit", "orderby": "id", "order": "asc"}
        return list(self._call("GET", "/wp/v2/posts", shape=list, params=query | {"_fields": "id,slug,status,link"}))

    def _choose(self, listed: list[dict[str, Any]]) -> Receipt:
        """The one that readers see; else why they see none."""
        out = [one for one in listed if one["status"] == "publish"]
        if len(out) > 1:
            self.fail(Outcome.PERMANENT, TWINS, vendor_words=" ".join(str(one.get("link")) for one in out))
        return self._receipt((out or [one for one in listed if one["status"] != "trash"] or listed)[0])

    def _receipt(self, found: dict[str, Any]) -> Receipt:
        """Proof that a reader can see it. Raises PERMANENT in the words for why not."""
        if found.get("status") != "publish":
            words = BINNED if found.get("status") == "trash" else WITHHELD
            self.fail(Outcome.PERMANENT, words, vendor_code=f"status {found.get('status')}")
        return Receipt(str(found["id"]), str(found.get("link") or ""))

    def _category(self, may_create: bool) -> int:
        """The id of the configured category, created if need be. WordPress stores and searches names as HTML."""
        name = str(self.config["category"]).strip()
        query = {"search": escape(name, quote=False), "per_page": 100, "_fields": "id,name"}
        for one in self._call("GET", "/wp/v2/categories", shape=list, params=query):
            if unescape(one["name"]).casefold() == name.casefold():
                return int(one["id"])
        if not may_create:
            self.fail(Outcome.PERMANENT, NO_CATEGORY)
        answer = self._ask("POST", "/wp/v2/categories", Outcome.TRANSIENT, json={"name": name})
        match answer.json:
            case {"id": int(made)} if answer.status == 201:
                return made
            case {"code": "term_exists", "data": {"term_id": existing}}:  # somebody was quicker
                return int(existing)
            case {"code": "rest_cannot_create"} if answer.status == 403:
                self.fail(Outcome.PERMANENT, NO_CATEGORY, vendor_code="rest_cannot_create", http_status=403)
        raise _error(answer, Outcome.TRANSIENT)

    def _call(self, method: str, route: str, *, creates: bool = False, shape: type = dict, **options: Any) -> Any:
        """The JSON of a successful answer, which must be of ``shape``."""
        doubt = Outcome.UNKNOWN if creates else Outcome.TRANSIENT
        answer = self._ask(method, route, doubt, **options)
        if answer.status < 300 and isinstance(answer.json, shape):
            return answer.json
        raise _error(answer, doubt)

    def _ask(self, method: str, route: str, doubt: Outcome, **options: Any) -> Answer:
        """One call. ``rest_route`` works on every site, with pretty permalinks or without."""
        login = (str(self.config["username"]).encode(), self.secret["application_password"].encode())
        address = f"{str(self.config['base_url']).rstrip('/')}/"
        options["params"] = {"rest_route": route} | options.get("params", {})
        try:
            return self.http.call(method, address, auth=login, **options)
        except NotSent as error:
            self.fail(Outcome.TRANSIENT, UNREACHABLE, vendor_words=str(error))
        except NoAnswer as error:
            self.fail(doubt, UNCLEAR, vendor_words=str(error))


@contextmanager
def _in_doubt() -> Iterator[None]:
    """After something was accepted, whatever goes wrong is UNKNOWN: it may be out."""
    try:
        yield
    except ChannelError as error:
        raise ChannelError(
            Outcome.UNKNOWN,
            error.words,
            vendor_code=error.vendor_code,
            vendor_words=error.vendor_words,
            http_status=error.http_status,
        ) from error


def _error(answer: Answer, doubt: Outcome) -> ChannelError:
    """What went wrong, from the tables above."""
    said: dict[str, Any] = answer.json if isinstance(answer.json, dict) else {}
    code = str(said.get("code", ""))
    match said:
        case {"code": "rest_invalid_param", "data": {"details": dict(details)}}:
            code = next((str(one["code"]) for one in details.values() if one.get("code") in BY_CODE), code)
    by_status = BY_STATUS if said else BY_STATUS_OF_A_PAGE
    outcome, words = (
        BY_CODE.get(code) or by_status.get(answer.status) or BY_FAMILY.get(answer.status // 100) or (DOUBT, UNCLEAR)
    )
    wait = answer.headers.get("Retry-After", "")
    return ChannelError(
        doubt if outcome == DOUBT else Outcome(outcome),
        words,
        vendor_code=code,
        vendor_words=str(said.get("message") or clip(answer.text, 300)),
        http_status=answer.status,
        retry_after=float(wait) if wait.isdecimal() else None,
    )


def _body(post: Post) -> dict[str, Any]:
    # All three are HTML to WordPress.
    return {"title": escape(post.title, quote=False), "content": post.html, "excerpt": escape(post.text, quote=False)}
