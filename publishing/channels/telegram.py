"""Telegram channels over the Bot API: a text or a captioned picture, changed in place or removed later.

Source: Bot API 10.0 by python-telegram-bot's constants and methods. What is known from use only is marked (field).

A bot cannot read what is in a channel, so a post whose answer was lost cannot be looked for: it goes to a person. No
marker is planted, for there is nothing that could read it back.

The token is part of every address of the API. No address of it is ever in an error, a receipt or a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote, urlsplit

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from publishing.channels import frame
from publishing.channels.addresses import clean_address
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Outcome, Probe, api_address
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.channels.telegram_errors import (
    BAD_PICTURE,
    CAPTION_FULL,
    GONE,
    NOT_A_CHANNEL,
    NOT_ALLOWED,
    NOT_DELETABLE,
    NOT_MODIFIED,
    NOT_THERE,
    UNCLEAR,
    UNREACHABLE,
    meaning,
    wait_seconds,
)
from publishing.story import Action, Image, Post, Receipt, Story, Way

WORDING_LENGTH = 600  # people read a screen of a feed, not an article: the evidence is behind the link
CAPTION_LIMIT = 1024
LONG_ADDRESS = 200  # a longer one is hidden behind its words, so that it leaves room for the answer


class TelegramForm(ChannelForm):
    """A channel, and a bot that is its administrator."""

    chat_id = forms.RegexField(
        r"^(@[A-Za-z][A-Za-z0-9_]{3,31}|-100\d{5,15})$",
        label=gettext_lazy("Channel"),
        help_text=gettext_lazy("Its public name with @, or its number, which begins with -100."),
        error_messages={"invalid": gettext_lazy("A channel looks like @name or -1001234567890.")},
    )
    api_base = api_address(gettext_lazy("Address of the API"), "https://api.telegram.org")
    public_base = api_address(gettext_lazy("Address of public posts"), "https://t.me")
    on_retraction = forms.ChoiceField(
        label=gettext_lazy("When an answer is retracted"),
        initial="notice",
        choices=[
            ("notice", gettext_lazy("Replace the text of the post by a notice")),
            ("delete", gettext_lazy("Remove the post; after 48 hours, where Telegram refuses, replace its text")),
        ],
    )
    token = forms.RegexField(
        r"^\d{5,20}:[A-Za-z0-9_-]{30,64}$",
        label=gettext_lazy("Bot token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("BotFather gives it out when the bot is made."),
        error_messages={"invalid": gettext_lazy("A token is a number, a colon and about 35 letters and digits.")},
    )

    def clean_api_base(self) -> str:
        """Encrypted, unless the other end is this machine: the token travels along."""
        return clean_address(str(self.cleaned_data["api_base"]), may_be_private=True, plain=True)

    def clean_public_base(self) -> str:
        """Without a slash at the end."""
        return clean_address(str(self.cleaned_data["public_base"]), may_be_private=True, plain=True)


class Telegram(Adapter):
    """A Telegram channel of ``owner``: a picture with a caption where both fit, else a text with a link preview."""

    kind: ClassVar[str] = "telegram"
    label: ClassVar[str] = _("Telegram channel")
    nature: ClassVar[str] = _("messenger")
    Form: ClassVar[type[ChannelForm]] = TelegramForm
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    text_limit: ClassVar[int] = 4096
    counts: ClassVar[str] = "utf16"
    max_in_flight: ClassVar[int] = 1  # about one message a second to one chat

    def length(self, text: str) -> int:
        """UTF-16 code units, as Telegram counts: most emoji are two. ``text`` is without markup."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer and the beginning of the body, short enough to go beside a picture as well."""
        spent = self.length(self._text(story, action, "", bold=False, image=_picture(story)))
        return frame.wording(story, action, min(WORDING_LENGTH, CAPTION_LIMIT - spent - 2), self.length)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """Verdict and claim, wording, what was corrected, link, owner; the picture if all that fits its caption."""
        words = frame.naming_nobody(frame.nfc(wording).strip() or self.wording(story, action))
        image = _picture(story)
        text = self._text(story, action, words, bold=False, image=image)
        bare = self._text(story, action, words, bold=True, image=None)
        if image is None or self.length(text) > CAPTION_LIMIT:
            text = self._text(story, action, words, bold=False, image=None)
            return Post(text=text, html=bare, link=story.url)
        captioned = self._text(story, action, words, bold=True, image=image)
        return Post(text=text, html=captioned, link=story.url, images=(image,), extra={"html_without_picture": bare})

    def _text(self, story: Story, action: Action, words: str, *, bold: bool, image: Image | None) -> str:
        """The post as people read it, or with ``bold`` as the HTML that Telegram takes."""
        kept = _html if bold else str
        words_of = frame.phrases(story)
        head = kept(frame.naming_nobody(frame.headline(story, 220, self.length)))
        change = kept(frame.naming_nobody(frame.notice(story, action, 220, self.length)))
        link = kept(words_of["link"] % story.url)
        if len(story.url) > LONG_ADDRESS:
            shown = words_of["link"] % f"{urlsplit(story.url).netloc}/…"
            link = f'<a href="{escape(story.url)}">{_html(shown)}</a>' if bold else shown
        credit = frame.fit(frame.nfc(image.credit), 80, self.length) if image else ""
        owner = frame.fit(frame.nfc(self.owner), 120, self.length)
        ending = "\n".join(filter(None, [link, kept(words_of["credit"] % credit) if credit else "", kept(owner)]))
        return frame.joined(story, action, (f"<b>{head}</b>" if bold else head, kept(words), change), ending)

    def way(self, action: Action) -> Way:
        """Corrections change the post in place; so do retractions by notice."""
        if action == Action.POST:
            return Way.SEND
        is_removed = action == Action.RETRACT and self.config.get("on_retraction") == "delete"
        return Way.DELETE if is_removed else Way.EDIT

    def send(self, post: Post, marker: str) -> Receipt:
        """Publishes at once. A picture that Telegram refuses is left out: surely nothing was sent with it."""
        chat = {"chat_id": self.config["chat_id"]}
        if post.images:
            try:
                captioned = {"photo": post.images[0].url, "caption": post.html, "parse_mode": "HTML"}
                return self._receipt(self._call("sendPhoto", chat | captioned, is_create=True), "/photo")
            except ChannelError as error:
                if error.words != BAD_PICTURE:
                    raise
        text = str(post.extra.get("html_without_picture") or post.html)
        preview = {"url": post.link, "prefer_large_media": True}
        message = {"text": text, "parse_mode": "HTML", "link_preview_options": preview}
        return self._receipt(self._call("sendMessage", chat | message, is_create=True))

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Replaces text or caption. Telegram does not let a picture become a text, or the other way round."""
        if _is_photo(receipt):
            if self.length(post.text) > CAPTION_LIMIT:
                self.fail(Outcome.PERMANENT, CAPTION_FULL)
            self._change(receipt, post.html)
        else:
            self._change(receipt, str(post.extra.get("html_without_picture") or post.html), post.link)
        return receipt

    def delete(self, receipt: Receipt) -> None:
        """Removes the post. Where Telegram refuses, as it may after 48 hours, a notice takes the place of its text."""
        try:
            self._call("deleteMessage", _target(receipt))
        except ChannelError as error:
            if NOT_THERE in error.vendor_words.casefold():
                return
            if NOT_DELETABLE not in error.vendor_words.casefold():
                raise
            # In both languages: which one the post was in is not known here.
            notices = [f"<b>{words['retract_alone']}</b>\n{words['withdrawn']}" for words in frame.PHRASES.values()]
            self._change(receipt, "\n\n".join([*notices, _html(frame.nfc(self.owner))]))

    def probe(self) -> Probe:
        """Asks who the bot is, what the channel is, and whether the one may post in the other."""
        bot = self._call("getMe")
        chat = self._call("getChat", {"chat_id": self.config["chat_id"]})
        if chat.get("type") != "channel":
            self.fail(Outcome.PERMANENT, NOT_A_CHANNEL)
        member = self._call("getChatMember", {"chat_id": self.config["chat_id"], "user_id": bot.get("id")})
        is_owner = member.get("status") == "creator"
        if not is_owner and not (member.get("status") == "administrator" and member.get("can_post_messages") is True):
            self.fail(Outcome.AUTH, NOT_ALLOWED)
        return Probe(str(chat.get("title") or self.config["chat_id"]))

    # One call ------------------------------------------------------------------------------------------------

    def _change(self, receipt: Receipt, html: str, link: str = "") -> None:
        """Replaces the text of a copy. The same text once more is success."""
        fields: dict[str, Any] = {"parse_mode": "HTML", "caption" if _is_photo(receipt) else "text": html}
        if link:
            fields["link_preview_options"] = {"url": link, "prefer_large_media": True}
        try:
            self._call("editMessageCaption" if _is_photo(receipt) else "editMessageText", _target(receipt) | fields)
        except ChannelError as error:
            if NOT_MODIFIED not in error.vendor_words.casefold():
                raise

    def _call(self, method: str, fields: Mapping[str, Any] | None = None, *, is_create: bool = False) -> Any:
        """The ``result`` of a success. Raises ChannelError."""
        base = self.config.get("api_base") or "https://api.telegram.org"
        address = f"{base}/bot{quote(self.secret.get('token', ''), safe=':')}/{method}"
        doubt = Outcome.UNKNOWN if is_create else Outcome.TRANSIENT
        try:
            answer = self.http.call("POST", address, json=dict(fields or {}))
        except NotSent:
            self.fail(Outcome.TRANSIENT, UNREACHABLE)
        except NoAnswer:
            self.fail(doubt, UNCLEAR)
        told = answer.json if isinstance(answer.json, dict) else {}
        if told.get("ok") is True and answer.status == 200 and "result" in told:
            return told["result"]
        if told.get("ok") is False and 400 <= answer.status < 500:
            self._refuse(answer, told)
        vendor_words = self._scrubbed(answer.text[:500])
        raise ChannelError(doubt, UNCLEAR, vendor_words=vendor_words, http_status=answer.status)

    def _refuse(self, answer: Answer, told: Mapping[str, Any]) -> NoReturn:
        description = str(told.get("description") or "")
        outcome, words = meaning(answer.status, description)
        self.fail(
            outcome,
            words,
            vendor_code=str(told.get("error_code") or answer.status),
            vendor_words=self._scrubbed(description),
            http_status=answer.status,
            retry_after=wait_seconds(told) if outcome is Outcome.THROTTLED else None,
        )

    def _scrubbed(self, vendor_words: str) -> str:
        for secret in filter(None, self.secret.values()):
            vendor_words = vendor_words.replace(secret, "[removed]")
        return vendor_words

    def _receipt(self, message: Any, ending: str = "") -> Receipt:
        """Chat and number, for a number alone means another post in another channel. No address in a private channel."""
        try:
            chat, number = message["chat"], int(message["message_id"])
            remote_id = f"{int(chat['id'])}/{number}{ending}"
        except (KeyError, TypeError, ValueError):
            self.fail(Outcome.UNKNOWN, UNCLEAR, http_status=200)
        name = str(chat.get("username") or "")
        base = self.config.get("public_base") or "https://t.me"
        return Receipt(remote_id, f"{base}/{quote(name, safe='')}/{number}" if name else "")


def _picture(story: Story) -> Image | None:
    """The story's first picture, if it has a public address that Telegram can fetch."""
    return next((image for image in story.images if image.url.startswith(("https://", "http://"))), None)


def _is_photo(receipt: Receipt) -> bool:
    return receipt.remote_id.endswith("/photo")


def _target(receipt: Receipt) -> dict[str, Any]:
    """Where a copy is: its own channel, also if another one is connected now."""
    chat, _slash, rest = receipt.remote_id.partition("/")
    number = rest.removesuffix("/photo")
    if not chat.lstrip("-").isdecimal() or not number.isdecimal():
        raise ChannelError(Outcome.PERMANENT, GONE)  # a copy that was recorded by hand
    return {"chat_id": int(chat), "message_id": int(number)}


def _html(text: str) -> str:
    """Text for parse mode HTML, where only these three letters mean anything."""
    return escape(text, quote=False)
