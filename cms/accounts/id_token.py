"""Reading an ID token of OpenID Connect: nothing in it counts before its signature, issuer, audience, time and nonce do."""

from __future__ import annotations

import hmac
from typing import Any

import jwt

# Signatures with a key that everybody may see. Never what the token itself asks for: "none", or our secret as the key.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY = 60  # seconds by which clocks may differ


class NotTrusted(Exception):
    """The token does not say what it must. The message is for the log."""


def claims_of(token: str, keys: dict[str, Any], *, issuer: str, audience: str, nonce: str) -> dict[str, Any]:
    """What a token says. ``keys`` as the provider's JWKS has them. Raises NotTrusted."""
    try:
        head = jwt.get_unverified_header(token)
        known = jwt.PyJWKSet.from_dict(keys).keys
        # A provider with one key may leave its name out.
        fitting = [key for key in known if key.key_id == head.get("kid")] if head.get("kid") else known
        if len(fitting) != 1:
            raise NotTrusted(f"no key fits the ID token (kid {head.get('kid')!r})")
        claims: dict[str, Any] = jwt.decode(
            token,
            fitting[0].key,
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise NotTrusted(f"the ID token is not valid: {type(error).__name__}") from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != audience:
        raise NotTrusted("the ID token was issued to somebody else")
    if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotTrusted("the ID token does not answer our question: its nonce is another one")
    return claims
