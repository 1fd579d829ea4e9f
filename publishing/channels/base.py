"""What every channel adapter is: the whole contract, in one file.

An adapter turns a Story into a Post for one kind of channel and talks to that vendor's API. It gets its
configuration as plain values, knows no database, no Django settings and no other adapter, and speaks to no
host but its own; where it must hand over the story's own files, it fetches those from their public addresses.
Everything that can go wrong is a ChannelError with one of six outcomes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels.http import Answer, Http, NoAnswer, NotSent
from publishing.story import Action, Post, Receipt, Story, Way


class Outcome(StrEnum):
    """How one call to a channel ended. The closed vocabulary of the outbox."""

    OK = "ok"
    PERMANENT = "permanent"  # content or configuration must be mended by a person
    AUTH = "auth"  # the channel must be connected again; its queue waits
    THROTTLED = "throttled"  # wait, as long as the vendor says
    TRANSIENT = "transient"  # surely not accepted; try again
    UNKNOWN = "unknown"  # perhaps accepted; read back before anything else


class ChannelError(Exception):
    """A call to a channel that did not end in OK.

    outcome       what the outbox does about it
    words         plain English msgid an editor can act on (shown translated); never a vendor's text or a secret
    values        JSON values for its placeholders
    vendor_code   the vendor's own code, e.g. "190/463" or "rest_cannot_create"; may be empty
    vendor_words  the vendor's own words, for the attempt's record; the outbox scrubs and shortens them
    http_status   0 where there was no HTTP answer
    retry_after   seconds the vendor asked for, or None
    """

    def __init__(
        self,
        outcome: Outcome,
        words: str,
        *,
        vendor_code: str = "",
        vendor_words: str = "",
        http_status: int = 0,
        retry_after: float | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(words)
        self.values = dict(values or {})
        self.outcome = outcome
        self.words = words
        self.vendor_code = vendor_code
        self.vendor_words = vendor_words
        self.http_status = http_status
        self.retry_after = retry_after


class Expired(ChannelError):
    """AUTH: the access token was refused before anything was done with the call. One refresh may mend it."""

    def __init__(self, words: str, **more: Any) -> None:
        super().__init__(Outcome.AUTH, words, **more)


@dataclass(frozen=True)
class Probe:
    """A connection test that succeeded. ``name`` is the account under whose name posts will appear.

    is_end_told  whether the vendor said when credentials end that cannot renew themselves: at expires_at, None for never
    """

    name: str
    words: str = _("The connection works.")
    is_end_told: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Problem:
    """Why a post cannot go out as worded. ``words`` is a msgid; ``values`` fills its placeholders."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """One request for consent, as it is kept on our side until the answer comes.

    redirect_uri  where the vendor sends the person back, letter for letter as registered there
    state         comes back with the answer
    verifier      PKCE (RFC 7636): only its hash travels with the person
    """

    redirect_uri: str
    state: str
    verifier: str

    @property
    def challenge(self) -> str:
        """S256 of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class Account:
    """An account that a consent opens: the vendor's ``id`` of it, its ``name``, and what is to be stored for it."""

    id: str
    name: str
    secrets: Mapping[str, str]


