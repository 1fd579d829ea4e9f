"""The access token of a YouTube channel, renewed at Google; part of youtube.py.

Source: developers.google.com/identity/protocols/oauth2/web-server.
"""

from __future__ import annotations

from collections.abc import Mapping

from publishing.channels import tokens
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http, NoAnswer, NotSent
from publishing.channels.youtube_errors import BAD_CLIENT, BUSY, RECONNECT, UNCLEAR, UNREACHABLE

ACCESS_SECONDS = 3_600.0  # if Google does not say


def renewed(http: Http, base: str, client_id: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """New secrets. The refresh token stays good, so an answer that was lost costs nothing: TRANSIENT."""
    refresh_token = secrets.get("refresh_token", "")
    sent = {
        "client_id": client_id,
        "client_secret": secrets.get("client_secret", ""),
        "refresh_token": refresh_token,
        "grant_type": "refresh_token",
    }
    try:
        answer = http.call("POST", f"{base}/token", data=sent)
    except NotSent:
        raise ChannelError(Outcome.TRANSIENT, UNREACHABLE) from None
    except NoAnswer:
        raise ChannelError(Outcome.TRANSIENT, UNCLEAR) from None
    told = answer.json if isinstance(answer.json, dict) else {}
    if answer.status == 200 and isinstance(told.get("access_token"), str) and told["access_token"]:
        new = str(told.get("refresh_token") or refresh_token)
        return tokens.kept(told["access_token"], new, tokens.seconds_of(told.get("expires_in"), ACCESS_SECONDS))
    code = str(told.get("error", ""))
    if answer.status == 429:
        outcome, words = Outcome.THROTTLED, BUSY
    elif not code or answer.status >= 500:
        outcome, words = Outcome.TRANSIENT, UNCLEAR
    else:
        outcome = Outcome.AUTH
        words = BAD_CLIENT if code in {"invalid_client", "unauthorized_client"} else RECONNECT
    said = scrubbed(str(told.get("error_description") or answer.text[:500]), secrets)
    raise ChannelError(outcome, words, vendor_code=code, vendor_words=said, http_status=answer.status)


def scrubbed(vendor_words: str, secrets: Mapping[str, str]) -> str:
    """A vendor's words without our secrets."""
    for secret in filter(None, secrets.values()):
        vendor_words = vendor_words.replace(secret, "[removed]")
    return vendor_words
