"""Connects a YouTube channel by the consent of its owner at Google; part of youtube.py.

Source: developers.google.com/identity/protocols/oauth2/web-server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

from django.utils.translation import gettext_noop as _

from publishing.channels import tokens
from publishing.channels import youtube_errors as errors
from publishing.channels.base import Account, Asking, ChannelError, Consent, Outcome
from publishing.channels.youtube_access import ACCESS_SECONDS, scrubbed
from publishing.channels.youtube_form import API, OAUTH

SCOPE = "https://www.googleapis.com/auth/youtube"  # upload, correct and remove
PERSON = "https://accounts.google.com"  # where people are asked; tokens are given at another host

CODE_SPENT = _("Google's answer was too old or was used already. Start again.")
BAD_APP = _(
    "Google does not know this client ID with this client secret, or not this redirect address. Check all three."
)
LACKING = _("The permission to manage the YouTube channel was not given. Start again, and leave it ticked at Google.")
NOT_LASTING = _("Google gave no lasting access. Remove the app from the Google account's connections and start again.")


class YouTubeConsent(Consent):
    """One channel: the one that was chosen at Google."""

    label: ClassVar[str] = _("Connect with Google")
    needs: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")
    gives: ClassVar[tuple[str, ...]] = ("refresh_token",)
    account: ClassVar[str] = "channel_id"
    unreachable_words: ClassVar[str] = errors.UNREACHABLE
    unclear_words: ClassVar[str] = errors.UNCLEAR

    def address(self, asking: Asking) -> str:
        """Google's page. Only a consent that is asked for anew brings a refresh token again."""
        asked = {
            "client_id": str(self.config.get("client_id", "")),
            "redirect_uri": asking.redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "access_type": "offline",
            "prompt": "consent",
            "state": asking.state,
            "code_challenge": asking.challenge,
            "code_challenge_method": "S256",
        }
        base = PERSON if self._oauth == OAUTH else self._oauth
        return f"{base}/o/oauth2/v2/auth?{urlencode(asked)}"

    def accounts(self, asking: Asking, told: Mapping[str, str]) -> list[Account]:
        """The channel with its tokens. People may untick a permission at Google: what was given is checked."""
        sent = {
            "client_id": str(self.config.get("client_id", "")),
            "client_secret": self.secret.get("client_secret", ""),
            "code": told.get("code", ""),
            "code_verifier": asking.verifier,
            "redirect_uri": asking.redirect_uri,
            "grant_type": "authorization_code",
        }
        new = self.json("POST", f"{self._oauth}/token", data=sent)
        access, refresh = new.get("access_token"), new.get("refresh_token")
        if not isinstance(access, str) or not access:
            code = str(new.get("error") or "")
            words = {"invalid_grant": CODE_SPENT, "": errors.UNCLEAR}.get(code, BAD_APP)
            said = str(new.get("error_description") or "")
            raise ChannelError(Outcome.AUTH, words, vendor_code=code, vendor_words=said)
        if SCOPE not in str(new.get("scope", "")).split():
            raise ChannelError(Outcome.AUTH, LACKING)
        if not isinstance(refresh, str) or not refresh:
            raise ChannelError(Outcome.AUTH, NOT_LASTING)
        base = str(self.config.get("api_base") or API)
        seen = self.json(
            "GET",
            f"{base}/youtube/v3/channels",
            params={"part": "snippet", "mine": "true"},
            headers={"Authorization": f"Bearer {access}"},
        )
        if isinstance(error := seen.get("error"), dict):
            reason = next((str(one.get("reason", "")) for one in error.get("errors") or []), "")
            _outcome, words = errors.meaning(reason, int(error.get("code") or 500))
            raise ChannelError(
                Outcome.AUTH,
                words,
                vendor_code=reason,
                vendor_words=scrubbed(str(error.get("message") or ""), {"access": access, "refresh": refresh}),
            )
        channel = next(iter(seen.get("items") or []), None)
        if channel is None:
            raise ChannelError(Outcome.AUTH, errors.NO_CHANNEL)
        secrets = tokens.kept(access, refresh, tokens.seconds_of(new.get("expires_in"), ACCESS_SECONDS))
        name = str(channel.get("snippet", {}).get("title") or channel["id"])
        return [Account(str(channel["id"]), name, secrets)]

    @property
    def _oauth(self) -> str:
        return str(self.config.get("oauth_base") or OAUTH)
