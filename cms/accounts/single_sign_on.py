"""Single sign-on by OpenID Connect: who may come in with the word of the office's identity provider.

allauth does the protocol (discovery, state, PKCE, code). What it leaves open is done here: the ID token's signature and
nonce are always checked, and a person of the provider is matched with an account **by verified e-mail address** at every
log-in, and bound to it by the provider's own name for that person from the first one on. Both must fit: an address that was
given to somebody else at the provider opens nothing here, nor does an account that was given to somebody else here.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from cms.accounts.id_token import NotTrusted, claims_of
from cms.people import User

log_of_process = logging.getLogger("cms.accounts")

FAILED = _("Single sign-on did not work this time. Try again, or log in with your user name and password.")
CANCELLED = _("Single sign-on was broken off.")
NO_ACCOUNT = _("There is no account here with your e-mail address. Ask an administrator to make one.")
NOT_VERIFIED = _(
    "Your e-mail address is not confirmed at the single sign-on. Confirm it there, or ask its administrators."
)
SEVERAL = _("Several accounts here have your e-mail address. Ask an administrator to put this right.")
NOT_THE_SAME = _(
    "Your account here belongs to somebody else at the single sign-on, or your e-mail address has changed. Ask an administrator."
)
NOT_IN_USE = _("This account is not in use. Ask an administrator.")


class _Refused(ImmediateHttpResponse):
    """Back to the log-in page, which says why."""

    def __init__(self, request: HttpRequest, why: str | Promise) -> None:
        messages.error(request, str(why))
        super().__init__(redirect("wagtailadmin_login"))


class SignOnAdapter(DefaultSocialAccountAdapter):
    """The one provider comes from the environment, never from the database."""

    def list_apps(self, request: Any, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        if not settings.OIDC_SERVER:
            return []
        app = SocialApp(
            provider="openid_connect",
            provider_id=settings.OIDC_SERVER,
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={"server_url": settings.OIDC_SERVER, "oauth_pkce_enabled": True},
        )
        return [app]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return bool(settings.OIDC_MAKES_ACCOUNTS)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        if error == AuthError.CANCELLED:
            raise _Refused(request, CANCELLED)
        # Never the words of others: they may hold what the provider answered.
        cause = getattr(exception, "__cause__", None)
        reason = str(cause) if isinstance(cause, NotTrusted) else type(exception).__name__ if exception else "no state"
        log_of_process.warning("single sign-on failed: %s", reason)
        raise _Refused(request, FAILED)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        email = next((one.email for one in sociallogin.email_addresses if one.verified), "")
        if not email:
            raise _Refused(request, NOT_VERIFIED)
        if SESSION_KEY in request.session:
            logout(request)
        found = list(User.objects.filter(email__iexact=email)[:2])
        if sociallogin.is_existing:
            self._must_be(request, sociallogin, found)
        elif len(found) > 1:
            raise _Refused(request, SEVERAL)
        elif found:
            self._bind(request, sociallogin, found[0])
        elif not settings.OIDC_MAKES_ACCOUNTS:
            raise _Refused(request, NO_ACCOUNT)
        if sociallogin.is_existing and not sociallogin.user.is_active:
            raise _Refused(request, NOT_IN_USE)
        request.session.set_expiry(0)

    @staticmethod
    def _must_be(request: HttpRequest, sociallogin: SocialLogin, found: list[User]) -> None:
        if [one.pk for one in found] != [sociallogin.user.pk]:
            raise _Refused(request, SEVERAL if len(found) > 1 else NOT_THE_SAME)

    @staticmethod
    def _bind(request: HttpRequest, sociallogin: SocialLogin, user: User) -> None:
        if SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider).exists():
            raise _Refused(request, NOT_THE_SAME)
        if user.is_active:
            sociallogin.connect(request, user)
            log(instance=user, action="cms.sign_on_bound", user=user)
        else:
            sociallogin.user = user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        """A new account without any role: it opens nothing until an administrator gives it one."""
        user = super().save_user(request, sociallogin, form)
        log(instance=user, action="wagtail.create", user=user)
        messages.info(request, gettext("An account was made for you. An administrator has to give it a role first."))
        return user


class SignOn(OpenIDConnectOAuth2Adapter):
    """One log-in with the provider. ``nonce`` is what we asked with; set before the answer is read."""

    nonce = ""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, settings.OIDC_SERVER)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return settings.BASE_URL + reverse("sign_on_back")

    @property
    def openid_config(self) -> dict[str, Any]:
        found: dict[str, Any] = super().openid_config
        if str(found.get("issuer", "")).rstrip("/") != settings.OIDC_SERVER:
            raise OAuth2Error("the server calls itself by another name")
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        claims = self._claims(str(kwargs["response"].get("id_token") or ""))
        if "email" not in claims:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("the user information is about somebody else")
            claims = told | claims
        if settings.OIDC_TRUSTS_EMAIL:
            claims["email_verified"] = True
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"userinfo": claims})
        login.account.extra_data = {}  # what else the provider knows of a person is none of our business
        return login

    def _claims(self, id_token: str) -> dict[str, Any]:
        config = self.openid_config
        with self._session() as session:
            answer = session.get(config["jwks_uri"])
            answer.raise_for_status()
            keys = answer.json()
        try:
            return claims_of(
                id_token, keys, issuer=config["issuer"], audience=settings.OIDC_CLIENT_ID, nonce=self.nonce
            )
        except NotTrusted as error:
            raise OAuth2Error("the ID token is not trusted") from error

    @staticmethod
    def _session() -> requests.Session:
        made: requests.Session = SignOnAdapter().get_requests_session()
        return made


class _Back(OAuth2CallbackView):
    adapter: SignOn

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


@require_POST
def begin(request: HttpRequest) -> HttpResponseBase:
    """The button on the log-in page: off to the provider."""
    if not settings.OIDC_SERVER:
        raise Http404
    next_url = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure()):
        next_url = reverse("wagtailadmin_home")
    nonce = secrets.token_urlsafe(24)
    try:
        provider = SignOn(request).get_provider()
        provider.oauth2_adapter_class = _asking
        response: HttpResponseBase = provider.redirect(
            request, AuthProcess.LOGIN, next_url=next_url, auth_params={"nonce": nonce}, nonce=nonce
        )
    except (requests.RequestException, OAuth2Error, KeyError, ValueError) as error:
        log_of_process.warning("the single sign-on server cannot be asked: %s", type(error).__name__)
        return _Refused(request, FAILED).response
    except ImmediateHttpResponse as answered:
        return answered.response
    return response


def _asking(request: HttpRequest, provider_id: str) -> SignOn:
    return SignOn(request)


def back(request: HttpRequest) -> HttpResponseBase:
    """Where the provider sends people back to."""
    if not settings.OIDC_SERVER:
        raise Http404
    try:
        response: HttpResponseBase = _Back.adapter_view(SignOn(request))(request)
    except (KeyError, ValueError, TypeError) as error:  # an answer that is no answer
        log_of_process.warning("the single sign-on server answered nonsense: %s", type(error).__name__)
        return _Refused(request, FAILED).response
    return response
