"""Connects a Zalo Official Account by the consent of its administrator; part of zalo.py.

Source: client libraries of OAuth v4; Zalo's own pages could not be read. What Zalo sends back when the administrator
refuses is known from nobody: any answer without a code counts as "not given".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

from django.utils.translation import gettext_noop as _

from publishing.channels import tokens
from publishing.channels import zalo_errors as errors
from publishing.channels.base import Account, Asking, ChannelError, Consent, Outcome
from publishing.channels.zalo_form import API, OAUTH

ACCESS_SECONDS = 3600.0

BAD_APP = _(
    "Zalo did not accept the app ID, the app secret or the redirect address, or its answer was too old. Check them and start again."
)


class ZaloConsent(Consent):
    """One Official Account: the one its administrator chose at Zalo."""

    label: ClassVar[str] = _("Connect with Zalo")
    needs: ClassVar[tuple[str, ...]] = ("app_id", "app_secret")
    gives: ClassVar[tuple[str, ...]] = ("refresh_token",)
    account: ClassVar[str] = "oa_id"
    unreachable_words: ClassVar[str] = errors.UNREACHABLE
    unclear_words: ClassVar[str] = errors.UNCLEAR

    def address(self, asking: Asking) -> str:
        """Zalo's page of permissions. It knows no scopes: what the app may do is set at the app."""
        asked = {
            "app_id": str(self.config.get("app_id", "")),
            "redirect_uri": asking.redirect_uri,
            "code_challenge": asking.challenge,
            "state": asking.state,
        }
        return f"{self._oauth}/v4/oa/permission?{urlencode(asked)}"

    def accounts(self, asking: Asking, told: Mapping[str, str]) -> list[Account]:
        """The account with both tokens. The refresh token is not used here: it is stored before its single use."""
        sent = {
            "code": told.get("code", ""),
            "app_id": str(self.config.get("app_id", "")),
            "grant_type": "authorization_code",
            "code_verifier": asking.verifier,
        }
        headers = {"secret_key": self.secret.get("app_secret", "")}
        new = self.json("POST", f"{self._oauth}/v4/oa/access_token", headers=headers, data=sent)
        access, refresh = new.get("access_token"), new.get("refresh_token")
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            code = str(new.get("error") or "")
            said = str(new.get("error_description") or new.get("message") or new.get("error_name") or "")
            words = BAD_APP if code else errors.UNCLEAR
            raise ChannelError(Outcome.AUTH, words, vendor_code=code, vendor_words=said)
        secrets = tokens.kept(access, refresh, tokens.seconds_of(new.get("expires_in"), ACCESS_SECONDS))
        try:
            base = str(self.config.get("api_base") or API)
            seen = self.json("GET", f"{base}/v2.0/oa/getoa", headers={"access_token": access}).get("data")
        except ChannelError:
            seen = None  # the tokens are good all the same, and whether the account answers is tested afterwards
        account = seen if isinstance(seen, dict) else {}
        oa_id = str(account.get("oa_id") or told.get("oa_id") or "")
        return [Account(oa_id, str(account.get("name") or oa_id), secrets)]

    @property
    def _oauth(self) -> str:
        return str(self.config.get("oauth_base") or OAUTH)
