"""Connects a Facebook Page by the consent of somebody who manages it; part of facebook.py.

Source: developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and …/access-tokens/get-long-lived, for
v25.0. The dialog gives a code, the code a person's token of an hour or two, that one of about 60 days, and with it the
Page's own token, which has no end of its own. Only the Page's token is kept. PKCE is not documented for this flow: the
code is of no use without the app's secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext_noop as _

from publishing.channels.base import Account, Asking, ChannelError, Consent, Outcome
from publishing.channels.facebook_errors import UNCLEAR, UNREACHABLE

PERMISSIONS = ("pages_show_list", "pages_manage_posts", "pages_read_engagement")
MOST_PAGES = "100"
SECRET = ("client_secret", "code", "fb_exchange_token", "input_token")  # of what is asked with

BAD_APP = _("Facebook does not know this app ID with this app secret, or not this redirect address. Check all three.")
CODE_SPENT = _("Facebook's answer was too old or was used already. Start again.")
LACKING = _("Not every permission was given. Start again, and leave all permissions ticked at Facebook.")
NO_PAGES = _(
    "The person who gave access chose no Page on which they may create posts. "
    "Start again with somebody who manages the Page, and choose it at Facebook."
)


class FacebookConsent(Consent):
    """The Pages that were chosen at Facebook and on which that person may post."""

    label: ClassVar[str] = _("Connect with Facebook")
    needs: ClassVar[tuple[str, ...]] = ("app_id", "app_secret")
    gives: ClassVar[tuple[str, ...]] = ("page_id", "access_token")
    account: ClassVar[str] = "page_id"
    unreachable_words: ClassVar[str] = UNREACHABLE
    unclear_words: ClassVar[str] = UNCLEAR

    def address(self, asking: Asking) -> str:
        """Facebook's dialog: at the API's host, with "www." for "graph."."""
        parts = urlsplit(self._base)
        asked = {
            "client_id": str(self.config.get("app_id", "")),
            "redirect_uri": asking.redirect_uri,
            "state": asking.state,
            "response_type": "code",
            "scope": ",".join(PERMISSIONS),
            "auth_type": "rerequest",  # or a permission that was refused once is never asked for again
        }
        host = re.sub(r"^graph\.", "www.", parts.netloc)
        return f"{parts.scheme}://{host}/{self._version}/dialog/oauth?{urlencode(asked)}"

    def accounts(self, asking: Asking, told: Mapping[str, str]) -> list[Account]:
        """The Pages, each with its own token."""
        app = {"client_id": str(self.config.get("app_id", "")), "client_secret": self.secret.get("app_secret", "")}
        short = self._token(app | {"redirect_uri": asking.redirect_uri, "code": told.get("code", "")})
        person = self._token(app | {"grant_type": "fb_exchange_token", "fb_exchange_token": short})
        seen = self._get("debug_token", {"input_token": person}, f"{app['client_id']}|{app['client_secret']}").get(
            "data"
        )
        if not isinstance(seen, dict) or seen.get("is_valid") is not True or not isinstance(seen.get("scopes"), list):
            raise ChannelError(Outcome.AUTH, UNCLEAR)
        if not set(PERMISSIONS) <= set(seen["scopes"]):
            raise ChannelError(Outcome.AUTH, LACKING)
        asked = {"fields": "id,name,access_token,tasks", "limit": MOST_PAGES}
        listed = self._get("me/accounts", asked | self._proof(person), person).get("data")
        if not isinstance(listed, list):
            raise ChannelError(Outcome.TRANSIENT, UNCLEAR)
        pages = [
            Account(str(one["id"]), str(one.get("name") or one["id"]), {"access_token": str(one["access_token"])})
            for one in listed
            if one.get("access_token") and "CREATE_CONTENT" in (one.get("tasks") or [])
        ]
        if not pages:
            raise ChannelError(Outcome.AUTH, NO_PAGES)
        return pages

    @property
    def _base(self) -> str:
        return str(self.config.get("api_base") or "https://graph.facebook.com")

    @property
    def _version(self) -> str:
        return str(self.config.get("api_version") or "v25.0")

    def _proof(self, token: str) -> dict[str, str]:
        key = self.secret.get("app_secret", "").encode()
        return {"appsecret_proof": hmac.new(key, token.encode(), hashlib.sha256).hexdigest()}

    def _token(self, asked: dict[str, str]) -> str:
        token = self._get("oauth/access_token", asked).get("access_token")
        if not isinstance(token, str) or not token:
            raise ChannelError(Outcome.TRANSIENT, UNCLEAR)
        return token

    def _get(self, path: str, asked: Mapping[str, str], token: str = "") -> dict[str, Any]:
        """The JSON object of a success. Raises ChannelError."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.call("GET", f"{self._base}/{self._version}/{path}", params=dict(asked), headers=headers)
        told = answer.json if isinstance(answer.json, dict) else {}
        if isinstance(error := told.get("error"), dict):
            # (field) Code 100 stands for a code of the dialog that is spent or too old; 36007 and 36009 are its subcodes.
            is_spent = error.get("code") == 100 and error.get("error_subcode") in {36007, 36009}
            said = str(error.get("message") or "")
            for secret in filter(None, [token, *(asked.get(name) for name in SECRET)]):
                said = said.replace(secret, "[removed]")  # Facebook quotes a token that it cannot read
            raise ChannelError(
                Outcome.AUTH,
                CODE_SPENT if is_spent else BAD_APP if path == "oauth/access_token" else UNCLEAR,
                vendor_code=str(error.get("code", "")),
                vendor_words=said,
                http_status=answer.status,
            )
        if answer.status != 200 or not told:
            raise ChannelError(Outcome.TRANSIENT, UNCLEAR, http_status=answer.status)
        return told