class Consent:
    """How the owner of an account connects it without handing a token around: OAuth 2.0 with a code.

    label    msgid: "Connect with …"
    needs    settings and secrets of the form that are the app's own, entered by a person beforehand
    gives    those that the consent fills in: the form does without them as long as ``needs`` are there
    account  name of the setting that holds the account's id. Once it is set, only that account can be connected again:
             what is out there belongs to it
    """

    label: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    gives: ClassVar[tuple[str, ...]]
    account: ClassVar[str]
    denied_words: ClassVar[str] = _(
        "Access was refused there: nothing was changed. To connect, start again and allow it."
    )
    failed_words: ClassVar[str] = _("The other side did not give access: nothing was changed. Start again.")
    unreachable_words: ClassVar[str]
    unclear_words: ClassVar[str]

    def __init__(self, config: Mapping[str, Any], secrets: Mapping[str, str], http: Http) -> None:
        self.config, self.secret, self.http = config, secrets, http

    def address(self, asking: Asking) -> str:
        """Where the person is sent to be asked. Pure."""
        raise NotImplementedError

    def accounts(self, asking: Asking, told: Mapping[str, str]) -> list[Account]:
        """The accounts that the answer ``told``, with a ``code`` in it, opens; at least one.

        The code works once. Raises ChannelError, in words for the person who is connecting.
        """
        raise NotImplementedError

    def call(self, method: str, url: str, **options: Any) -> Answer:
        """One call to the vendor. Nothing is posted by it, so without an answer it may be tried again: TRANSIENT."""
        try:
            return self.http.call(method, url, **options)
        except NotSent:
            raise ChannelError(Outcome.TRANSIENT, self.unreachable_words) from None
        except NoAnswer:
            raise ChannelError(Outcome.TRANSIENT, self.unclear_words) from None

    def json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """The JSON object of an answer, whatever its status. TRANSIENT if it has none."""
        answer = self.call(method, url, **options)
        if not isinstance(answer.json, dict):
            raise ChannelError(Outcome.TRANSIENT, self.unclear_words, http_status=answer.status)
        return answer.json

    def refusal(self, told: Mapping[str, str]) -> ChannelError:
        """What an answer without a code means."""
        words = self.denied_words if told.get("error") == "access_denied" else self.failed_words
        said = told.get("error_description") or told.get("error_message") or told.get("error") or ""
        return ChannelError(Outcome.AUTH, words, vendor_words=said)


def api_address(label: Any, initial: str) -> forms.URLField:
    """A setting that only a stand-in changes: where the vendor's API is."""
    return forms.URLField(
        label=label,
        initial=initial,
        assume_scheme="https",
        help_text=gettext_lazy("Leave it as it is, except for a stand-in."),
    )


class ChannelForm(forms.Form):
    """The settings of one kind of channel, as the publisher fills them in. Secret fields: ``Adapter.secrets``."""

    @staticmethod
    def encrypted(address: str) -> str:
        """Without a slash at the end. https, unless the other end is this machine: credentials travel there."""
        parts = urlsplit(address)
        is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme != "https" and not is_here:
            raise forms.ValidationError(gettext_lazy("The address must begin with https://."))
        return address.rstrip("/")


