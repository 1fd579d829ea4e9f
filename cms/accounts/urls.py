"""Addresses of logging in. Below /admin/, before Wagtail's own, so that its log-in view is never reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.views import reauthenticate
from allauth.mfa import urls as second_factor
from django.http import HttpRequest
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail.admin.localization import get_localized_response
from wagtail.utils.urlpatterns import decorate_urlpatterns

from cms.accounts.login_view import LoginView
from cms.accounts.password_reset import PasswordResetView
from cms.accounts.single_sign_on import back, begin


def _in_their_language(view: Callable[..., Any]) -> Callable[..., Any]:
    """As Wagtail does for the rest of the admin: in the language that the person has chosen there."""

    def localized(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return get_localized_response(view, request, *args, **kwargs)

    return localized


addresses = [
    path("admin/login/", LoginView.as_view(), name="account_login"),
    path("admin/login/sso/", begin, name="sign_on"),
    path("admin/login/sso/back/", back, name="sign_on_back"),
    path("admin/password_reset/", PasswordResetView.as_view(), name="account_password_reset"),
    # The passkeys are on the first page with everything else.
    path("admin/second-factor/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    *decorate_urlpatterns(
        [
            path("admin/second-factor/again/", reauthenticate, name="account_reauthenticate"),
            path("admin/second-factor/", include(second_factor)),
        ],
        _in_their_language,
    ),
]