class Adapter:
    """One kind of channel. Subclass it in ``publishing/channels/<kind>.py``; nothing else needs an edit.

    config   the non-secret values of ``Form``, e.g. {"page_id": "…"}
    secrets  the secret values of ``Form``
    owner    name of the organisation that owns the channel; every post goes out under it
    """

    kind: ClassVar[str]
    label: ClassVar[str]  # msgid
    nature: ClassVar[str]  # msgid: "social network", "newspaper", …
    look: ClassVar[str] = "feed"  # how the preview is drawn: feed | article | script
    Form: ClassVar[type[ChannelForm]]
    secrets: ClassVar[tuple[str, ...]] = ()
    consent: ClassVar[type[Consent] | None] = None  # how its account is connected in the browser, if it can be

    text_limit: ClassVar[int]  # of Post.text, in the units of length()
    # What length() counts, for the board's counter: points|utf16|bytes|addresses; empty where only the server can tell.
    counts: ClassVar[str] = "points"
    wording_label: ClassVar[str] = _("Wording")  # msgid: what the publisher may edit
    # find() can tell whether a marked post is out. A kind of which only some channels can makes it a property: it is
    # asked of an adapter with its settings, never of the class.
    finds: ClassVar[bool] = False
    settle_seconds: ClassVar[int] = 0  # after this long a find() that finds nothing is believed
    longest_call: ClassVar[float] = 0.0  # seconds that send() or edit() may take beyond the usual lease
    max_in_flight: ClassVar[int] = 4  # calls at once to one channel
    takes_audio: ClassVar[bool] = False  # a story's recording goes along; otherwise it stays on the page that is linked
    measures: ClassVar[tuple[str, ...]] = ()  # what metrics() can tell: of views, reach, reactions, comments, shares
    cannot_words: ClassVar[str] = _("This channel has no means to do this automatically: please do it by hand.")

    def __init__(
        self, config: Mapping[str, Any], secrets: Mapping[str, str], owner: str = "", http: Http | None = None
    ) -> None:
        self.config = config
        self.secret = secrets
        self.owner = owner
        self.http = http or Http()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.owner!r}>"

    # What will be shown: pure, no network -------------------------------------------------------------------

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The automatic wording of what the publisher may edit. Fits, and says what is true for the action."""
        raise NotImplementedError

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """The post as it will go out: wording (automatic if empty) in its frame of verdict, owner and link.

        Pure. The automatic wording always fits; an edited one may not, see problems(). The verdict, the owner's name
        and the link are part of the frame, and survive any length of story.
        """
        raise NotImplementedError

    @property
    def limit(self) -> int:
        """The most that length() may be on this very channel."""
        return self.text_limit

    @property
    def allowance(self) -> float:
        """Seconds that send() or edit() of this very channel may take beyond the usual lease."""
        return self.longest_call

    def allowance_for(self, post: Post) -> float:
        """The same for this very post, which may carry something large."""
        return self.allowance

    def length(self, text: str) -> int:
        """The length of ``text`` as this channel counts it."""
        return len(text)

    def problems(self, post: Post) -> list[Problem]:
        """Why ``post`` cannot be sent; empty if it can."""
        length = self.length(post.text)
        if length > self.limit:
            words = _("The text is %(length)s long; this channel takes at most %(limit)s.")
            return [Problem(words, {"length": length, "limit": self.limit})]
        return []

    def way(self, action: Action) -> Way:
        """How this channel carries out ``action``."""
        return Way.SEND

    # What goes over the network: each raises ChannelError ----------------------------------------------------

    def send(self, post: Post, marker: str) -> Receipt:
        """Publishes. A timeout or a broken answer after the body was sent is UNKNOWN."""
        raise NotImplementedError

    def find(self, post: Post, marker: str) -> Receipt | None:
        """The copy of ``post`` planted with ``marker``, or None if there is none. Only where ``finds``."""
        raise NotImplementedError

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Changes the copy that is out into ``post``. Doing it twice is the same as once."""
        raise NotImplementedError

    def delete(self, receipt: Receipt) -> None:
        """Removes the copy that is out. Gone already is success."""
        raise NotImplementedError

    def metrics(self, receipt: Receipt) -> dict[str, int]:
        """How the copy that is out does: some of ``measures``; what the vendor no longer tells is left out.

        Raises ChannelError if nothing can be told now. Only where ``measures`` is not empty.
        """
        raise NotImplementedError

    def expires_at(self) -> datetime | None:
        """When the credentials run out, as far as is known without asking; None: not that anyone said."""
        return None

    def refresh(self) -> dict[str, str]:
        """New secrets, replacing those of the same name; {} where nothing needs renewing yet.

        Called by one caller at a time under a lock of the channel's row, and what it returns is stored before
        anything is sent with it: a vendor's refresh token may work once only. Raises ChannelError: AUTH if a person
        must connect again, also when the answer was lost after the request was sent and the token works only once.
        """
        return {}

    def headroom(self) -> float | None:
        """Share of the vendor's rate limit that is left, 0 to 1, as its last answer said; None if it did not say."""
        try:
            limit = float(self.http.headers["X-RateLimit-Limit"])
            return max(0.0, min(1.0, float(self.http.headers["X-RateLimit-Remaining"]) / limit))
        except (KeyError, ValueError, ZeroDivisionError):
            return None

    def probe(self) -> Probe:
        """Tests address, credentials and permission without publishing anything. Also made once a day by itself."""
        raise NotImplementedError

    # For subclasses ------------------------------------------------------------------------------------------

    def fail(self, outcome: Outcome, words: str, **more: Any) -> NoReturn:
        """Raises the ChannelError of that outcome."""
        raise ChannelError(outcome, words, **more)
